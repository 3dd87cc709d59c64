"""The responsible body is heard before an offer, within three working days; and the public register of conflicts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from services.brokering.tests.factories import treating
from services.brokering.tests.support_world import LA, URN, Match, Steps, World, headers

from brokering.conflict_checks.working_days import working_days_after
from brokering.domain.matching_policy import ConflictKind, Treatment
from brokering.offers import conflicts
from shared.ids import new_id

BODY = headers("la", f"la:{LA}")
OTHER_BODY = headers("la", "la:999")


def employed(world: World, match: Match, **more: Any) -> None:
    values = {
        "id": new_id(),
        "leader_id": match.leader,
        "kind": "employment",
        "subject_kind": "local_authority",
        "subject_id": LA,
        "ends_on": "2012-07-31",
        "declared_at": datetime.now(UTC),
        "declared_by": "the-leader",
        **more,
    }
    world.insert("leader_interests", values)


async def ask(client: httpx.AsyncClient, world: World, match: Match, expect: int = 201) -> dict[str, Any]:
    url = f"/v1/proposals/{match.proposal}/conflict-check"
    answer = await client.post(url, headers=world.partner())
    assert answer.status_code == expect, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def say(
    client: httpx.AsyncClient, check: dict[str, Any], who: dict[str, str], expect: int = 200, **body: Any
) -> dict[str, Any]:
    answer = await client.post(f"/v1/conflict-checks/{check['id']}/answer", headers=who, json=body)
    assert answer.status_code == expect, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_offer_waits_for_the_body_and_goes_on_once_it_does_not_object(
    client: httpx.AsyncClient, steps: Steps, world: World
) -> None:
    match = world.match()
    check = await ask(client, world, match)
    assert (check["state"], check["answer"], check["overdue"]) == ("waiting", None, False)
    assert check["due_on"] == working_days_after(datetime.now(UTC).date(), 3).isoformat()
    problem = await steps.offer(match, 409)
    assert problem["type"] == "urn:problem:responsible-body-not-heard"
    assert check["due_on"] in problem["detail"]
    answered = await say(client, check, BODY, objects=False)
    assert (answered["state"], answered["answer"]["org"]) == ("no_objection", f"la:{LA}")
    await steps.offer(match)


async def test_an_objection_stands_with_its_reason(client: httpx.AsyncClient, steps: Steps, world: World) -> None:
    match = world.match()
    check = await ask(client, world, match)
    await say(client, check, BODY, 422, objects=True)
    await say(client, check, BODY, objects=True, reason="The trust has bid for the school.")
    problem = await steps.offer(match, 409)
    assert problem["type"] == "urn:problem:responsible-body-objects"
    assert "The trust has bid" in problem["detail"]
    assert (await say(client, check, BODY, 409, objects=False))["type"] == "urn:problem:conflict-check-answered"
    assert (await ask(client, world, match, 409))["type"] == "urn:problem:conflict-check-asked"


async def test_an_unanswered_question_holds_no_offer_after_its_day(
    client: httpx.AsyncClient, steps: Steps, world: World
) -> None:
    match = world.match()
    check = await ask(client, world, match)
    world.sql("UPDATE conflict_checks SET due_on = current_date - 1")
    late = await client.get(f"/v1/conflict-checks/{check['id']}", headers=world.partner())
    assert late.json()["overdue"] is True
    await steps.offer(match)


async def test_only_the_body_that_was_asked_answers_and_others_see_nothing(
    client: httpx.AsyncClient, world: World
) -> None:
    check = await ask(client, world, world.match())
    await say(client, check, OTHER_BODY, 404, objects=False)
    await say(client, check, world.school(), 404, objects=False)
    await say(client, check, headers("trust", "trust:1"), 403, objects=False)
    far = await client.get("/v1/conflict-checks", headers=OTHER_BODY)
    assert far.json()["data"] == []
    mine = await client.get("/v1/conflict-checks", params={"state": "waiting"}, headers=BODY)
    assert [each["id"] for each in mine.json()["data"]] == [check["id"]]


async def test_an_undecided_need_is_not_told_of(client: httpx.AsyncClient, world: World) -> None:
    problem = await ask(client, world, world.match(state="provisional"), 409)
    assert problem["type"] == "urn:problem:need-provisional"


async def test_what_was_found_is_told_by_kind(client: httpx.AsyncClient, world: World) -> None:
    match = world.match()
    employed(world, match, ends_on=datetime.now(UTC).date() - timedelta(days=30))
    world.sql(
        "INSERT INTO schools (urn, name, responsible_body_kind, responsible_body_id, responsible_body_name,"
        " facts_version) VALUES (%s, 'A', 'local_authority', %s, 'An authority', '1')",
        URN,
        LA,
    )
    check = await ask(client, world, match)
    assert [(each["kind"], each["treatment"]) for each in check["conflicts"]] == [("employment", "barred")]


class TestRegister:
    async def test_is_public_and_holds_approved_support_only(
        self, client: httpx.AsyncClient, steps: Steps, world: World
    ) -> None:
        match, waiting = world.match(), world.match(100005)
        employed(world, match)
        await steps.offer(waiting)
        assert (await client.get("/v1/disclosures")).json()["data"] == []
        await steps.episode(match)
        answer = await client.get("/v1/disclosures", params={"include_total": "true"})
        (entry,) = answer.json()["data"]
        assert answer.json()["paging"]["total"] == 1
        assert entry["subject"]["id"] == str(URN)
        assert [(each["kind"], each["subject_id"]) for each in entry["declared"]] == [("employment", LA)]
        assert (entry["supporter"]["organisation_id"], entry["responsible_body"]) == ("9000", "not_asked")
        assert "stuck" not in answer.text
        assert "own_organisation" not in answer.text
        assert "declared_by" not in answer.text

    async def test_comes_as_lines_and_table(self, client: httpx.AsyncClient, steps: Steps, world: World) -> None:
        await steps.episode(world.match())
        for kind in ("application/x-ndjson", "text/csv"):
            answer = await client.get("/v1/disclosures", headers={"Accept": kind})
            assert answer.status_code == 200
            assert str(URN) in answer.text


@pytest.mark.parametrize("treatment", ["barred", "flag"])
async def test_a_declared_interest_bars_an_offer_as_the_policy_says(
    treatment: str, steps: Steps, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = treating(ConflictKind.EMPLOYMENT, Treatment(treatment))
    monkeypatch.setattr(conflicts, "current_policy", lambda: policy)
    match = world.match()
    employed(world, match, ends_on=None)
    await steps.offer(match, 409 if treatment == "barred" else 201)
