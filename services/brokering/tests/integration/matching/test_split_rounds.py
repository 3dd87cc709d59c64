"""Rounds that split needs between a chief executive and an NLE: from the request to one episode of two deployments."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from services.brokering.tests.matching_world import DFE, ENDED, MatchingWorld, in_trust
from services.brokering.tests.support_world import Match, Steps, World

SIX_AND_FOUR = {"ceo_days": 6, "nle_days": 4}
PARTS_ALONE = {**SIX_AND_FOUR, "both_or_none": False}


async def two_schools(world: MatchingWorld, *, nle: dict[str, Any] | None = None) -> dict[str, str]:
    """Two schools in need, decided; a chief executive with room for both and an NLE with room for one."""
    for urn in (100001, 100002):
        world.school(urn, **in_trust(str(urn)))
        world.assess(urn)
        world.decide(urn)
    ceo = await world.leader("CEO-00001")
    other = await world.leader("NLE-00002", role="nle", max_concurrent=1, **(nle or {}))
    return {"trust_ceo": ceo["id"], "nle": other["id"]}


async def told(world: MatchingWorld, done: dict[str, Any], what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.get(f"/v1/matching-rounds/{done['id']}/{what}"))["data"]
    return found


async def changed(world: MatchingWorld, path: str, body: dict[str, Any]) -> None:
    tag = (await world.client.get(path, headers=DFE)).headers["etag"]
    answer = await world.client.patch(path, headers={**DFE, "If-Match": tag}, json=body)
    assert answer.status_code == 200, answer.text


class TestRound:
    async def test_each_part_has_a_leader_of_its_role_and_its_own_days(self, world: MatchingWorld) -> None:
        leaders = await two_schools(world)
        done = await world.round({"split": PARTS_ALONE})
        assert done["split"] == {
            **PARTS_ALONE, "both_or_none_by": "request", "split": 2, "both": 1, "half": 1, "none": 0,
        }  # fmt: skip
        assert (done["needs"], done["matched"], done["unmatched"], done["optimal"]) == (4, 3, 1, True)
        proposals = await told(world, done, "proposals")
        assert sorted((each["part"], each["days"]) for each in proposals) == [
            ("nle", 4), ("trust_ceo", 6), ("trust_ceo", 6),
        ]  # fmt: skip
        assert all(each["leader_id"] == leaders[each["part"]] for each in proposals)
        (left,) = await told(world, done, "unmatched")
        assert (left["part"], left["half_matched"]) == ("nle", True)
        assert [reason["rule"] for reason in left["reasons"]] == ["phase", "capacity"]
        pairs = await world.lines(f"/v1/matching-rounds/{done['id']}/pairs")
        assert {(each["part"], each["leader_id"], each["need_days"]) for each in pairs} == {
            ("trust_ceo", leaders["trust_ceo"], 6.0), ("nle", leaders["nle"], 4.0),
        }  # fmt: skip

    async def test_both_or_none_leaves_no_school_with_half(self, world: MatchingWorld) -> None:
        await two_schools(world)
        done = await world.round({"split": {**SIX_AND_FOUR, "both_or_none": True}})
        assert [done["split"][name] for name in ("both", "half", "none")] == [1, 0, 1]
        assert len({each["need_id"] for each in await told(world, done, "proposals")}) == 1
        left = await told(world, done, "unmatched")
        assert {(each["part"], each["half_matched"]) for each in left} == {("trust_ceo", False), ("nle", False)}
        assert {reason["rule"] for each in left for reason in each["reasons"]} == {"phase", "capacity", "other_part"}

    async def test_both_or_none_is_the_policys_default_and_the_round_says_so(self, world: MatchingWorld) -> None:
        await two_schools(world)
        done = await world.round({"split": SIX_AND_FOUR})
        assert (done["split"]["both_or_none"], done["split"]["both_or_none_by"]) == (True, "policy")
        assert [done["split"][name] for name in ("both", "half", "none")] == [1, 0, 1]

    async def test_what_would_match_the_other_part_does(self, world: MatchingWorld) -> None:
        await two_schools(world)
        before = await world.round({"split": PARTS_ALONE})
        (left,) = await told(world, before, "unmatched")
        first = left["relaxations"][0]
        assert first["change"] == {"max_concurrent": {"from": 1, "to": 2}}
        await changed(world, f"/v1/leaders/{first['leader_id']}", {"max_concurrent": 2})
        pin = {"need_id": left["need_id"], "leader_id": first["leader_id"]}
        after = await world.round({"split": PARTS_ALONE, "pinned": [pin]})
        assert (after["split"]["both"], after["kept"], after["unmatched"]) == (2, 3, 0)
        states = [each["state"] for each in await told(world, before, "proposals")]
        assert states == ["superseded"] * 3

    async def test_a_pair_names_the_part_of_its_leaders_role(self, world: MatchingWorld) -> None:
        leaders = await two_schools(world)
        await world.follow()
        need = {each["subject"]["id"]: each["id"] for each in await world.needs()}["100002"]
        pin, apart = ({"need_id": need, "leader_id": leaders[role]} for role in ("nle", "trust_ceo"))
        done = await world.round({"split": PARTS_ALONE, "pinned": [pin], "excluded": [apart]})
        of_need = [each for each in await told(world, done, "proposals") if each["need_id"] == need]
        assert [(each["part"], each["pinned"]) for each in of_need] == [("nle", True)]
        refused = await world.round(
            {"split": {**SIX_AND_FOUR, "both_or_none": True}, "pinned": [pin], "excluded": [apart]}
        )
        assert refused["state"] == "failed"
        assert "the other part of a pinned one has to fit" in str(refused["problem"])

    async def test_trusts_and_short_needs_stay_whole(self, world: MatchingWorld) -> None:
        await two_schools(world)
        await world.follow()
        need = (await world.needs())[0]
        await changed(world, f"/v1/needs/{need['id']}", {"days": 9.5})
        await world.post("/v1/needs", {"subject": {"kind": "trust", "id": "100001"}})
        done = await world.round({"split": PARTS_ALONE, "scope": {"needs_from": "proposed"}})
        assert done["split"]["split"] == 1
        assert done["warnings"] == [
            "1 need of a school asks for fewer days than both parts together, and was not split."
        ]
        proposals, left = await told(world, done, "proposals"), await told(world, done, "unmatched")
        assert sorted(each["part"] or "whole" for each in [*proposals, *left]) == ["nle", "trust_ceo", "whole", "whole"]

    @pytest.mark.parametrize(
        ("split", "pointer"),
        [
            ({"ceo_days": 6.5, "nle_days": 4}, "/split"),
            ({"ceo_days": 0, "nle_days": 4}, "/split/ceo_days"),
            ({"ceo_days": 6, "nle_days": 0.25}, "/split/nle_days"),
            ({"ceo_days": 6}, "/split/nle_days"),
        ],
    )
    async def test_parts_are_of_half_days_within_the_cap(
        self, world: MatchingWorld, split: dict[str, Any], pointer: str
    ) -> None:
        refused = await world.post("/v1/matching-rounds", {"split": split}, status=422)
        assert [each["pointer"] for each in refused["errors"]] == [pointer]

    async def test_without_it_nothing_is_split(self, world: MatchingWorld) -> None:
        await two_schools(world)
        done = await world.round()
        assert done["split"] is None
        assert {each["part"] for each in await told(world, done, "proposals")} == {None}


async def approved(world: MatchingWorld, proposal: dict[str, Any]) -> str:
    """Take a proposal of a school's part all the way; return its episode."""
    steps = Steps(world.client, World)  # type: ignore[arg-type]  # its people's tokens are all that is used
    need, leader, match = (UUID(proposal[name]) for name in ("need_id", "leader_id", "id"))
    return await steps.episode(Match(need, leader, match, int(proposal["subject"]["id"])))


