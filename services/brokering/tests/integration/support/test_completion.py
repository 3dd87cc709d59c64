"""Completion is signed off by the supported body; hand-over and split support; the next best after a refusal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.brokering.tests.support_world import Match, Steps, World, assert_balanced, headers


async def post(steps: Steps, url: str, body: dict[str, Any], sent: dict[str, str], expect: int = 200) -> dict[str, Any]:
    answer = await steps.client.post(url, json=body, headers=sent)
    assert answer.status_code == expect, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestCompletion:
    async def test_only_a_person_of_the_supported_body_signs(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        url = f"/v1/episodes/{episode}/completion/sign-off"
        await post(steps, f"/v1/episodes/{episode}/completion", {"summary": "done"}, world.partner())
        signed = {"signed_off": True}
        assert (await steps.client.post(url, json=signed)).status_code == 401
        for sent in (world.partner(), world.director(), world.leader_person(match.leader), world.school(user=None)):
            await post(steps, url, signed, sent, 403)
        await post(steps, url, signed, world.leader_person(match.leader, scope="support:sign-off"), 403)
        await post(steps, url, signed, world.school(100001), 404)
        await post(steps, url, signed, headers("la", "la:202"), 404)
        assert (await post(steps, url, signed, headers("la", "la:201")))["sign_off"]["on_behalf_of"] == "la:201"

    async def test_signed_off_the_need_is_met_and_days_go_back(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        await steps.visit(match, episode, days=6)
        url = f"/v1/episodes/{episode}/completion"
        early = await post(steps, f"{url}/sign-off", {"signed_off": True}, world.school(), 409)
        assert early["detail"].startswith("You cannot sign the completion off")
        asked = await post(steps, url, {"summary": "reading is taught well"}, world.leader_person(match.leader))
        assert (asked["state"], asked["requested_by"]) == ("awaiting_sign_off", "leader-person")
        problem = await post(steps, f"{url}/sign-off", {"signed_off": False}, world.school(), 422)
        assert problem["errors"][0]["pointer"] == "/reason"
        await post(steps, f"{url}/sign-off", {"signed_off": False, "reason": "one visit is missing"}, world.school())
        await steps.visit(match, episode, days=1)
        await post(steps, url, {"summary": "and phonics"}, world.leader_person(match.leader))
        done = await post(steps, f"{url}/sign-off", {"signed_off": True}, world.school())
        assert (done["state"], done["sign_off"]["by"]) == ("completed", "school-person")
        assert world.state("needs", match.need) == "met"
        assert world.account(match.leader) == (0, 0, 14, 0)
        shown = (await steps.client.get(f"/v1/episodes/{episode}", headers=world.school())).json()
        assert [each["action"] for each in shown["history"]] == ["complete", "send_back", "complete", "sign_off"]
        assert_balanced(world)

    async def test_nobody_signs_off_what_they_asked_for(self, steps: Steps, world: World) -> None:
        episode = await steps.episode(world.match())
        await post(steps, f"/v1/episodes/{episode}/completion", {"summary": "done"}, world.partner(user="one-person"))
        url = f"/v1/episodes/{episode}/completion/sign-off"
        problem = await post(steps, url, {"signed_off": True}, world.school(user="one-person"), 409)
        assert problem["type"] == "urn:problem:signed-by-author"

    async def test_a_later_episode_is_linked_to_the_one_before(self, steps: Steps, world: World) -> None:
        match = world.match()
        first = await steps.episode(match)
        await post(steps, f"/v1/episodes/{first}/completion", {"summary": "done"}, world.partner())
        await post(steps, f"/v1/episodes/{first}/completion/sign-off", {"signed_off": True}, world.school())
        world.new_round()
        second = await steps.episode(world.match())
        shown = (await steps.client.get(f"/v1/episodes/{second}", headers=world.partner())).json()
        assert shown["previous_episode_id"] == first


class TestFurtherLeaders:
    async def offered(self, steps: Steps, episode: str, leader: UUID, days: float, expect: int = 201) -> dict[str, Any]:
        url = f"/v1/episodes/{episode}/offers"
        body = {"leader_id": str(leader), "days": days}
        return await post(steps, url, body, steps.world.partner(), expect)

    async def joined(self, steps: Steps, match: Match, episode: str, leader: UUID, days: float) -> None:
        second = Match(match.need, leader, match.proposal, match.urn)
        offer = (await self.offered(steps, episode, leader, days))["id"]
        await steps.respond(second, offer)
        await steps.agree(second, offer)
        assert (await steps.approve(offer))["episode_id"] == episode

    async def test_split_support_takes_the_same_road_and_shares_the_cap(self, steps: Steps, world: World) -> None:
        match = world.match(days=6)
        episode = await steps.episode(match, days=6)
        other = world.leader(organisation_id="9001")
        problem = await self.offered(steps, episode, other, 4.5, 409)
        assert problem["type"] == "urn:problem:days-over-cap"
        await self.joined(steps, match, episode, other, 4)
        shown = (await steps.client.get(f"/v1/episodes/{episode}", headers=world.school())).json()
        assert [each["days"] for each in shown["deployments"]] == [6, 4]
        assert (shown["days"]["reserved"], shown["days"]["unallocated"]) == (10, 0)
        assert (world.state("needs", match.need), world.account(other)) == ("in_support", (0, 8, 0, 1))
        await steps.visit(Match(match.need, other, match.proposal, match.urn), episode, days=1)
        problem = await post(steps, f"/v1/episodes/{episode}/ledger", {"kind": "used", "days": 1}, world.partner(), 422)
        assert problem["errors"][0]["pointer"] == "/deployment_id"
        ledger = (await steps.client.get(f"/v1/episodes/{episode}/ledger", headers=world.partner())).json()
        assert (
            ledger["days"]
            == (await steps.client.get(f"/v1/episodes/{episode}", headers=world.partner())).json()["days"]
        )
        assert_balanced(world)

    async def test_a_hand_over_gives_the_rest_to_another_leader(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        await steps.visit(match, episode, days=3)
        deployment = world.sql("SELECT id FROM deployments WHERE episode_id = %s", episode)[0][0]
        url = f"/v1/episodes/{episode}/deployments/{deployment}/end"
        await post(steps, url, {"reason": "takes a headship"}, world.leader_person(match.leader), 403)
        shown = await post(steps, url, {"reason": "takes a headship"}, world.partner())
        assert shown["deployments"][0]["ending"]["reason"] == "takes a headship"
        assert world.account(match.leader) == (0, 0, 6, 0)
        await post(steps, url, {"reason": "again"}, world.partner(), 409)
        other = world.leader(organisation_id="9001")
        await self.joined(steps, match, episode, other, 7)
        assert world.account(other) == (0, 14, 0, 1)
        await steps.claim(match, episode, days=3)
        second = Match(match.need, other, match.proposal, match.urn)
        await steps.visit(second, episode, days=7)
        await post(steps, f"/v1/episodes/{episode}/stop", {"reason": "done"}, world.partner())
        assert (world.account(match.leader)[3], world.account(other)[3]) == (0, 0)
        assert_balanced(world)

    async def test_a_rule_bars_a_further_leader_as_it_would_in_a_round(self, steps: Steps, world: World) -> None:
        episode = await steps.episode(world.match(days=5), days=5)
        other = world.leader(phases=["secondary"], organisation_id="9001")
        world.insert(
            "schools", {"urn": 100000, "name": "St Brigid's", "phase": "primary", "facts_version": "1", "source": "{}"}
        )
        problem = await self.offered(steps, episode, other, 5, 409)
        assert problem["type"] == "urn:problem:leader-barred"

    async def test_an_offer_is_not_approved_into_a_paused_episode(self, steps: Steps, world: World) -> None:
        match = world.match(days=5)
        episode = await steps.episode(match, days=5)
        other = world.leader(organisation_id="9001")
        second = Match(match.need, other, match.proposal, match.urn)
        offer = (await self.offered(steps, episode, other, 5))["id"]
        await steps.respond(second, offer)
        await steps.agree(second, offer)
        await steps.move(episode, "pause")
        problem = await steps.approve(offer, 409)
        assert problem["type"] == "urn:problem:episode-blocked"
        await steps.move(episode, "resume")
        await steps.approve(offer)


class TestNextBest:
    async def test_after_a_refusal_the_next_best_is_offered_on_request(self, steps: Steps, world: World) -> None:
        match = world.match(leader=world.leader(organisation_id="9002"))
        second = world.leader(organisation_id="9003")
        url = f"/v1/needs/{match.need}/offers"
        offer = (await steps.offer(match))["id"]
        await post(steps, url, {}, world.partner(), 409)
        await steps.respond(match, offer, accepted=False, reason="no time")
        await post(steps, url, {}, world.director(), 403)
        await post(steps, url, {}, headers("partner", "partner:x", ("South East",)), 404)
        made = await post(steps, url, {}, world.partner(), 201)
        assert (made["leader_id"], made["proposal_id"], made["days"]) == (str(second), None, 10)
        assert made["shown"]["score_parts"]
        again = Match(match.need, second, match.proposal, match.urn)
        await steps.respond(again, made["id"])
        await steps.agree(again, made["id"])
        assert (await steps.approve(made["id"]))["episode_id"]
        assert_balanced(world)

    async def test_leaders_are_judged_by_the_days_that_are_offered(self, steps: Steps, world: World) -> None:
        need, leader = world.need(), world.leader(organisation_id="9003", days=4)
        url = f"/v1/needs/{need}/offers"
        for body in ({"leader_id": str(leader)}, {"leader_id": str(leader), "days": 4.5}):
            problem = await post(steps, url, body, world.partner(), 409)
            assert problem["type"] == "urn:problem:leader-lacks-days"
        made = await post(steps, url, {"leader_id": str(leader), "days": 4}, world.partner(), 201)
        assert (made["leader_id"], made["days"]) == (str(leader), 4)

    async def test_where_nobody_is_left_it_says_so(self, steps: Steps, world: World) -> None:
        match = world.match(leader=world.leader(organisation_id="9002"))
        offer = (await steps.offer(match))["id"]
        await steps.respond(match, offer, accepted=False, reason="no time")
        problem = await post(steps, f"/v1/needs/{match.need}/offers", {}, world.partner(), 409)
        assert problem["type"] == "urn:problem:no-suitable-leader"

    async def test_a_provisional_need_is_offered_to_nobody(self, steps: Steps, world: World) -> None:
        world.leader()
        need = world.need(state="provisional")
        problem = await post(steps, f"/v1/needs/{need}/offers", {}, world.partner(), 409)
        assert problem["type"] == "urn:problem:need-provisional"
