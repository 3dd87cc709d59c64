"""All of England from the national files: the answer is the best there is, and every rule holds.

The rule that makes needs here is a short reading of the older grades, enough for load; in earnest triage decides.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from services.brokering.tests.matching_world import DFE, MatchingWorld, facts_of

NATIONAL = Path(os.environ.get("NATIONAL_DATA") or Path(__file__).parents[6] / "shared" / "data")
SCHOOLS = NATIONAL / "ofsted" / "latest_inspections_2025-08-31.csv"
PLACES = NATIONAL / "gias" / "locations_2026-06-22.csv"
ROSTER = NATIONAL / "leaders" / "system_leaders_derived.csv"
PHASES = {"Primary": "primary", "Secondary": "secondary", "Special": "special", "Nursery": "nursery"}
CAP_KM = 80

pytestmark = [
    pytest.mark.national,
    pytest.mark.skipif(
        not (SCHOOLS.exists() and PLACES.exists() and ROSTER.exists()),
        reason="the national files are not there: set NATIONAL_DATA to their folder",
    ),
]


def number(value: str) -> int | None:
    return int(value) if value.isdecimal() else None


def schools() -> Iterator[tuple[int, bool, dict[str, Any]]]:
    """Yield each school's URN, whether it is taken as in need, and its facts."""
    with PLACES.open(encoding="utf-8") as file:
        places = {row["urn"]: {"lat": float(row["lat"]), "lng": float(row["lng"])} for row in csv.DictReader(file)}
    with SCHOOLS.open(encoding="cp1252") as file:
        for row in csv.DictReader(file):
            uid, name = row["Multi-academy trust UID"], row["Multi-academy trust name"]
            trust = None if uid == "NULL" else {"uid": uid, "name": name}
            authority = {"kind": "local_authority", "id": row["Local authority"], "name": row["Local authority"]}
            facts = {
                "name": row["School name"],
                "phase": PHASES.get(row["Ofsted phase"], "alternative_provision"),
                "region": row["Region"],
                "local_authority": {"code": row["Local authority"], "name": row["Local authority"]},
                "trust": trust,
                "responsible_body": {"kind": "trust", "id": uid, "name": name} if trust else authority,
                "pupils": number(row["Total number of pupils"]),
                "idaci_quintile": number(row["The income deprivation affecting children index (IDACI) quintile"]),
                "location": places.get(row["URN"]),
            }
            yield int(row["URN"]), in_need(row), facts_of(int(row["URN"]), **facts)


def in_need(row: dict[str, str]) -> bool:
    if row["Category of concern"] == "SM":
        return False
    key = (row["Quality of education"], row["Effectiveness of leadership and management"])
    return row["Overall effectiveness"] in {"3", "4"} or any(grade in {"3", "4"} for grade in key)


@pytest.mark.timeout(600)
async def test_a_national_round_is_optimal_and_whole(world: MatchingWorld) -> None:
    for urn, needed, facts in schools():
        world.facts.schools[urn] = facts
        world.feeds["inspection"].tell("inspection.school.changed", str(urn), {"urn": urn})
        if needed:
            world.assess(urn)
    await world.follow()
    sent = {**DFE, "Content-Type": "text/csv"}
    loaded = await world.client.post("/v1/leaders/batches", headers=sent, content=ROSTER.read_bytes())
    assert loaded.json()["counts"]["created"] == 566

    done = await world.round()
    assert (done["state"], done["optimal"], done["gap"]) == ("succeeded", True, 0.0)
    assert done["matched"] == done["bound"]["matched"]
    assert done["total_suitability"] == done["bound"]["total_suitability"]
    await check_answer(world, done)
    await check_candidates(world, done)


async def check_candidates(world: MatchingWorld, done: dict[str, Any]) -> None:
    """Check that whoever the round proposed is, taken alone, a candidate with the same suitability."""
    for proposal in (await world.lines(f"/v1/matching-rounds/{done['id']}/proposals"))[:5]:
        found = await world.get(f"/v1/needs/{proposal['need_id']}/candidates", limit=200)
        ranked = {each["leader_id"]: each["suitability"] for each in found["data"]}
        assert ranked[proposal["leader_id"]] == proposal["suitability"]
        assert found["feasible"] + len(found["excluded"]) == done["leaders"]


async def check_answer(world: MatchingWorld, done: dict[str, Any]) -> None:
    """Check the answer against pairs and leaders as published, and the rules against the roster."""
    path = f"/v1/matching-rounds/{done['id']}"
    pairs = {(p["need_id"], p["leader_id"]): p["suitability"] for p in await world.lines(f"{path}/pairs")}
    leaders = {leader["leader_id"]: leader for leader in await world.lines(f"{path}/leaders")}
    proposals = await world.lines(f"{path}/proposals")
    unmatched = await world.lines(f"{path}/unmatched")
    roster = {leader["id"]: leader for leader in await world.lines("/v1/leaders")}
    assert len(pairs) == done["pairs"]
    assert len(proposals) == len({each["need_id"] for each in proposals}) == done["matched"]
    assert len(unmatched) == done["unmatched"]
    assert sum(pairs[each["need_id"], each["leader_id"]] for each in proposals) == done["total_suitability"]
    for leader_id, taken in Counter(each["leader_id"] for each in proposals).items():
        assert taken <= leaders[leader_id]["max_concurrent"]
        assert 10 * taken <= leaders[leader_id]["days_available"]
    for each in proposals:
        facts, leader = world.facts.schools[int(each["subject"]["id"])], roster[each["leader_id"]]
        assert facts["phase"] in leader["phases"]
        assert each["distance_km"] is None or each["distance_km"] <= CAP_KM
        assert facts["responsible_body"]["id"] != leader["organisation"]["id"]
    assert all(each["reasons"] for each in unmatched)