class TestPartsThatWait:
    async def test_a_later_round_matches_the_part_that_waits_beside_support(self, world: MatchingWorld) -> None:
        leaders = await two_schools(world)
        first = await world.round({"split": SIX_AND_FOUR})
        ceo, nle = sorted(await told(world, first, "proposals"), key=lambda each: each["days"], reverse=True)
        await approved(world, ceo)
        again = await world.round()
        parts = [(each["need_id"], each["part"], each["leader_id"], each["days"])
                 for each in await told(world, again, "proposals") if each["part"]]  # fmt: skip
        assert parts == [(ceo["need_id"], "nle", leaders["nle"], 4)]
        assert (again["needs"], again["matched"], again["weighted_matched"], again["split"]) == (2, 2, 2, None)
        assert (await world.get(f"/v1/proposals/{nle['id']}"))["state"] == "superseded"
        (half,) = [each for each in await told(world, again, "proposals") if each["part"]]
        episode = await approved(world, half)
        found = await world.sql("SELECT count(DISTINCT episode_id), sum(half_days) FROM deployments")
        assert (found, bool(episode)) == ([(1, 20)], True)
        assert (await world.round())["needs"] == 1

    async def test_in_a_split_round_it_needs_no_other_part(self, world: MatchingWorld) -> None:
        leaders = await two_schools(world, nle={"days_available": 2})
        first = await world.round({"split": PARTS_ALONE})
        ceo = next(each for each in await told(world, first, "proposals") if each["part"] == "trust_ceo")
        await approved(world, ceo)
        again = await world.round({"split": SIX_AND_FOUR})
        assert (again["split"]["split"], again["needs"], again["matched"]) == (1, 3, 0)
        left = {each["need_id"]: each for each in await told(world, again, "unmatched") if each["part"] == "nle"}
        assert left.pop(ceo["need_id"])["half_matched"] is True
        assert [each["half_matched"] for each in left.values()] == [False]
        pin = {"need_id": ceo["need_id"], "leader_id": leaders["nle"]}
        shorter = await world.round({"split": {**SIX_AND_FOUR, "nle_days": 2}, "pinned": [pin]})
        parts = await told(world, shorter, "proposals")
        assert [(each["need_id"], each["part"], each["days"]) for each in parts] == [(ceo["need_id"], "nle", 2)]

    async def test_a_stopped_episode_leaves_what_the_cap_leaves(self, world: MatchingWorld) -> None:
        await two_schools(world)
        first = await world.round()
        match = (await told(world, first, "proposals"))[0]
        episode = await approved(world, match)
        steps = Steps(world.client, World)  # type: ignore[arg-type]
        await steps.entry(episode, kind="used", days=3)
        await steps.move(episode, "stop")
        again = await world.round()
        days = {each["need_id"]: each["days"] for each in await told(world, again, "proposals")}
        assert days[match["need_id"]] == 7


