"""What if every need were given so many days? Told as a round would come out, and nothing proposed."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from services.brokering.tests.matching_world import DFE, FAR_PARTNER, PARTNER, MatchingWorld, as_trust


async def asked(world: MatchingWorld, body: dict[str, Any], headers: dict[str, str] = DFE) -> dict[str, Any]:
    answer = await world.client.post("/v1/what-ifs/days", headers=headers, json=body)
    assert answer.status_code == 202, answer.text
    world.work()
    found: dict[str, Any] = answer.json()
    async with asyncio.timeout(120):
        while found["state"] not in {"succeeded", "failed", "cancelled"}:
            found = await world.get(answer.headers["location"], headers)
            await asyncio.sleep(0)
    return found


async def five_schools_one_leader(world: MatchingWorld) -> None:
    for urn in range(100001, 100006):
        world.school(urn)
        world.assess(urn)
    await world.leader("CEO-00001", days_available=20, max_concurrent=4)


async def test_fewer_days_serve_more_and_nothing_is_proposed(world: MatchingWorld) -> None:
    await five_schools_one_leader(world)
    found = await asked(world, {"days": [6, 10, 2.5, 5]})
    told = [(each["days"], each["matched"], each["more_matched"], each["days_given"]) for each in found["choices"]]
    assert told == [(None, 2, 0, 20), (2.5, 4, 2, 10), (5, 4, 2, 20), (6, 3, 1, 18), (10, 2, 0, 20)]
    assert all(each["optimal"] and each["matched"] + each["unmatched"] == 5 for each in found["choices"])
    assert found["choices"][3]["text"] == "6 days each would serve 1 more school or trust."
    assert (await world.get("/v1/proposals"))["data"] == []
    assert (await world.get("/v1/matching-rounds"))["data"] == []


async def test_is_of_the_brokers_own_regions(world: MatchingWorld) -> None:
    await five_schools_one_leader(world)
    found = await asked(world, {"days": [10]}, FAR_PARTNER)
    assert found["choices"][0]["needs"] == 0
    beyond = {"days": [10], "scope": {"regions": ["London"]}}
    await world.post("/v1/what-ifs/days", beyond, FAR_PARTNER, status=422)


async def test_others_do_not_see_it_and_a_round_is_no_what_if(world: MatchingWorld) -> None:
    found = await asked(world, {"days": [10]}, PARTNER)
    await world.get(f"/v1/what-ifs/days/{found['id']}", FAR_PARTNER, status=404)
    await world.get(f"/v1/what-ifs/days/{uuid.uuid4()}", status=404)
    done = await world.round()
    await world.get(f"/v1/what-ifs/days/{done['id']}", status=404)
    await world.get(f"/v1/what-ifs/days/{found['id']}", as_trust("5143"), status=404)


async def test_waiting_can_be_cancelled_and_nonsense_is_refused(world: MatchingWorld) -> None:
    waiting = await world.post("/v1/what-ifs/days", {"days": [3]}, status=202)
    gone = await world.client.delete(f"/v1/what-ifs/days/{waiting['id']}", headers=DFE)
    assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")
    for days in ([], [0], [10.5], [1.3], ["a"]):
        await world.post("/v1/what-ifs/days", {"days": days}, status=422)
