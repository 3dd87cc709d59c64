"""Designations that an inspection of the leader's own school or trust puts in doubt."""

from __future__ import annotations

from typing import Any

import pytest
from services.brokering.tests.matching_world import DFE, PARTNER, REGION, MatchingWorld, as_leader, in_trust

from shared.testing.tokens import bearer

SCOPES = "leaders:read leaders:write designations:decide episodes:read changes:read"
DIRECTOR = bearer(scope=SCOPES, org="dfe", role="regional-director", regions=[REGION], user="a-director")
FAR_DIRECTOR = bearer(scope=SCOPES, org="dfe", role="regional-director", regions=["North East"], user="b-director")
SINCE = {"kind": "nle", "valid_from": "2024-09-01"}


def card(day: str = "2026-01-12", **changes: Any) -> dict[str, Any]:
    plain = {"kind": "graded", "starts_on": day, "category_of_concern": None, "overall": None, "areas": []}
    return {**plain, **changes}


async def nle(world: MatchingWorld, reference: str = "NLE-00001", **changes: Any) -> dict[str, Any]:
    authority = {"kind": "local_authority", "id": "202", "name": "Camden"}
    said = {"role": "nle", "organisation": authority, "base_urn": 100777, **changes}
    made = await world.leader(reference, **said)
    await world.post(f"/v1/leaders/{made['id']}/designations", {**SINCE, "kind": said["role"]})
    return made


async def inspected(world: MatchingWorld, *cards: dict[str, Any], urn: int = 100777, **changes: Any) -> None:
    camden = {"responsible_body": {"kind": "local_authority", "id": "202", "name": "Camden"}}
    world.school(urn, inspections=list(cards), **{**camden, **changes})
    await world.follow()


async def rechecks(world: MatchingWorld, headers: dict[str, str] = DFE, **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.get("/v1/designation-rechecks", headers, **filters))["data"]
    return found


SPECIAL_MEASURES = card(category_of_concern="SM")


class TestRaised:
    async def test_by_a_card_of_the_own_school_once(self, world: MatchingWorld) -> None:
        leader = await nle(world)
        areas = [{"area": "leadership_and_governance", "grade": "needs_attention"}]
        for _ in range(2):
            await inspected(world, card("2023-01-10", overall=2), card(areas=areas))
        (found,) = await rechecks(world)
        assert (found["leader_id"], found["state"], found["overdue"]) == (leader["id"], "waiting", False)
        assert (found["school"]["urn"], found["inspected_on"]) == (100777, "2026-01-12")
        assert found["findings"] == ["leadership and governance: needs attention"]
        told = await world.sql("SELECT subject FROM outbox WHERE type = 'brokering.designation-recheck.changed'")
        assert told == [(found["id"],)]

    @pytest.mark.parametrize(
        "sound",
        [
            card(overall=2),
            card(areas=[{"area": "inclusion", "grade": "needs_attention"}]),
            card("2024-09-01", category_of_concern="SM"),
            card("2019-01-01", category_of_concern="SM"),
        ],
    )
    async def test_not_by_a_sound_card_nor_by_one_before_the_designation(
        self, world: MatchingWorld, sound: dict[str, Any]
    ) -> None:
        await nle(world)
        await inspected(world, sound)
        assert await rechecks(world) == []

    async def test_by_a_school_of_the_own_trust_on_its_own_conditions(self, world: MatchingWorld) -> None:
        trust = {"kind": "trust", "id": "777", "name": "T"}
        leader = await nle(world, "CEO-00001", role="trust_ceo", organisation=trust, base_urn=None)
        await nle(world, "CEO-00002", role="trust_ceo", organisation={**trust, "id": "778"}, base_urn=None)
        await inspected(world, card(overall=3), **in_trust("777"))
        assert await rechecks(world) == []
        await inspected(world, SPECIAL_MEASURES, **in_trust("777"))
        assert [each["leader_id"] for each in await rechecks(world)] == [leader["id"]]


