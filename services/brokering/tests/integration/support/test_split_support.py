"""Both parts of split support on their way: one need, one episode, and never more days than the cap."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from services.brokering.tests.support_world import Clock, Match, Steps, World, assert_balanced

from brokering.offers import lapse
from shared.db.session import Database
from shared.testing.plugin import DatabaseUrls


def parts(world: World, *, ceo_days: float = 6, nle_days: float = 4) -> tuple[Match, Match]:
    """One decided need and the proposals of its two parts: the chief executive's first."""
    need = world.need()
    made = []
    for part, days in (("trust_ceo", ceo_days), ("nle", nle_days)):
        leader = world.leader(role=part)
        made.append(Match(need, leader, world.proposal(need, leader, days=days, part=part), 100000))
    return made[0], made[1]


async def agreed(steps: Steps, match: Match) -> str:
    offer = str((await steps.offer(match))["id"])
    await steps.respond(match, offer)
    await steps.agree(match, offer)
    return offer


async def episode_of(steps: Steps, episode: str) -> dict[str, Any]:
    answer = await steps.client.get(f"/v1/episodes/{episode}", headers=World.partner())
    found: dict[str, Any] = answer.json()
    return found


async def completed(steps: Steps, episode: str) -> None:
    url = f"/v1/episodes/{episode}/completion"
    asked = await steps.client.post(url, json={"summary": "done"}, headers=World.partner())
    assert asked.status_code == 200, asked.text
    signed = await steps.client.post(f"{url}/sign-off", json={"signed_off": True}, headers=World.school())
    assert signed.status_code == 200, signed.text


async def to_be_offered(steps: Steps) -> list[str]:
    answer = await steps.client.get("/v1/tasks?waits_on=broker", headers=World.partner())
    return [task["proposal_id"] for task in answer.json()["data"]]


class TestOneEpisode:
    @pytest.mark.parametrize("first", [0, 1])
    async def test_whichever_part_is_approved_first_opens_it(self, steps: Steps, world: World, first: int) -> None:
        both = parts(world)
        offers = [await agreed(steps, match) for match in both]
        assert world.state("needs", both[0].need) == "under_offer"
        order = [offers[first], offers[1 - first]]
        opened = (await steps.approve(order[0]))["episode_id"]
        assert world.state("needs", both[0].need) == "in_support"
        joined = await steps.approve(order[1])
        assert (joined["episode_id"], joined["joins_episode_id"]) == (opened, opened)
        found = await episode_of(steps, opened)
        assert [one["offer_id"] for one in found["deployments"]] == order
        assert (found["days"]["reserved"], found["days"]["unallocated"]) == (10, 0)
        assert [world.account(match.leader)[1] for match in both] == [12, 8]
        assert_balanced(world)

    async def test_a_part_is_offered_once_the_other_is_in_support(self, steps: Steps, world: World) -> None:
        ceo, nle = parts(world)
        episode = await steps.episode(ceo)
        assert await to_be_offered(steps) == [str(nle.proposal)]
        offer = await steps.offer(nle)
        assert offer["joins_episode_id"] == episode
        assert world.state("needs", nle.need) == "in_support"
        await steps.respond(nle, offer["id"])
        await steps.agree(nle, offer["id"])
        assert (await steps.approve(offer["id"]))["episode_id"] == episode
        seen = await steps.client.get(f"/v1/episodes/{episode}", headers=world.leader_person(nle.leader))
        assert seen.status_code == 200

    async def test_one_batch_approves_both(self, steps: Steps, world: World) -> None:
        offers = [await agreed(steps, match) for match in parts(world)]
        rows = [{"offer_id": offer, "approved": True} for offer in offers]
        answer = await steps.client.post("/v1/approvals/batches", json={"rows": rows}, headers=world.director())
        assert answer.json()["counts"]["applied"] == 2, answer.text
        assert world.sql("SELECT count(*) FROM episodes") == [(1,)]
        assert world.sql("SELECT count(*), sum(half_days) FROM deployments") == [(2, 20)]

    async def test_both_approved_at_once_are_one_episode(self, http_steps: Steps, world: World) -> None:
        offers = [await agreed(http_steps, match) for match in parts(world)]
        found = await asyncio.gather(*(http_steps.approve(offer) for offer in offers))
        assert len({one["episode_id"] for one in found}) == 1
        assert world.sql("SELECT count(*), sum(half_days) FROM deployments") == [(2, 20)]
        assert_balanced(world)


