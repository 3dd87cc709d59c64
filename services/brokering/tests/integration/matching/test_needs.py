"""Needs: from triage's feed, by hand, and who may see which."""

from __future__ import annotations

import pytest
from services.brokering.tests.matching_world import (
    DFE,
    DIRECTOR,
    FAR_PARTNER,
    PARTNER,
    MatchingWorld,
    as_authority,
    as_leader,
    as_school,
    as_trust,
    in_trust,
)

URN = 100001


class TestAccess:
    async def test_needs_take_a_token_with_the_scope(self, world: MatchingWorld) -> None:
        assert (await world.client.get("/v1/needs")).status_code == 401
        await world.get("/v1/needs", as_school(URN), status=403)

    async def test_a_provisional_need_is_hidden_from_trust_and_authority(self, world: MatchingWorld) -> None:
        world.school(URN, **in_trust("5143"))
        world.assess(URN)
        await world.follow()
        need = (await world.needs())[0]
        for stranger in (as_trust("5143"), as_authority("208"), FAR_PARTNER):
            assert await world.needs(stranger) == []
            await world.get(f"/v1/needs/{need['id']}", stranger, status=404)
        assert await world.needs(PARTNER) == [need]

    async def test_a_decided_need_is_seen_by_its_responsible_body_alone(self, world: MatchingWorld) -> None:
        world.school(URN, **in_trust("5143"))
        world.assess(URN)
        world.decide(URN)
        await world.follow()
        assert len(await world.needs(as_trust("5143"))) == 1
        assert await world.needs(as_trust("5144")) == []
        assert await world.needs(as_authority("208")) == []

    async def test_a_school_that_moves_trust_ends_the_old_trusts_access(self, world: MatchingWorld) -> None:
        world.school(URN, **in_trust("5143"))
        world.decide(URN)
        await world.follow()
        world.school(URN, **in_trust("6000"))
        await world.follow()
        assert await world.needs(as_trust("5143")) == []
        assert len(await world.needs(as_trust("6000"))) == 1

    async def test_the_database_itself_shows_no_row_without_claims(self, world: MatchingWorld) -> None:
        world.school(URN)
        world.decide(URN)
        await world.follow()
        async with world.database.sessions() as session, session.begin():
            connection = await session.connection()
            for table in ("needs", "leaders", "proposals", "round_needs", "round_unmatched", "matching_rounds"):
                assert (await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one() == 0


class TestFromTheFeed:
    async def test_a_proposal_makes_a_provisional_need_of_the_policys_days(self, world: MatchingWorld) -> None:
        world.school(URN)
        world.assess(URN, action_areas=["achievement", "inclusion"])
        await world.follow()
        (need,) = await world.needs()
        assert need["subject"] == {"kind": "school", "id": str(URN), "name": f"School {URN}"}
        assert (need["state"], need["days"], need["areas"]) == ("provisional", 10, ["achievement", "inclusion"])
        assert need["origin"]["decision_id"] is None

    async def test_other_tiers_and_schemes_make_none(self, world: MatchingWorld) -> None:
        world.school(URN)
        world.assess(URN, "immediate_action")
        world.assess(URN, "targeted", scheme="rise-2025")
        await world.follow()
        assert await world.needs() == []

    async def test_a_decision_confirms_the_same_need(self, world: MatchingWorld) -> None:
        world.school(URN)
        world.assess(URN)
        await world.follow()
        (before,) = await world.needs()
        decision = world.decide(URN)
        await world.follow()
        (after,) = await world.needs()
        assert after["id"] == before["id"]
        assert (after["state"], after["origin"]["decision_id"]) == ("decided", decision)

    async def test_a_decision_wins_over_later_proposals(self, world: MatchingWorld) -> None:
        world.school(URN)
        decision = world.decide(URN)
        world.assess(URN, "school_led_development")
        await world.follow()
        (need,) = await world.needs()
        assert (need["state"], need["origin"]["decision_id"]) == ("decided", decision)

    async def test_another_proposal_or_decision_withdraws_it(self, world: MatchingWorld) -> None:
        world.school(URN)
        world.assess(URN)
        world.school(URN + 1)
        first = world.decide(URN + 1)
        await world.follow()
        world.assess(URN, "school_led_development")
        world.decide(URN + 1, "immediate_action", supersedes=first)
        await world.follow()
        states = {need["subject"]["id"]: (need["state"], need["state_reason"]) for need in await world.needs()}
        assert states[str(URN)] == ("withdrawn", "The school is not proposed for enhanced support any more.")
        assert states[str(URN + 1)] == ("withdrawn", "The regional director decided immediate action.")

    async def test_a_school_eligible_again_gets_a_new_need(self, world: MatchingWorld) -> None:
        world.school(URN)
        for result in ("enhanced_support", "school_led_development", "enhanced_support"):
            world.assess(URN, result)
            await world.follow()
        assert sorted(need["state"] for need in await world.needs()) == ["provisional", "withdrawn"]

    async def test_triage_may_tell_of_a_school_before_inspection_does(self, world: MatchingWorld) -> None:
        world.assess(URN)
        await world.consumers["triage"].catch_up()
        world.school(URN)
        await world.follow()
        (need,) = await world.needs(PARTNER)
        assert (need["region"], need["subject"]["name"]) == ("London", f"School {URN}")

    async def test_the_same_events_again_change_nothing(self, world: MatchingWorld) -> None:
        world.school(URN)
        world.assess(URN)
        world.decide(URN)
        await world.follow()
        before = await world.needs()
        told = len((await world.get("/v1/changes"))["data"])
        world.feeds["triage"].events += world.feeds["triage"].events[:2]
        await world.follow()
        assert await world.needs() == before
        assert len((await world.get("/v1/changes"))["data"]) == told


class TestByHand:
    async def test_is_provisional_until_someone_decides(self, world: MatchingWorld) -> None:
        world.school(URN)
        await world.follow()
        need = await world.post("/v1/needs", {"subject": {"kind": "school", "id": str(URN)}, "days": 4.5}, PARTNER)
        assert (need["state"], need["days"], need["origin"]["kind"]) == ("provisional", 4.5, "manual")
        world.assess(URN, "school_led_development")
        await world.follow()
        assert (await world.needs())[0]["state"] == "provisional"
        world.decide(URN)
        await world.follow()
        confirmed = (await world.needs())[0]
        assert (confirmed["state"], confirmed["days"]) == ("decided", 4.5)

    async def test_one_open_need_per_school(self, world: MatchingWorld) -> None:
        world.school(URN)
        await world.follow()
        body = {"subject": {"kind": "school", "id": str(URN)}}
        await world.post("/v1/needs", body, PARTNER)
        again = await world.post("/v1/needs", body, PARTNER, status=409)
        assert again["type"].endswith("need-exists")

    async def test_a_school_outside_the_regions_is_unknown(self, world: MatchingWorld) -> None:
        world.school(URN)
        await world.follow()
        body = {"subject": {"kind": "school", "id": str(URN)}}
        refused = await world.post("/v1/needs", body, FAR_PARTNER, status=422)
        assert refused["errors"][0]["code"] == "unknown_subject"

    async def test_days_come_in_halves_up_to_the_cap(self, world: MatchingWorld) -> None:
        world.school(URN)
        await world.follow()
        for days in (10.5, 0, 1.25, 1e300):
            await world.post("/v1/needs", {"subject": {"kind": "school", "id": str(URN)}, "days": days}, status=422)

    @pytest.mark.parametrize("who", [DFE, PARTNER, DIRECTOR], ids=["department", "partner", "director"])
    async def test_a_trusts_need_waits_for_no_decision_on_a_tier(
        self, world: MatchingWorld, who: dict[str, str]
    ) -> None:
        world.school(URN, **in_trust("5143"))
        await world.follow()
        need = await world.post("/v1/needs", {"subject": {"kind": "trust", "id": "5143"}}, who)
        assert (need["state"], need["region"], need["subject"]["name"]) == ("decided", "London", "Trust 5143")
        assert await world.needs(as_trust("5143")) == [need]

    async def test_the_same_key_again_gives_the_first_answer(self, world: MatchingWorld) -> None:
        world.school(URN)
        await world.follow()
        body = {"subject": {"kind": "school", "id": str(URN)}}
        headers = {**PARTNER, "Idempotency-Key": "once"}
        first = await world.client.post("/v1/needs", headers=headers, json=body)
        again = await world.client.post("/v1/needs", headers=headers, json=body)
        assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())


