"""What a round is asked for besides: excluded pairs, the own region only, and to leave standing proposals be."""

from __future__ import annotations

from typing import Any

from services.brokering.tests.matching_world import DFE, PARTNER, MatchingWorld


async def one_need(world: MatchingWorld, urn: int = 100001, **school: Any) -> dict[str, Any]:
    world.school(urn, **school)
    world.assess(urn)
    await world.follow()
    found: dict[str, Any] = (await world.needs())[-1]
    return found


async def proposed(world: MatchingWorld, done: dict[str, Any]) -> dict[str, str]:
    lines = await world.lines(f"/v1/matching-rounds/{done['id']}/proposals")
    return {each["need_id"]: each["leader_reference"] for each in lines}


async def test_an_excluded_pair_is_not_proposed_and_the_round_says_why(world: MatchingWorld) -> None:
    need = await one_need(world)
    best = await world.leader("CEO-00001")
    pair = {"need_id": need["id"], "leader_id": best["id"]}
    assert await proposed(world, await world.round()) == {need["id"]: "CEO-00001"}
    done = await world.round({"excluded": [pair]})
    assert (done["matched"], done["excluded"]) == (0, [pair])
    (unmatched,) = (await world.get(f"/v1/matching-rounds/{done['id']}/unmatched"))["data"]
    assert [reason["rule"] for reason in unmatched["reasons"]] == ["excluded_pair"]


async def test_a_pair_cannot_be_pinned_and_excluded(world: MatchingWorld) -> None:
    need, leader = await one_need(world), await world.leader("CEO-00001")
    pair = {"need_id": need["id"], "leader_id": leader["id"]}
    refused = await world.post("/v1/matching-rounds", {"pinned": [pair], "excluded": [pair]}, status=422)
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [
        ("/excluded/0", "pinned_and_excluded")
    ]
    unknown = {"need_id": leader["id"], "leader_id": need["id"]}
    refused = await world.post("/v1/matching-rounds", {"excluded": [unknown]}, status=422)
    assert [error["pointer"] for error in refused["errors"]] == ["/excluded/0/need_id", "/excluded/0/leader_id"]


async def test_a_window_that_is_past_is_refused(world: MatchingWorld) -> None:
    past = {"window": {"from": "2026-01-01", "to": "2026-05-31"}}
    for path, asked in (("/v1/matching-rounds", past), ("/v1/what-ifs/days", {"days": [6], **past})):
        refused = await world.post(path, asked, status=422)
        assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [("/window/to", "in_the_past")]


async def test_leaders_of_other_regions_come_only_where_the_round_allows_it(world: MatchingWorld) -> None:
    need = await one_need(world)
    await world.leader("CEO-00001", region="South East")
    done = await world.round({"cross_region": False})
    (unmatched,) = (await world.get(f"/v1/matching-rounds/{done['id']}/unmatched"))["data"]
    assert [reason["rule"] for reason in unmatched["reasons"]] == ["region"]
    assert await proposed(world, await world.round()) == {need["id"]: "CEO-00001"}


async def test_a_proposal_that_stands_is_kept_as_long_as_asked(world: MatchingWorld) -> None:
    need = await one_need(world)
    await world.leader("CEO-00002", schools_turned_round=1)
    assert await proposed(world, await world.round()) == {need["id"]: "CEO-00002"}
    await world.leader("CEO-00001", schools_turned_round=4)
    steady = await world.round({"stability": 1000})
    assert (await proposed(world, steady), steady["kept"]) == ({need["id"]: "CEO-00002"}, 1)
    free = await world.round()
    assert (await proposed(world, free), free["kept"]) == ({need["id"]: "CEO-00001"}, 0)
    assert (steady["optimal"], steady["gap"]) == (True, 0)


async def test_the_brokers_own_people_are_flagged(world: MatchingWorld) -> None:
    await one_need(world)
    await world.leader("CEO-00001", organisation={"kind": "other", "id": "1", "name": "A partner"})
    for who, expected in ((PARTNER, True), (DFE, False)):
        done = await world.round(headers=who)
        (proposal,) = (await world.get(f"/v1/matching-rounds/{done['id']}/proposals", who))["data"]
        assert ("broker_colleague" in proposal["flags"]) is expected
        notes = {note["flag"]: note["text"] for note in proposal["flag_notes"]}
        assert ("broker_colleague" in notes) is expected


async def test_a_relaxation_of_the_cap_holds_when_it_is_applied(world: MatchingWorld) -> None:
    need = await one_need(world)
    await world.leader("CEO-00001", location={"lat": 52.3, "lng": -0.1})
    done = await world.round()
    (unmatched,) = (await world.get(f"/v1/matching-rounds/{done['id']}/unmatched"))["data"]
    relaxation = unmatched["relaxations"][0]
    assert (relaxation["rule"], relaxation["cost"]) == ("distance", 9)
    again = await world.round({"distance_cap_km": relaxation["change"]["distance_cap_km"]["to"]})
    assert (again["distance_cap_km"], await proposed(world, again)) == (89, {need["id"]: "CEO-00001"})
