"""Types of school, a leader's furthest distance, evidence of strengths and earlier support, from record to pair."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
from services.brokering.tests.matching_world import DFE, PARTNER, MatchingWorld

from shared.db.session import driver_url

EVIDENCE = {
    "area": "quality_of_education",
    "what": "Led the curriculum work of School A",
    "dated_on": "2025-03-01",
    "source": "Report of School A",
}


async def need_of(world: MatchingWorld, **school: Any) -> dict[str, Any]:
    world.school(100001, **school)
    world.assess(100001)
    await world.follow()
    (need,) = await world.needs()
    return need


async def pair(world: MatchingWorld, need: dict[str, Any], leader: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await world.get(f"/v1/needs/{need['id']}/candidates/{leader['id']}", PARTNER)
    return found


class TestDeclarations:
    async def test_another_type_of_school_is_flagged_in_words(self, world: MatchingWorld) -> None:
        leader = await world.leader("CEO-00001", school_types=["mainstream"])
        need = await need_of(world, type={"code": "07", "label": "Community Special School"})
        found = await pair(world, need, leader)
        assert found["feasible"]
        assert "school_type" in found["flags"]
        (note,) = [each for each in found["flag_notes"] if each["flag"] == "school_type"]
        assert note["text"].startswith("The school's type (special) is not among")
        done = await world.round()
        (proposal,) = await world.lines(f"/v1/matching-rounds/{done['id']}/proposals")
        assert sorted(proposal["flags"]) == sorted(found["flags"])

    async def test_further_than_the_leader_travels_is_barred(self, world: MatchingWorld) -> None:
        leader = await world.leader("CEO-00001", location={"lat": 51.9, "lng": -0.1}, max_distance_km=30)
        need = await need_of(world)
        found = await pair(world, need, leader)
        assert [each["rule"] for each in found["rules"] if each["bars"]] == ["leader_distance"]
        done = await world.round()
        (left,) = await world.lines(f"/v1/matching-rounds/{done['id']}/unmatched")
        assert [reason["rule"] for reason in left["reasons"]] == ["leader_distance"]


class TestEvidence:
    async def test_is_told_beside_the_strength(self, world: MatchingWorld) -> None:
        leader = await world.leader("CEO-00001", strengths=["quality_of_education"])
        path = f"/v1/leaders/{leader['id']}/strength-evidence"
        stored = await world.post(path, EVIDENCE)
        assert (await world.get(path))["data"] == [stored]
        found = await pair(world, await need_of(world), leader)
        (part,) = [each for each in found["score_parts"] if each["part"] == "strengths"]
        assert (
            "quality_of_education (Led the curriculum work of School A, 2025-03-01, Report of School A)" in part["text"]
        )

    async def test_of_an_area_that_is_no_strength_is_refused(self, world: MatchingWorld) -> None:
        leader = await world.leader("CEO-00001", strengths=["inclusion"])
        refused = await world.post(f"/v1/leaders/{leader['id']}/strength-evidence", EVIDENCE, DFE, status=422)
        assert refused["errors"][0]["pointer"] == "/area"


def offered_without_a_round(world: MatchingWorld, need: dict[str, Any], leader: dict[str, Any]) -> None:
    with psycopg.connect(driver_url(world.owner_url), options="-c app.visibility=all") as owner:
        owner.execute(
            "INSERT INTO offers (id, need_id, leader_id, subject_kind, subject_id, half_days, state, deadline, shown,"
            " offered_by, offered_at, school_agreement, approval, tenancy_region) VALUES (%s, %s, %s, 'school',"
            " '100001', 5, 'approved', now(), '{}', 'a', now(), '{\"conflicts_seen\": true}', '{\"by\": \"b\"}',"
            " 'London')",
            (uuid4(), need["id"], leader["id"]),
        )


class TestWithoutARound:
    async def test_it_counts_as_earlier_support(self, world: MatchingWorld) -> None:
        leader = await world.leader("CEO-00001")
        need = await need_of(world)
        offered_without_a_round(world, need, leader)
        scored = (await pair(world, need, leader))["score_parts"]
        (part,) = [each for each in scored if each["part"] == "continuity"]
        assert (part["value"], part["text"]) == (1000, "The leader has supported this school or trust before.")

    async def test_the_equity_report_counts_it_beside_the_round(self, world: MatchingWorld) -> None:
        need = await need_of(world)
        done = await world.round()
        path = f"/v1/matching-rounds/{done['id']}/equity"
        nothing = {"needs": 0, "unmatched_needs": 0, "days": 0, "supporters": 0, "out_of_region": 0}
        assert (await world.get(path))["without_round"] == nothing
        offered_without_a_round(world, need, await world.leader("CEO-00001", region="South East"))
        report = await world.get(path)
        assert report["without_round"] == {**nothing, "needs": 1, "unmatched_needs": 1, "days": 2.5,
                                           "supporters": 1, "out_of_region": 1}  # fmt: skip
        (london,) = report["by_region"]
        assert (london["matched"], london["without_round"], london["days_without_round"]) == (0, 1, 2.5)