class TestPatch:
    async def test_leaves_unsent_fields_and_guards_versions(self, world: MatchingWorld) -> None:
        world.school(URN)
        world.assess(URN)
        await world.follow()
        (need,) = await world.needs()
        path = f"/v1/needs/{need['id']}"
        tag = (await world.client.get(path, headers=PARTNER)).headers["etag"]
        assert (await world.client.patch(path, headers=PARTNER, json={"days": 6})).status_code == 428
        changed = await world.client.patch(path, headers={**PARTNER, "If-Match": tag}, json={"days": 6})
        assert changed.status_code == 200, changed.text
        assert (changed.json()["days"], changed.json()["areas"]) == (6, ["quality_of_education"])
        stale = await world.client.patch(path, headers={**PARTNER, "If-Match": tag}, json={"days": 7})
        assert stale.status_code == 412
        over = {**PARTNER, "If-Match": changed.headers["etag"]}
        assert (await world.client.patch(path, headers=over, json={"days": 12})).status_code == 422

    async def test_a_persons_areas_outlive_the_feeds(self, world: MatchingWorld) -> None:
        world.school(URN)
        world.assess(URN)
        await world.follow()
        (need,) = await world.needs()
        path = f"/v1/needs/{need['id']}"
        tag = (await world.client.get(path, headers=PARTNER)).headers["etag"]
        await world.client.patch(path, headers={**PARTNER, "If-Match": tag}, json={"areas": ["inclusion"]})
        world.assess(URN, action_areas=["achievement"], assessment_id="another")
        await world.follow()
        assert (await world.needs())[0]["areas"] == ["inclusion"]

    async def test_a_need_under_offer_is_settled(self, world: MatchingWorld) -> None:
        world.school(URN)
        world.decide(URN)
        await world.follow()
        (need,) = await world.needs()
        await world.sql("UPDATE needs SET state = 'under_offer'")
        path = f"/v1/needs/{need['id']}"
        tag = (await world.client.get(path, headers=PARTNER)).headers["etag"]
        answer = await world.client.patch(path, headers={**PARTNER, "If-Match": tag}, json={"days": 6})
        assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]) == (409, "need-not-editable")


async def test_a_leader_sees_no_need(world: MatchingWorld) -> None:
    await world.get("/v1/needs", as_leader("x"), status=403)


async def test_a_statement_that_the_school_will_read_holds_no_confidential_word(world: MatchingWorld) -> None:
    world.school(URN)
    await world.follow()
    body = {"subject": {"kind": "school", "id": str(URN)}, "statement": "A stuck school."}
    refused = await world.post("/v1/needs", body, PARTNER, status=422)
    assert [(each["pointer"], each["code"]) for each in refused["errors"]] == [("/statement", "confidential_flag")]
    made = await world.post("/v1/needs", {**body, "statement": "Attendance."}, PARTNER)
    path = f"/v1/needs/{made['id']}"
    tag = (await world.client.get(path, headers=PARTNER)).headers["etag"]
    sent = {**PARTNER, "If-Match": tag}
    answer = await world.client.patch(path, json={"statement": "On the watch list."}, headers=sent)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/statement")
    assert (await world.client.patch(path, json={"statement": None}, headers=sent)).status_code == 200