class TestReports:
    async def test_a_comparison_goes_part_by_part(self, world: MatchingWorld) -> None:
        leaders = await two_schools(world)
        whole, split = await world.round(), await world.round({"split": PARTS_ALONE})
        path = f"/v1/matching-rounds/{whole['id']}/comparison/{split['id']}"
        found = await world.get(path, include_total="true")
        assert sum(found["changes"].values()) == 4
        for each in found["data"]:
            assert each["part"] in {"nle", "trust_ceo"}
            assert each["second"] is None or each["second"]["leader_id"] == leaders[each["part"]]
        pages, after = [], {}
        while True:
            page = await world.get(path, limit=1, **after)
            pages += page["data"]
            if page["paging"]["next_cursor"] is None:
                break
            after = {"after": page["paging"]["next_cursor"]}
        assert pages == found["data"]
        assert len(pages) == found["paging"]["total"]
        back = await world.get(f"/v1/matching-rounds/{split['id']}/comparison/{whole['id']}")
        assert sum(back["changes"].values()) == 4
        same = await world.get(f"/v1/matching-rounds/{split['id']}/comparison/{split['id']}")
        assert (same["changes"]["same_leader"], same["changes"]["unmatched_in_both"]) == (3, 1)

    async def test_equity_counts_needs_with_both_parts(self, world: MatchingWorld) -> None:
        await two_schools(world)
        done = await world.round({"split": PARTS_ALONE})
        found = await world.get(f"/v1/matching-rounds/{done['id']}/equity")
        assert (found["needs"], found["matched"], found["half_matched"]) == (2, 1, 1)
        (london,) = found["by_region"]
        assert (london["needs"], london["matched"], london["half_matched"]) == (2, 1, 1)
        assert (london["days_asked"], london["days_given"]) == (20, 16)
        assert sum(band["matches"] for band in found["distances"]["bands"]) == 3

    async def test_a_part_given_without_a_round_is_beside_its_need_once(self, world: MatchingWorld) -> None:
        await two_schools(world)
        done = await world.round({"split": PARTS_ALONE})
        (left,) = await told(world, done, "unmatched")
        await world.leader("NLE-00003", role="nle")
        steps = Steps(world.client, World)  # type: ignore[arg-type]  # its people's tokens are all that is used
        answer = await world.client.post(
            f"/v1/needs/{left['need_id']}/offers", json={"part": "nle", "days": 4}, headers=World.partner()
        )
        assert answer.status_code == 201, answer.text
        offer = answer.json()
        match = Match(UUID(left["need_id"]), UUID(offer["leader_id"]), UUID(int=0), int(offer["subject"]["id"]))
        await steps.respond(match, offer["id"])
        await steps.agree(match, offer["id"])
        await steps.approve(offer["id"])
        found = await world.get(f"/v1/matching-rounds/{done['id']}/equity")
        assert (found["needs"], found["matched"], found["half_matched"]) == (2, 1, 1)
        beside = {"needs": 1, "unmatched_needs": 0, "days": 4, "supporters": 1, "out_of_region": 0}
        assert found["without_round"] == beside
        (london,) = found["by_region"]
        assert (london["without_round"], london["days_without_round"], london["days_asked"]) == (1, 4, 20)

    async def test_a_what_if_on_days_counts_whole_needs_after_a_split_round(self, world: MatchingWorld) -> None:
        await two_schools(world)
        await world.round({"split": PARTS_ALONE})
        asked = await world.post("/v1/what-ifs/days", {"days": [5]}, status=202)
        found: dict[str, Any] = asked
        async with asyncio.timeout(120):
            while found["state"] not in ENDED:
                found = await world.get(f"/v1/what-ifs/days/{asked['id']}")
                await asyncio.sleep(0)
        counted = [(each["needs"], each["matched"] + each["unmatched"]) for each in found["choices"]]
        assert counted == [(2, 2), (2, 2)]
        assert "of 2 schools and trusts are served" in found["choices"][0]["text"]

    async def test_a_pair_is_explained_by_the_part_of_its_role(self, world: MatchingWorld) -> None:
        leaders = await two_schools(world)
        done = await world.round({"split": PARTS_ALONE})
        for each in await told(world, done, "proposals"):
            path = f"/v1/needs/{each['need_id']}/candidates/{leaders[each['part']]}"
            assert (await world.get(path))["round"]["outcome"] == "proposed"


