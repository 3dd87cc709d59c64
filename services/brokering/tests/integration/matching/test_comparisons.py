"""Two rounds side by side, and who gets what out of one."""

from __future__ import annotations

from services.brokering.tests.matching_world import FAR_PARTNER, PARTNER, MatchingWorld, as_trust


async def two_rounds(world: MatchingWorld) -> tuple[str, str, dict[str, str]]:
    """Solve a round, let things change, and solve another; return both and the needs' names."""
    for urn, phase in ((100001, "primary"), (100002, "primary"), (100003, "special"), (100004, "nursery")):
        world.school(urn, phase=phase)
        world.assess(urn)
    await world.follow()
    first_leader = await world.leader("CEO-00001", max_concurrent=3, days_available=30, schools_turned_round=1)
    first = await world.round()
    needs = {need["subject"]["id"]: need["id"] for need in await world.needs()}
    await world.leader("CEO-00002", phases=["primary"], schools_turned_round=4, days_available=10, region="South East")
    await world.leader("NLE-00003", role="nle", phases=["special"])
    pair = {"need_id": needs["100002"], "leader_id": first_leader["id"]}
    second = await world.round({"pinned": [pair], "scope": {"regions": ["London"]}})
    return first["id"], second["id"], {need: urn for urn, need in needs.items()}


async def test_a_comparison_accounts_for_every_need(world: MatchingWorld) -> None:
    first, second, names = await two_rounds(world)
    found = await world.get(f"/v1/matching-rounds/{first}/comparison/{second}", include_total="true")
    assert {name: count for name, count in found["changes"].items() if count} == {
        "same_leader": 1,
        "other_leader": 1,
        "newly_matched": 1,
        "unmatched_in_both": 1,
    }
    told = {names[each["need_id"]]: each for each in found["data"]}
    assert {urn: each["change"] for urn, each in told.items()} == {"100001": "other_leader", "100003": "newly_matched"}
    assert told["100001"]["first"]["leader_reference"] == "CEO-00001"
    assert told["100001"]["second"]["leader_reference"] == "CEO-00002"
    assert told["100003"]["first"] is None
    assert (found["first"]["matched"], found["second"]["matched"], found["paging"]["total"]) == (2, 3, 2)
    back = await world.get(f"/v1/matching-rounds/{second}/comparison/{first}")
    assert back["changes"]["no_longer_matched"] == 1


async def test_differences_come_in_pages(world: MatchingWorld) -> None:
    first, second, _ = await two_rounds(world)
    path = f"/v1/matching-rounds/{first}/comparison/{second}"
    page = await world.get(path, limit=1)
    rest = await world.get(path, limit=1, after=page["paging"]["next_cursor"])
    assert len(page["data"]) == len(rest["data"]) == 1
    assert page["data"][0]["need_id"] < rest["data"][0]["need_id"]
    assert rest["paging"]["next_cursor"] is None


async def test_a_round_beside_itself_differs_in_nothing(world: MatchingWorld) -> None:
    first, _, _ = await two_rounds(world)
    found = await world.get(f"/v1/matching-rounds/{first}/comparison/{first}")
    assert (found["data"], found["changes"]["same_leader"], found["changes"]["unmatched_in_both"]) == ([], 2, 2)


async def test_who_gets_what(world: MatchingWorld) -> None:
    _, second, _ = await two_rounds(world)
    found = await world.get(f"/v1/matching-rounds/{second}/equity", PARTNER)
    assert (found["needs"], found["matched"]) == (4, 3)
    phases = {group["value"]: (group["needs"], group["matched"]) for group in found["by_phase"]}
    assert phases == {"nursery": (1, 0), "primary": (2, 2), "special": (1, 1)}
    assert [(group["value"], group["needs"]) for group in found["by_region"]] == [("London", 4)]
    assert [(group["value"], group["needs"]) for group in found["by_deprivation"]] == [("3", 4)]
    assert found["out_of_region"] == {"matches": 1, "share": 0.3333}
    assert sum(band["matches"] for band in found["distances"]["bands"]) == 3
    assert found["supporters"]["supporters"] == 3


async def test_nobody_else_sees_them(world: MatchingWorld) -> None:
    first, second, _ = await two_rounds(world)
    for path in (f"/v1/matching-rounds/{second}/equity", f"/v1/matching-rounds/{second}/comparison/{first}"):
        await world.get(path, FAR_PARTNER, status=404)
        await world.get(path, as_trust("5143"), status=404)
