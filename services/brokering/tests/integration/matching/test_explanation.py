"""Why (not) this leader: for any pair, today and in a round."""

from __future__ import annotations

import uuid
from typing import Any

from services.brokering.tests.matching_world import FAR_PARTNER, MatchingWorld, as_leader


async def needs_of(world: MatchingWorld, *urns: int, **school: Any) -> dict[int, str]:
    for urn in urns:
        world.school(urn, **school)
        world.assess(urn)
    await world.follow()
    return {int(need["subject"]["id"]): need["id"] for need in await world.needs()}


async def test_tells_every_rule_and_the_rank(world: MatchingWorld) -> None:
    needs = await needs_of(world, 100001)
    await world.leader("CEO-00001")
    other = await world.leader("CEO-00002", schools_turned_round=0)
    barred = await world.leader("CEO-00003", phases=["special"], location={"lat": 55.0, "lng": -1.6})
    found = await world.get(f"/v1/needs/{needs[100001]}/candidates/{other['id']}")
    assert (found["feasible"], found["rank"], found["of"], found["round"]) == (True, 2, 2, None)
    assert not any(rule["bars"] for rule in found["rules"])
    ranked = (await world.get(f"/v1/needs/{needs[100001]}/candidates"))["data"]
    assert found["suitability"] == ranked[1]["suitability"]
    found = await world.get(f"/v1/needs/{needs[100001]}/candidates/{barred['id']}")
    assert (found["feasible"], found["rank"]) == (False, None)
    assert [rule["rule"] for rule in found["rules"] if rule["bars"]] == ["phase", "distance"]
    assert all((rule["text"] is not None) == rule["bars"] for rule in found["rules"])


async def test_tells_what_the_round_did(world: MatchingWorld) -> None:
    needs = await needs_of(world, 100001)
    best, worse = await world.leader("CEO-00001"), await world.leader("CEO-00002", schools_turned_round=0)
    done = await world.round()
    late = await world.leader("CEO-00003")
    path = f"/v1/needs/{needs[100001]}/candidates"
    outcomes = {}
    for leader in (best, worse, late):
        found = (await world.get(f"{path}/{leader['id']}"))["round"]
        assert found["round_id"] == done["id"]
        assert found["proposed"]["leader_id"] == best["id"]
        outcomes[leader["reference"]] = found["outcome"]
    assert outcomes == {"CEO-00001": "proposed", "CEO-00002": "less_suitable", "CEO-00003": "not_in_round"}


async def test_tells_where_a_full_leader_went(world: MatchingWorld) -> None:
    needs = await needs_of(world, 100001, 100002)
    only = await world.leader("CEO-00001", days_available=10, max_concurrent=1)
    done = await world.round()
    (proposal,) = (await world.get(f"/v1/matching-rounds/{done['id']}/proposals"))["data"]
    (left_out,) = set(needs.values()) - {proposal["need_id"]}
    found = (await world.get(f"/v1/needs/{left_out}/candidates/{only['id']}", round_id=done["id"]))["round"]
    assert (found["outcome"], found["proposed"]) == ("full", None)
    assert [each["need_id"] for each in found["given_to"]] == [proposal["need_id"]]
    assert proposal["subject"]["name"] in found["text"]


async def test_unknown_pairs_and_rounds_are_told_apart(world: MatchingWorld) -> None:
    needs = await needs_of(world, 100001)
    leader = await world.leader("CEO-00001")
    nobody, path = uuid.uuid4(), f"/v1/needs/{needs[100001]}/candidates/{leader['id']}"
    await world.get(f"/v1/needs/{nobody}/candidates/{leader['id']}", status=404)
    await world.get(f"/v1/needs/{needs[100001]}/candidates/{nobody}", status=404)
    await world.get(path, status=404, round_id=str(nobody))
    await world.get(path, FAR_PARTNER, status=404)
    await world.get(path, as_leader(leader["id"]), status=404)
