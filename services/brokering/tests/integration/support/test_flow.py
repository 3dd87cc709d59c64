"""From a proposal to an open episode, and each way out."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
from services.brokering.tests.support_world import Clock, Steps, World

from brokering.ledger.policy import support_policy


class TestWholeFlow:
    async def test_four_parties_take_a_match_to_an_open_episode(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = await steps.offer(match, message="Could you start in March?")
        assert (offer["state"], offer["waits_on"], offer["days"]) == ("offered", "leader", 10)
        assert world.account(match.leader) == (20, 0, 0, 1)
        assert (world.state("needs", match.need), world.state("proposals", match.proposal)) == ("under_offer",) * 2

        accepted = await steps.respond(match, offer["id"])
        assert (accepted["state"], accepted["waits_on"]) == ("accepted", "subject")
        agreed = await steps.agree(match, offer["id"])
        assert (agreed["state"], agreed["waits_on"]) == ("agreed", "regional_director")
        approved = await steps.approve(offer["id"])
        assert (approved["state"], approved["waits_on"]) == ("approved", None)

        assert world.account(match.leader) == (0, 20, 0, 1)
        assert (world.state("needs", match.need), world.state("proposals", match.proposal)) == (
            "in_support",
            "accepted",
        )
        answer = await steps.client.get(f"/v1/episodes/{approved['episode_id']}", headers=world.school())
        episode = answer.json()
        assert episode["state"] == "open"
        assert episode["days"] == {
            "cap": 10, "reserved": 10, "used": 0, "returned": 0, "remaining": 10, "unallocated": 0,
        }  # fmt: skip
        assert [(d["leader_id"], d["days"], d["to"]) for d in episode["deployments"]] == [(str(match.leader), 10, None)]

    async def test_authors_come_from_the_tokens(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = (await steps.offer(match))["id"]
        await steps.respond(match, offer)
        await steps.agree(match, offer)
        found = await steps.approve(offer)
        assert found["offered_by"] == "partner-person"
        assert (found["response"]["by"], found["school_agreement"]["by"]) == ("leader-person", "school-person")
        assert found["school_agreement"]["on_behalf_of"] == "school:100000"
        assert found["approval"]["by"] == "regional-director-person"

    async def test_an_author_in_the_body_is_refused(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = (await steps.offer(match))["id"]
        problem = await steps.respond(match, offer, 422, by="somebody-else")
        assert problem["errors"][0]["pointer"] == "/by"

    async def test_each_step_is_told_in_the_order_it_happened(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        told = [(kind, state) for kind, _, state in world.events()]
        assert told == [
            ("brokering.offer.changed", "offered"),
            ("brokering.proposal.changed", "under_offer"),
            ("brokering.need.changed", "under_offer"),
            ("brokering.offer.changed", "accepted"),
            ("brokering.offer.changed", "agreed"),
            ("brokering.offer.changed", "approved"),
            ("brokering.proposal.changed", "accepted"),
            ("brokering.need.changed", "in_support"),
            ("brokering.episode.changed", "open"),
        ]
        assert world.events()[-1][1] == episode

    async def test_a_second_episode_of_a_school_is_linked_to_the_first(self, steps: Steps, world: World) -> None:
        first = world.match()
        episode = await steps.episode(first)
        await steps.move(episode, "stop")
        world.sql("UPDATE needs SET state = 'met' WHERE id = %s", first.need)
        second = await steps.episode(world.match())
        found = (await steps.client.get(f"/v1/episodes/{second}", headers=world.partner())).json()
        assert found["previous_episode_id"] == episode


class TestWaysOut:
    async def test_days_go_back_when_the_leader_does_not_take_it(self, steps: Steps, world: World) -> None:
        first, second = world.match(100001), world.match(100002)
        declined = await steps.respond(first, (await steps.offer(first))["id"], accepted=False, reason="too far")
        withdrawn = await steps.withdraw((await steps.offer(second))["id"])
        for match, found, state in ((first, declined, "declined"), (second, withdrawn, "withdrawn")):
            assert (found["state"], found["waits_on"]) == (state, None)
            assert world.account(match.leader) == (0, 0, 0, 0)
            assert world.state("needs", match.need) == "decided"

    async def test_a_school_may_refuse_and_the_need_takes_another_offer(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = (await steps.offer(match))["id"]
        await steps.respond(match, offer)
        found = await steps.agree(match, offer, agreed=False, reason="he employs our former adviser")
        assert (found["state"], found["school_agreement"]["reason"]) == ("refused", "he employs our former adviser")
        assert world.account(match.leader) == (0, 0, 0, 0)
        world.new_round()
        other = world.leader()
        await steps.offer(type(match)(match.need, other, world.proposal(match.need, other), match.urn))

    async def test_a_regional_director_may_reject(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = (await steps.offer(match))["id"]
        await steps.respond(match, offer)
        await steps.agree(match, offer)
        found = await steps.approve(offer, approved=False, reason="needed nearer home")
        assert (found["state"], found["approval"]["approved"]) == ("rejected", False)
        assert world.account(match.leader) == (0, 0, 0, 0)

    async def test_saying_no_needs_a_reason(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = (await steps.offer(match))["id"]
        problems = [await steps.respond(match, offer, 422, accepted=False)]
        await steps.respond(match, offer)
        problems.append(await steps.agree(match, offer, 422, agreed=False, reason="  "))
        await steps.agree(match, offer)
        problems.append(await steps.approve(offer, 422, approved=False))
        problems.append(await steps.withdraw(offer, 422, reason=""))
        assert [problem["errors"][0]["pointer"] for problem in problems] == ["/reason"] * 4

    async def test_a_school_that_has_not_seen_the_conflicts_cannot_agree(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = (await steps.offer(match))["id"]
        await steps.respond(match, offer)
        for seen in ({"conflicts_seen": False}, {"conflicts_seen": None}, {}):
            answer = await steps.client.post(
                f"/v1/offers/{offer}/school-agreement", json={"agreed": True, **seen}, headers=world.school(match.urn)
            )
            assert answer.status_code == 422, answer.text
            (error,) = answer.json()["errors"]
            assert (error["pointer"], error["code"]) == ("/conflicts_seen", "conflicts_not_seen")
            assert "first reads the leader's conflicts and record" in error["detail"]
        assert world.state("offers", offer) == "accepted"

    async def test_a_school_may_refuse_without_saying_what_it_has_read(self, steps: Steps, world: World) -> None:
        match = world.match()
        offer = (await steps.offer(match))["id"]
        await steps.respond(match, offer)
        body = {"agreed": False, "reason": "the head is leaving"}
        answer = await steps.client.post(
            f"/v1/offers/{offer}/school-agreement", json=body, headers=world.school(match.urn)
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["school_agreement"]["conflicts_seen"] is None

    async def test_an_offer_of_a_need_decided_since_the_round_is_not_flagged(self, steps: Steps, world: World) -> None:
        match = world.match()
        world.sql("UPDATE proposals SET flags = '{not_declared,provisional_need}' WHERE id = %s", match.proposal)
        offer = await steps.offer(match)
        assert offer["shown"]["flags"] == ["not_declared"]
        (shown,) = world.sql("SELECT shown -> 'flags' FROM offers WHERE id = %s", offer["id"])[0]
        assert shown == ["not_declared"]


class TestDeadline:
    async def test_an_overdue_offer_cannot_be_accepted_and_reads_as_lapsed(
        self, steps: Steps, world: World, clock: Clock
    ) -> None:
        match = world.match()
        offer = await steps.offer(match, deadline=(clock.now + timedelta(hours=1)).isoformat())
        clock.now += timedelta(hours=2)
        problem = await steps.respond(match, offer["id"], 409)
        assert problem["type"] == "urn:problem:deadline-passed"
        found = (await steps.client.get(f"/v1/offers/{offer['id']}", headers=world.partner())).json()
        assert (found["state"], found["waits_on"]) == ("lapsed", None)
        page = (await steps.client.get("/v1/offers?state=lapsed", headers=world.partner())).json()
        assert [row["id"] for row in page["data"]] == [offer["id"]]

    async def test_a_need_whose_offer_is_overdue_takes_another_at_once(
        self, steps: Steps, world: World, clock: Clock
    ) -> None:
        match = world.match(leader=world.leader(days=10, places=1))
        await steps.offer(match)
        clock.now += timedelta(days=8)
        world.new_round()
        again = type(match)(match.need, match.leader, world.proposal(match.need, match.leader), match.urn)
        await steps.offer(again)
        assert world.account(match.leader) == (20, 0, 0, 1)

    async def test_a_deadline_in_the_past_is_refused(self, steps: Steps, world: World) -> None:
        match = world.match()
        for deadline in ("2020-01-01", "2020-01-01T00:00:00Z"):
            problem = await steps.offer(match, 422, deadline=deadline)
            assert problem["errors"][0]["code"] == "in_the_past"

    async def test_one_beyond_what_the_policy_gives_a_leader_is_refused(
        self, steps: Steps, world: World, clock: Clock
    ) -> None:
        most = clock.now + support_policy(clock.now.date()).leader_answers_at_most
        match = world.match()
        for deadline in (most + timedelta(seconds=1), most.date() + timedelta(days=1), date.max):
            problem = await steps.offer(match, 422, deadline=deadline.isoformat())
            assert problem["errors"] == [
                {"pointer": "/deadline", "code": "too_far", "detail": problem["detail"]},
            ]
            assert str(most.date()) in problem["detail"]
        assert (await steps.offer(match, deadline=most.isoformat()))["state"] == "offered"
        whole_day = await steps.offer(world.match(100001), deadline=most.date().isoformat())
        assert whole_day["deadline"].startswith(f"{most.date()}T23:59:59")


class TestRepeats:
    async def test_the_same_key_makes_one_offer(self, client: httpx.AsyncClient, world: World) -> None:
        match = world.match()
        sent = {**world.partner(), "Idempotency-Key": "one"}
        url = f"/v1/proposals/{match.proposal}/offer"
        first = await client.post(url, json={}, headers=sent)
        second = await client.post(url, json={}, headers=sent)
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert first.headers["location"] == f"/v1/offers/{first.json()['id']}"
        other = await client.post(url, json={"days": 5}, headers=sent)
        assert other.status_code == 422
