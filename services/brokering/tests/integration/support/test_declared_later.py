"""What a leader declares after the offer: schools are shown it before they agree, and nobody goes on past it unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from services.brokering.tests.support_world import Match, Steps, World

from brokering.domain.matching_policy import ConflictKind, Treatment
from brokering.offers.conflicts import not_shown
from brokering.policies.documents import current_policy

BARRED = "urn:problem:declared-interest"


class Declared(NamedTuple):
    """An interest as it is stored."""

    kind: str
    subject_kind: str
    subject_id: str
    starts_on: date | None
    ends_on: date | None
    declared_at: datetime


async def declare(steps: Steps, match: Match, kind: str, subject: tuple[str, str] | None = None) -> None:
    subject_kind, subject_id = subject or ("school", str(match.urn))
    body = {"kind": kind, "subject_kind": subject_kind, "subject_id": subject_id, "starts_on": "2026-01-01"}
    sent = World.leader_person(match.leader, scope="leaders:read leaders:write")
    answer = await steps.client.post(f"/v1/leaders/{match.leader}/interests", json=body, headers=sent)
    assert answer.status_code == 201, answer.text


async def shown(steps: Steps, match: Match, offer: str) -> list[str]:
    answer = await steps.client.get(f"/v1/offers/{offer}", headers=World.school(match.urn))
    return [interest["kind"] for interest in answer.json()["shown"]["interests"]]


@pytest.mark.parametrize("kind", ["sponsor_bid", "employment"])
async def test_before_the_school_has_answered(steps: Steps, world: World, kind: str) -> None:
    match = world.match()
    offer = (await steps.offer(match))["id"]
    await steps.respond(match, offer)
    await declare(steps, match, kind)
    assert await shown(steps, match, offer) == [kind]
    assert (await steps.agree(match, offer, 409))["type"] == BARRED
    await steps.agree(match, offer, agreed=False, reason="it bids for us")
    assert world.account(match.leader) == (0, 0, 0, 0)


async def test_a_leader_with_a_bid_does_not_accept_and_may_decline(steps: Steps, world: World) -> None:
    match = world.match()
    offer = (await steps.offer(match))["id"]
    await declare(steps, match, "sponsor_bid")
    assert (await steps.respond(match, offer, 409))["type"] == BARRED
    await steps.respond(match, offer, accepted=False, reason="we bid for it")


async def test_after_the_school_has_agreed(steps: Steps, world: World) -> None:
    match = world.match()
    offer = (await steps.offer(match))["id"]
    await steps.respond(match, offer)
    await steps.agree(match, offer)
    await declare(steps, match, "interest")
    assert await shown(steps, match, offer) == []
    assert (await steps.approve(offer, 409))["type"] == BARRED
    rows: list[dict[str, Any]] = [{"offer_id": offer, "approved": True}]
    batch = await steps.client.post("/v1/approvals/batches", json={"rows": rows}, headers=world.director())
    assert batch.json()["data"][0]["errors"][0]["code"] == "declared-interest"
    await steps.approve(offer, approved=False, reason="declared too late")


async def test_what_touches_another_school_is_no_matter(steps: Steps, world: World) -> None:
    match = world.match()
    offer = (await steps.offer(match))["id"]
    await steps.respond(match, offer)
    await declare(steps, match, "sponsor_bid", ("school", "100099"))
    assert await shown(steps, match, offer) == []
    await steps.agree(match, offer)
    await steps.approve(offer)


async def test_days_that_are_promised_are_not_moved_out_of_the_window(steps: Steps, world: World) -> None:
    match = world.match()
    url, sent = f"/v1/leaders/{match.leader}/availability", World.leader_person(match.leader, scope="leaders:write")
    today = datetime.now(UTC).date()
    near, far = ({"starts_on": str(day), "ends_on": str(day + timedelta(days=30)), "days": days}
                 for day, days in ((today, 10), (today + timedelta(days=900), 50)))  # fmt: skip
    await steps.offer(match)
    refused = await steps.client.post(url, json=far, headers=sent)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:problem:days-promised")
    entry = (await steps.client.post(url, json=near, headers=sent)).json()["id"]
    assert (await steps.client.post(url, json=far, headers=sent)).status_code == 201
    refused = await steps.client.delete(f"{url}/{entry}", headers=sent)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:problem:days-promised")
    assert "10 days are offered or reserved" in refused.json()["detail"]


async def test_days_promised_for_the_window_of_a_round_stay_within_it(steps: Steps, world: World) -> None:
    match = world.match()
    url, sent = f"/v1/leaders/{match.leader}/availability", World.leader_person(match.leader, scope="leaders:write")
    entries = []
    for starts_on, ends_on, days in (("2026-06-01", "2026-12-31", 10), ("2027-01-15", "2027-05-30", 10)):
        entry = {"starts_on": starts_on, "ends_on": ends_on, "days": days}
        entries.append((await steps.client.post(url, json=entry, headers=sent)).json()["id"])
    world.sql("UPDATE matching_rounds SET window_from = '2027-01-01', window_to = '2027-06-30'")
    await steps.offer(match)
    refused = await steps.client.delete(f"{url}/{entries[1]}", headers=sent)
    assert refused.json()["type"] == "urn:problem:days-promised"
    assert "between 2027-01-01 and 2027-06-30, and the leader would give 0 days then" in refused.json()["detail"]
    assert (await steps.client.delete(f"{url}/{entries[0]}", headers=sent)).status_code == 204
    few = {"starts_on": "2027-02-01", "ends_on": "2027-02-28", "days": 2}
    world.sql("UPDATE leader_availability SET starts_on = '2026-01-01', ends_on = '2026-02-01'")
    assert (await steps.client.post(url, json=few, headers=sent)).status_code == 201


async def test_a_proposal_is_offered_from_the_days_of_its_round_s_window(steps: Steps, world: World) -> None:
    first = world.match()
    second = world.match(100002, leader=first.leader)
    url, sent = f"/v1/leaders/{first.leader}/availability", World.leader_person(first.leader, scope="leaders:write")
    for starts_on, ends_on, days in (("2026-06-01", "2026-12-31", 5), ("2030-01-01", "2030-06-30", 15)):
        entry = {"starts_on": starts_on, "ends_on": ends_on, "days": days}
        assert (await steps.client.post(url, json=entry, headers=sent)).status_code == 201
    world.sql("UPDATE matching_rounds SET window_from = '2030-01-01', window_to = '2030-12-31'")
    await steps.offer(first)
    refused = await steps.offer(second, 409)
    assert refused["type"] == "urn:problem:leader-lacks-days"
    assert "The leader has 5 days left" in refused["detail"]


@pytest.mark.parametrize(
    ("treatment", "ends_on", "unseen"),
    [
        (Treatment.FLAG, None, 1),
        (Treatment.OFF, None, 0),
        (Treatment.FLAG, date(2010, 1, 1), 0),
    ],
)
def test_what_is_only_flagged_is_held_until_the_school_has_been_shown_it(
    treatment: Treatment, ends_on: date | None, unseen: int
) -> None:
    policy = replace(current_policy(), conflicts=dict.fromkeys(ConflictKind, treatment))
    declared: Any = Declared("interest", "school", "100000", None, ends_on, datetime(2026, 11, 1, tzinfo=UTC))
    assert len(not_shown(policy, [declared], [], date(2026, 11, 2))) == unseen
    known = {"kind": "interest", "subject": {"kind": "school", "id": "100000"}}
    shown = {**known, "declared_at": "2026-11-01T00:00:00+00:00"}
    assert not_shown(policy, [declared], [shown], date(2026, 11, 2)) == []
    other = {**shown, "declared_at": "2026-10-31T00:00:00+00:00"}
    assert len(not_shown(policy, [declared], [other], date(2026, 11, 2))) == unseen