class TestCandidatesOfAPart:
    async def test_a_part_ranks_its_role_alone_for_its_days(self, world: MatchingWorld) -> None:
        leaders = await two_schools(world, nle={"days_available": 4})
        await world.follow()
        path = f"/v1/needs/{(await world.needs())[0]['id']}/candidates"
        whole = await world.get(path)
        assert (whole["part"], whole["days"]) == (None, 10)
        assert [each["leader_id"] for each in whole["data"]] == [leaders["trust_ceo"]]
        assert [each["rule"] for each in whole["excluded"]] == ["days"]
        of_part = await world.get(path, part="nle", days=4)
        assert (of_part["part"], of_part["days"], of_part["feasible"]) == ("nle", 4, 1)
        assert [each["leader_id"] for each in of_part["data"]] == [leaders["nle"]]
        assert [(each["leader_id"], each["rule"]) for each in of_part["excluded"]] == [(leaders["trust_ceo"], "part")]
        too_long = await world.get(path, part="nle", days=4.5)
        assert (too_long["days"], too_long["feasible"]) == (4.5, 0)
        whole_days = await world.get(path, part="nle")
        assert (whole_days["days"], whole_days["feasible"]) == (10, 0)

    async def test_pages_stay_with_the_part(self, world: MatchingWorld) -> None:
        await two_schools(world)
        await world.leader("NLE-00003", role="nle")
        await world.follow()
        path = f"/v1/needs/{(await world.needs())[0]['id']}/candidates"
        first = await world.get(path, part="nle", days=4, limit=1)
        second = await world.get(first["paging"]["next_url"])
        assert (second["part"], second["days"], second["paging"]["next_cursor"]) == ("nle", 4, None)
        assert [each["leader"]["reference"] for each in [*first["data"], *second["data"]]] == ["NLE-00002", "NLE-00003"]

    async def test_a_pair_is_explained_for_a_part(self, world: MatchingWorld) -> None:
        leaders = await two_schools(world, nle={"days_available": 4})
        await world.follow()
        path = f"/v1/needs/{(await world.needs())[0]['id']}/candidates/{leaders['nle']}"
        assert (await world.get(path))["feasible"] is False
        found = await world.get(path, part="nle", days=4)
        assert (found["part"], found["days"], found["feasible"], found["rank"], found["of"]) == ("nle", 4, True, 1, 1)
        other = await world.get(path, part="trust_ceo", days=4)
        assert [each["rule"] for each in other["rules"] if each["bars"]] == ["part"]

    @pytest.mark.parametrize("asked", [{"part": "head"}, {"days": 0.25}, {"days": 0}])
    async def test_an_unknown_part_and_quarters_of_days_are_refused(
        self, world: MatchingWorld, asked: dict[str, Any]
    ) -> None:
        await two_schools(world)
        await world.follow()
        await world.get(f"/v1/needs/{(await world.needs())[0]['id']}/candidates", status=422, **asked)


async def test_two_proposals_become_one_episode_with_two_deployments(world: MatchingWorld) -> None:
    await two_schools(world, nle={"days_available": 30})
    done = await world.round({"split": {**SIX_AND_FOUR, "both_or_none": True}})
    steps, episodes = Steps(world.client, World), []  # type: ignore[arg-type]  # its people's tokens are all that is used
    proposals = await told(world, done, "proposals")
    for each in proposals:
        match = Match(*(UUID(each[name]) for name in ("need_id", "leader_id", "id")), int(each["subject"]["id"]))
        offer = await steps.offer(match)
        assert (offer["part"], offer["days"]) == (each["part"], each["days"])
        await steps.respond(match, offer["id"])
        await steps.agree(match, offer["id"])
        episodes.append((await steps.approve(offer["id"]))["episode_id"])
    assert len(set(episodes)) == 1
    answer = await world.client.get(
        f"/v1/episodes/{episodes[0]}", headers=World.school(int(proposals[0]["subject"]["id"]))
    )
    found = answer.json()
    assert [(one["leader_id"], one["days"]) for one in found["deployments"]] == [
        (each["leader_id"], each["days"]) for each in proposals
    ]
    assert (found["days"]["reserved"], found["days"]["unallocated"]) == (10, 0)
