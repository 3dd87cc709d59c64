"""Rounds over HTTP: solved by the worker, provable by anyone, superseding what came before."""

from __future__ import annotations

import uuid
from typing import Any

from services.brokering.tests.matching_world import (
    DFE,
    FAR_PARTNER,
    PARTNER,
    MatchingWorld,
    as_authority,
    as_school,
    in_trust,
)


async def three_schools_two_places(world: MatchingWorld) -> tuple[dict[str, Any], dict[str, Any]]:
    """Three schools in need; a near leader with one place, a further one with one place."""
    for urn in (100001, 100002, 100003):
        world.school(urn, **in_trust(str(urn)))
        world.assess(urn)
    near = await world.leader("CEO-00001", max_concurrent=1)
    further = await world.leader("CEO-00002", max_concurrent=1, location={"lat": 51.9, "lng": -0.1})
    return near, further


class TestAccess:
    async def test_asking_takes_the_scope_to_match(self, world: MatchingWorld) -> None:
        assert (await world.client.post("/v1/matching-rounds", json={})).status_code == 401
        await world.post("/v1/matching-rounds", {}, as_school(1), status=403)

    async def test_a_partner_cannot_reach_beyond_its_regions(self, world: MatchingWorld) -> None:
        refused = await world.post("/v1/matching-rounds", {"scope": {"regions": ["North East"]}}, PARTNER, status=422)
        assert refused["errors"][0]["code"] == "outside_tenancy"

    async def test_proposals_are_hidden_from_the_parties_until_an_offer(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        done = await world.round()
        (proposal, _) = (await world.get(f"/v1/matching-rounds/{done['id']}/proposals"))["data"]
        for stranger in (as_school(int(proposal["subject"]["id"])), as_authority("208"), FAR_PARTNER):
            await world.get(f"/v1/proposals/{proposal['id']}", stranger, status=404)
            assert (await world.get("/v1/proposals", stranger))["data"] == []
        assert (await world.get(f"/v1/proposals/{proposal['id']}", PARTNER))["id"] == proposal["id"]

    async def test_another_regions_round_gives_another_partner_nothing(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        done = await world.round(headers=PARTNER)
        for path in ("", "/proposals", "/unmatched", "/leaders", "/pairs"):
            await world.get(f"/v1/matching-rounds/{done['id']}{path}", FAR_PARTNER, status=404)


class TestAnswer:
    async def test_catches_up_first_and_proves_its_figures(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        done = await world.round()
        assert done["state"] == "succeeded", done
        assert (done["needs"], done["leaders"], done["pairs"]) == (3, 2, 6)
        assert (done["matched"], done["unmatched"]) == (2, 1)
        assert done["bound"]["matched"] == 2
        assert done["bound"]["total_suitability"] == done["total_suitability"]
        assert (done["optimal"], done["gap"]) == (True, 0.0)
        assert [each["reached_head"] for each in done["upstream"]] == [True, True]
        assert done["warnings"] == []

    async def test_a_bound_of_the_number_is_none_where_needs_weigh_differently(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        await world.follow()
        await world.sql("UPDATE needs SET priority = 3 WHERE subject_id = '100001'")
        done = await world.round()
        assert (done["optimal"], done["bound"]["matched"]) == (True, None)
        assert done["bound"]["weighted_matched"] == done["weighted_matched"]

    async def test_explains_every_proposal(self, world: MatchingWorld) -> None:
        near, further = await three_schools_two_places(world)
        done = await world.round()
        proposals = (await world.get(f"/v1/matching-rounds/{done['id']}/proposals"))["data"]
        assert {each["leader_id"] for each in proposals} == {near["id"], further["id"]}
        for each in proposals:
            weighed = sum(part["value"] * part["weight"] for part in each["score_parts"])
            assert each["suitability"] == weighed // sum(part["weight"] for part in each["score_parts"])
            assert each["flags"] == ["not_declared", "provisional_need"]
            assert len(each["next_best"]) == 1
            assert (await world.get(f"/v1/proposals/{each['id']}")) == each
        of_further = next(each for each in proposals if each["leader_id"] == further["id"])
        assert of_further["next_best"][0]["why_not"] == "full"

    async def test_says_why_a_need_is_left_and_what_would_have_to_give(self, world: MatchingWorld) -> None:
        near, _ = await three_schools_two_places(world)
        done = await world.round()
        (left,) = (await world.get(f"/v1/matching-rounds/{done['id']}/unmatched"))["data"]
        assert [(reason["rule"], reason["leaders"]) for reason in left["reasons"]] == [("capacity", 2)]
        first = left["relaxations"][0]
        assert (first["rule"], first["leader_id"]) == ("max_concurrent", near["id"])
        assert await world.lines(f"/v1/matching-rounds/{done['id']}/unmatched") == [left]

    async def test_anyone_can_solve_it_again_from_pairs_and_leaders(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        done = await world.round()
        pairs = await world.lines(f"/v1/matching-rounds/{done['id']}/pairs")
        leaders = await world.lines(f"/v1/matching-rounds/{done['id']}/leaders")
        proposals = await world.lines(f"/v1/matching-rounds/{done['id']}/proposals")
        scores = {(pair["need_id"], pair["leader_id"]): pair["suitability"] for pair in pairs}
        assert len(scores) == done["pairs"]
        assert {pair["need_days"] for pair in pairs} == {10}
        assert sum(scores[each["need_id"], each["leader_id"]] for each in proposals) == done["total_suitability"]
        taken = [each["leader_id"] for each in proposals]
        assert all(taken.count(leader["leader_id"]) <= leader["max_concurrent"] for leader in leaders)

    async def test_pages_are_whole(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        done = await world.round()
        path = f"/v1/matching-rounds/{done['id']}/proposals"
        first = await world.get(path, limit=1, include_total="true")
        rest = await world.get(first["paging"]["next_url"])
        assert first["paging"]["total"] == 2
        assert len({each["id"] for each in [*first["data"], *rest["data"]]}) == 2
        assert rest["paging"]["next_cursor"] is None


class TestFlags:
    async def test_a_need_decided_since_is_not_told_as_provisional(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        done = await world.round()
        path = f"/v1/matching-rounds/{done['id']}/proposals"
        urn = int((await world.lines(path))[0]["subject"]["id"])
        world.decide(urn)
        await world.follow()
        flags = {int(each["subject"]["id"]) == urn: each["flags"] for each in await world.lines(path)}
        assert flags == {True: ["not_declared"], False: ["not_declared", "provisional_need"]}


class TestScope:
    async def test_decided_needs_only(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        world.decide(100002)
        done = await world.round({"scope": {"needs_from": "decided"}})
        assert (done["needs"], done["matched"]) == (1, 1)

    async def test_other_regions_stay_out(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        world.school(100009, region="North East")
        world.assess(100009)
        assert (await world.round({"scope": {"regions": ["North East"]}}))["needs"] == 1
        assert (await world.round())["needs"] == 4

    async def test_needs_under_offer_are_left_alone(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        await world.follow()
        await world.sql("UPDATE needs SET state = 'under_offer' WHERE subject_id = '100001'")
        assert (await world.round())["needs"] == 2

    async def test_days_and_places_promised_elsewhere_are_gone(self, world: MatchingWorld) -> None:
        near, _ = await three_schools_two_places(world)
        world.promise(near["id"], half_days=20, places=1)
        done = await world.round()
        assert (done["matched"], done["pairs"]) == (1, 3)
        leaders = await world.lines(f"/v1/matching-rounds/{done['id']}/leaders")
        assert {(each["days_available"], each["max_concurrent"]) for each in leaders} == {(10, 0), (20, 1)}


class TestPinned:
    async def test_a_pin_is_held(self, world: MatchingWorld) -> None:
        _, further = await three_schools_two_places(world)
        await world.follow()
        need = (await world.needs())[0]
        done = await world.round({"pinned": [{"need_id": need["id"], "leader_id": further["id"]}]})
        proposals = await world.lines(f"/v1/matching-rounds/{done['id']}/proposals")
        pinned = [each for each in proposals if each["pinned"]]
        assert [(each["need_id"], each["leader_id"]) for each in pinned] == [(need["id"], further["id"])]
        assert done["matched"] == 2

    async def test_a_pin_against_a_hard_rule_fails_the_round_and_stores_nothing(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        wrong = await world.leader("CEO-00003", phases=["secondary"])
        await world.follow()
        need = (await world.needs())[0]
        failed = await world.round({"pinned": [{"need_id": need["id"], "leader_id": wrong["id"]}]})
        assert (failed["state"], failed["problem"]["title"]) == ("failed", "The pinned pairs cannot be held")
        (problem,) = failed["problem"]["errors"]
        assert (problem["pointer"], problem["code"]) == ("/pinned/0", "phase")
        assert failed["matched"] is None
        assert failed["finished_at"] >= failed["created_at"]
        assert (await world.get("/v1/proposals"))["data"] == []

    async def test_each_pin_that_cannot_be_held_is_named(self, world: MatchingWorld) -> None:
        near, further = await three_schools_two_places(world)
        short = await world.leader("CEO-00003", days_available=15)
        await world.follow()
        first, second, third = (each["id"] for each in await world.needs())
        pairs = [(first, near), (second, near), (first, further), (second, short), (third, short)]
        pinned = [{"need_id": need, "leader_id": leader["id"]} for need, leader in pairs]
        failed = await world.round({"pinned": pinned})
        assert [(each["pointer"], each["code"], each["detail"]) for each in failed["problem"]["errors"]] == [
            ("/pinned/2", "twice", "The need is pinned by /pinned/0 already."),
            ("/pinned/3", "twice", "The need is pinned by /pinned/1 already."),
            ("/pinned/1", "places", "The leader can take on 1 more, and 2 are pinned up to here."),
            ("/pinned/4", "days", "The leader has 15 days left, and 20 days are pinned up to here."),
        ]

    async def test_a_pin_of_what_is_not_there_is_refused_at_once_and_named(self, world: MatchingWorld) -> None:
        near, _ = await three_schools_two_places(world)
        await world.follow()
        need, nobody = (await world.needs())[0]["id"], str(uuid.uuid4())
        pins = [(need, near["id"]), (nobody, near["id"]), (need, nobody)]
        pinned = [{"need_id": need_id, "leader_id": leader_id} for need_id, leader_id in pins]
        refused = await world.post("/v1/matching-rounds", {"pinned": pinned}, status=422)
        assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [
            ("/pinned/1/need_id", "unknown_need"),
            ("/pinned/2/leader_id", "unknown_leader"),
        ]
        assert all(nobody in error["detail"] for error in refused["errors"])
        assert (await world.get("/v1/matching-rounds"))["data"] == []

    async def test_a_need_of_another_region_is_not_there_for_a_partner(self, world: MatchingWorld) -> None:
        near, _ = await three_schools_two_places(world)
        world.school(100009, region="North East")
        world.assess(100009)
        await world.follow()
        (far,) = await world.needs(region="North East")
        pinned = [{"need_id": far["id"], "leader_id": near["id"]}]
        refused = await world.post("/v1/matching-rounds", {"pinned": pinned}, PARTNER, status=422)
        assert refused["errors"][0]["pointer"] == "/pinned/0/need_id"


class TestNewerRounds:
    async def test_supersede_what_was_proposed_but_nothing_under_offer(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        first = await world.round()
        proposals = await world.lines(f"/v1/matching-rounds/{first['id']}/proposals")
        await world.sql(
            "UPDATE proposals SET state = 'under_offer' WHERE id = CAST(:id AS uuid)", id=proposals[0]["id"]
        )
        await world.round()
        after = {each["id"]: each["state"] for each in await world.lines("/v1/proposals")}
        assert after[proposals[0]["id"]] == "under_offer"
        assert after[proposals[1]["id"]] == "superseded"
        assert sorted(after.values()) == ["proposed", "proposed", "superseded", "under_offer"]

    async def test_the_same_round_again_proposes_the_same_pairs(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        answers = []
        for _ in range(2):
            done = await world.round()
            lines = await world.lines(f"/v1/matching-rounds/{done['id']}/proposals")
            answers.append({(each["need_id"], each["leader_id"], each["suitability"]) for each in lines})
        assert answers[0] == answers[1]

    async def test_are_listed_first(self, world: MatchingWorld) -> None:
        ids = [(await world.round())["id"] for _ in range(2)]
        listed = (await world.get("/v1/matching-rounds"))["data"]
        assert [each["id"] for each in listed] == ids[::-1]

    async def test_tell_the_feed(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        done = await world.round()
        events = (await world.get("/v1/changes", DFE, limit=1000))["data"]
        kinds = [event["type"] for event in events]
        assert kinds.count("brokering.proposal.changed") == 2
        finished = next(event for event in events if event["type"] == "brokering.round.finished")
        assert (finished["subject"], finished["data"]["matched"]) == (done["id"], 2)


class TestUpstreamDown:
    async def test_goes_on_with_what_is_held_and_says_so(self, world: MatchingWorld) -> None:
        await three_schools_two_places(world)
        await world.follow()
        world.school(100008)
        world.assess(100008)
        world.feeds["triage"].down = True
        done = await world.round()
        assert (done["state"], done["needs"]) == ("succeeded", 3)
        assert [each["reached_head"] for each in done["upstream"]] == [True, False]
        assert done["warnings"] == ["triage could not be asked for its latest changes: solved on what is held of it."]


async def test_a_queued_round_can_be_cancelled(world: MatchingWorld) -> None:
    asked = await world.post("/v1/matching-rounds", {}, status=202)
    cancelled = await world.client.delete(f"/v1/matching-rounds/{asked['id']}", headers=DFE)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert cancelled.json()["finished_at"] >= asked["created_at"]


async def test_what_is_wrong_with_a_round_is_told_in_plain_words(world: MatchingWorld) -> None:
    body = {"window": {"from": "2026-09-02", "to": "2026-09-01"}, "weights": {"foo": 1}}
    refused = await world.post("/v1/matching-rounds", body, status=422)
    told = {error["pointer"]: error["detail"] for error in refused["errors"]}
    assert told["/window"] == "The window ends (`to`) before it begins (`from`)."
    assert set(told) == {"/window", "/weights/foo"}


async def test_an_unknown_policy_version_is_refused(world: MatchingWorld) -> None:
    refused = await world.post("/v1/matching-rounds", {"policy_version": 99}, status=422)
    assert refused["errors"][0]["pointer"] == "/policy_version"


async def test_the_policy_is_public(world: MatchingWorld) -> None:
    answer = await world.client.get("/v1/matching-policies")
    (version,) = answer.json()["data"]
    assert (version["version"], version["parameters"]["distance_cap_km"]) == (1, 80)
    assert (await world.client.get("/v1/matching-policies/2")).status_code == 404
    assert await world.lines("/v1/matching-policies", {}) == [version]
    table = await world.client.get("/v1/matching-policies", headers={"Accept": "text/csv"})
    assert table.text.splitlines()[0] == "version,title,effective_from"
    assert table.text.splitlines()[1].startswith(f"1,{version['title']},{version['effective_from']}")