class TestMatches:
    async def candidate(self, world: MatchingWorld, leader: dict[str, Any]) -> dict[str, Any]:
        world.school(100001)
        world.assess(100001)
        await world.follow()
        (need,) = await world.needs()
        found: dict[str, Any] = await world.get(f"/v1/needs/{need['id']}/candidates/{leader['id']}", PARTNER)
        return found

    async def test_are_warned_of_the_doubt_until_it_is_answered(self, world: MatchingWorld) -> None:
        leader = await nle(world)
        await inspected(world, SPECIAL_MEASURES)
        found = await self.candidate(world, leader)
        assert found["feasible"]
        (note,) = [each for each in found["flag_notes"] if each["flag"] == "designation_recheck"]
        assert "School 100777, 2026-01-12 (category of concern SM)" in note["text"]
        (doubt,) = await rechecks(world)
        body = {"outcome": "upheld", "reason": "The leader joined after the inspection"}
        await world.post(f"/v1/designation-rechecks/{doubt['id']}/answer", body, DIRECTOR, status=200)
        assert "designation_recheck" not in (await self.candidate(world, leader))["flags"]


class TestAnswer:
    async def test_a_withdrawal_ends_the_designation_and_is_on_the_trail(self, world: MatchingWorld) -> None:
        leader = await nle(world)
        await inspected(world, SPECIAL_MEASURES)
        (doubt,) = await rechecks(world, state="waiting")
        path = f"/v1/designation-rechecks/{doubt['id']}/answer"
        body = {"outcome": "withdrawn", "reason": "The school is in special measures"}
        answered = await world.post(path, body, DIRECTOR, status=200)
        assert (answered["state"], answered["answer"]["by"]) == ("withdrawn", "a-director")
        held = (await world.get(f"/v1/leaders/{leader['id']}/designations"))["data"]
        assert [each["standing"] for each in held] == ["lapsed", "withdrawn"]
        trail = (await world.get(f"/v1/leaders/{leader['id']}/changes"))["data"]
        assert [(each["subject"], each["action"]) for each in trail][-2:] == [
            ("designation", "changed"),
            ("designation", "added"),
        ]
        again = await world.post(path, body, DIRECTOR, status=409)
        assert again["type"].endswith("designation-recheck-answered")

    async def test_is_the_directors_of_the_leaders_region(self, world: MatchingWorld) -> None:
        await nle(world)
        await inspected(world, SPECIAL_MEASURES)
        (doubt,) = await rechecks(world)
        path = f"/v1/designation-rechecks/{doubt['id']}/answer"
        body = {"outcome": "upheld", "reason": "It stands"}
        assert (await world.client.post(path, json=body)).status_code == 401
        await world.post(path, body, PARTNER, status=403)
        await world.post(path, body, FAR_DIRECTOR, status=403)
        await world.post(path, {"outcome": "upheld"}, DIRECTOR, status=422)
        client = bearer(scope=SCOPES, org="dfe", role="dfe")
        await world.post(path, body, client, status=403)

    async def test_a_leader_sees_its_own_only(self, world: MatchingWorld) -> None:
        leader = await nle(world)
        await inspected(world, SPECIAL_MEASURES)
        (doubt,) = await rechecks(world, as_leader(leader["id"]))
        other = as_leader("NLE-00002")
        assert await rechecks(world, other) == []
        await world.get(f"/v1/designation-rechecks/{doubt['id']}", other, status=404)


class TestWorkQueue:
    async def test_it_waits_on_the_director_of_the_region(self, world: MatchingWorld) -> None:
        leader = await nle(world)
        await inspected(world, SPECIAL_MEASURES)
        (doubt,) = await rechecks(world)
        (task,) = (await world.get("/v1/tasks", DIRECTOR, waits_on="regional_director"))["data"]
        assert (task["kind"], task["recheck_id"], task["need_id"]) == ("recheck_designation", doubt["id"], None)
        assert (task["subject"]["kind"], task["subject"]["id"]) == ("leader", leader["reference"])
        assert (await world.get("/v1/tasks", FAR_DIRECTOR))["data"] == []
        other = bearer(scope="episodes:read", org="school:100777", role="school", user="a-head")
        assert (await world.get("/v1/tasks", other))["data"] == []