class TestTheOtherPart:
    async def test_falls_and_leaves_the_need_where_the_first_has_it(self, steps: Steps, world: World) -> None:
        ceo, nle = parts(world)
        first, second = await steps.offer(ceo), await steps.offer(nle)
        await steps.respond(nle, second["id"], accepted=False, reason="no time")
        assert world.state("needs", ceo.need) == "under_offer"
        await steps.withdraw(first["id"])
        assert world.state("needs", ceo.need) == "decided"
        told = [state for kind, _, state in world.events() if kind == "brokering.need.changed"]
        assert told == ["under_offer", "decided"]

    async def test_falls_after_the_first_is_in_support(self, steps: Steps, world: World) -> None:
        ceo, nle = parts(world)
        second = await agreed(steps, nle)
        await steps.episode(ceo)
        await steps.approve(second, approved=False, reason="needed elsewhere")
        assert world.state("needs", ceo.need) == "in_support"
        assert world.account(nle.leader) == (0, 0, 0, 0)

    async def test_lapses_and_so_does_the_first(
        self, steps: Steps, world: World, clock: Clock, urls: DatabaseUrls
    ) -> None:
        ceo, nle = parts(world)
        await steps.offer(ceo)
        await steps.offer(nle)
        database = Database(urls.app)
        assert await lapse.lapse_overdue(database, clock.now + timedelta(days=400)) == 2
        await database.close()
        assert world.state("needs", ceo.need) == "decided"

    async def test_has_a_next_best_of_its_role(self, steps: Steps, world: World) -> None:
        ceo, nle = parts(world)
        await steps.offer(ceo)
        await steps.respond(nle, (await steps.offer(nle))["id"], accepted=False, reason="no time")
        other = world.leader(role="nle")
        world.leader(role="trust_ceo")
        body = {"part": "nle", "days": 4}
        url = f"/v1/needs/{ceo.need}/offers"
        answer = await steps.client.post(url, json=body, headers=world.partner())
        assert answer.status_code == 201, answer.text
        assert (answer.json()["leader_id"], answer.json()["part"], answer.json()["days"]) == (str(other), "nle", 4)
        again = await steps.client.post(url, json=body, headers=world.partner())
        assert again.status_code == 409
        without = await steps.client.post(url, json={"part": "nle"}, headers=world.partner())
        assert without.status_code == 422

    @pytest.mark.parametrize("end", ["stop", "sign_off"])
    @pytest.mark.parametrize("answers", [0, 1, 2])
    async def test_falls_with_the_episode_that_it_was_to_join(
        self, steps: Steps, world: World, end: str, answers: int
    ) -> None:
        ceo, nle = parts(world)
        second = str((await steps.offer(nle))["id"])
        for answer in (steps.respond, steps.agree)[:answers]:
            await answer(nle, second)
        episode = await steps.episode(ceo)
        if end == "stop":
            await steps.move(episode, "stop")
        else:
            await completed(steps, episode)
        assert world.state("offers", second) == "withdrawn"
        ended = "stopped" if end == "stop" else "completed"
        offer = (await steps.client.get(f"/v1/offers/{second}", headers=world.partner())).json()
        assert offer["withdrawal"]["reason"] == f"The episode that the offer was to join has been {ended}."
        assert [world.account(match.leader) for match in (ceo, nle)] == [(0, 0, 0, 0)] * 2
        assert world.state("proposals", nle.proposal) == "withdrawn"
        assert world.state("needs", ceo.need) == ("decided" if end == "stop" else "met")
        assert_balanced(world)

    async def test_falls_unanswered_beyond_its_deadline_as_lapsed(
        self, steps: Steps, world: World, clock: Clock
    ) -> None:
        ceo, nle = parts(world)
        second = str((await steps.offer(nle))["id"])
        episode = await steps.episode(ceo)
        clock.now += timedelta(days=8)
        await steps.move(episode, "stop")
        assert world.state("offers", second) == "lapsed"
        assert world.account(nle.leader) == (0, 0, 0, 0)


class TestRefusals:
    async def test_a_part_is_not_offered_twice_at_once_nor_beside_the_whole(self, steps: Steps, world: World) -> None:
        ceo, nle = parts(world)
        await steps.offer(ceo)
        world.new_round()
        other = world.leader()
        same = Match(ceo.need, other, world.proposal(ceo.need, other, days=6, part="trust_ceo"), 100000)
        assert "this part of the need cannot take" in (await steps.offer(same, 409))["detail"].lower()
        world.new_round()
        whole = Match(ceo.need, other, world.proposal(ceo.need, other, days=1), 100000)
        assert "the need cannot take" in (await steps.offer(whole, 409))["detail"].lower()
        await steps.episode(nle)
        await steps.offer(same, 409)
        await steps.offer(whole, 409)

    async def test_nor_is_a_part_beside_an_offer_of_the_whole(self, steps: Steps, world: World) -> None:
        ceo, nle = parts(world)
        world.new_round()
        await steps.offer(Match(ceo.need, ceo.leader, world.proposal(ceo.need, ceo.leader, days=1), 100000))
        await steps.offer(nle, 409)
        assert await to_be_offered(steps) == []

    async def test_both_parts_together_stay_within_the_cap(self, steps: Steps, world: World) -> None:
        ceo, nle = parts(world)
        await steps.offer(ceo, days=6.5)
        problem = await steps.offer(nle, 409)
        assert problem["type"] == "urn:problem:days-over-cap"
        assert "leaves 3.5" in problem["detail"]
        await steps.offer(nle, days=3.5)

    async def test_the_database_holds_the_cap_whoever_writes(self, steps: Steps, world: World) -> None:
        ceo, nle = parts(world)
        episode = await steps.episode(ceo)
        with pytest.raises(psycopg.errors.CheckViolation, match="deployments_within_cap"):
            world.sql(
                "INSERT INTO deployments (id, episode_id, leader_id, half_days, starts_on)"
                " VALUES (gen_random_uuid(), %s, %s, 9, '2026-09-01')",
                episode,
                nle.leader,
            )
        offer = await steps.offer(nle)
        with pytest.raises(psycopg.errors.UniqueViolation, match="one_open_per_need_and_part"):
            world.sql(
                "INSERT INTO offers SELECT (jsonb_populate_record(offer, jsonb_build_object("
                "'id', gen_random_uuid(), 'proposal_id', null))).* FROM offers AS offer WHERE id = %s",
                offer["id"],
            )

    async def test_races_for_the_last_days_never_pass_the_cap(self, http_steps: Steps, world: World) -> None:
        for _ in range(5):
            both = parts(world, ceo_days=6, nle_days=5)
            answers = await asyncio.gather(*(offered(http_steps, match) for match in both))
            assert sorted(answer.status_code for answer in answers) == [201, 409]
            world.sql("UPDATE needs SET state = 'met' WHERE id = %s", both[0].need)
        assert_balanced(world)


async def offered(steps: Steps, match: Match) -> httpx.Response:
    return await steps.client.post(f"/v1/proposals/{match.proposal}/offer", json={}, headers=World.partner())
