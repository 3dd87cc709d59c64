"""What stands in the way of an offer, and of each step: always 409, and always said."""

from __future__ import annotations

import itertools
import runpy
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb
from services.brokering.tests.support_world import SERVICE_DIR, Match, Steps, World

from brokering.offers import lapse
from shared.db.session import Database

REACH = {
    "offered": (),
    "accepted": ("accept",),
    "agreed": ("accept", "agree"),
    "approved": ("accept", "agree", "approve"),
    "declined": ("decline",),
    "lapsed": ("lapse",),
    "withdrawn": ("withdraw",),
    "refused": ("accept", "refuse"),
    "rejected": ("accept", "agree", "reject"),
}
LEGAL = {
    "offered": {"accept", "decline", "withdraw"},
    "accepted": {"agree", "refuse", "withdraw"},
    "agreed": {"approve", "reject", "withdraw"},
}
ACTIONS = ("accept", "decline", "agree", "refuse", "approve", "reject", "withdraw")
ILLEGAL = [(s, a) for s, a in itertools.product(REACH, ACTIONS) if a not in LEGAL.get(s, set())]


async def act(steps: Steps, match: Match, offer: str, action: str, expect: int = 200) -> dict[str, Any]:
    if action in {"accept", "decline"}:
        return await steps.respond(match, offer, expect, accepted=action == "accept", reason="why")
    if action in {"agree", "refuse"}:
        return await steps.agree(match, offer, expect, agreed=action == "agree", reason="why")
    if action in {"approve", "reject"}:
        return await steps.approve(offer, expect, approved=action == "approve", reason="why")
    if action == "lapse":
        await let_lapse(steps.world, offer)
        return {}
    return await steps.withdraw(offer, expect)


async def let_lapse(world: World, offer: str) -> None:
    """Bring the deadline forward, and let the worker's step take the offer back."""
    world.sql("UPDATE offers SET deadline = now() - interval '1 minute' WHERE id = %s", offer)
    database = Database(world.urls.app)
    assert await lapse.lapse_overdue(database, datetime.now(UTC)) == 1
    await database.close()


class TestIllegalSteps:
    async def test_every_illegal_step_is_409_and_changes_nothing(self, steps: Steps, world: World) -> None:
        for number, (state, way) in enumerate(REACH.items()):
            match = world.match(100001 + number)
            offer = (await steps.offer(match))["id"]
            for action in way:
                await act(steps, match, offer, action)
            before = (world.account(match.leader), len(world.events()))
            for action in (a for s, a in ILLEGAL if s == state):
                problem = await act(steps, match, offer, action, 409)
                assert problem["type"] == "urn:problem:step-blocked", (state, action)
                assert problem["detail"].startswith("You cannot ")
            assert world.state("offers", offer) == state
            assert (world.account(match.leader), len(world.events())) == before


class TestNeed:
    async def test_a_provisional_need_takes_no_offer(self, steps: Steps, world: World) -> None:
        for urn, origin, why in ((100001, "proposal", "a proposed tier"), (100002, "manual", "entered by hand")):
            problem = await steps.offer(world.match(urn, state="provisional", origin_kind=origin), 409)
            assert problem["type"] == "urn:problem:need-provisional"
            assert why in problem["detail"]
        assert "has decided" in problem["detail"]

    async def test_trusts_needs_that_waited_for_a_tier_are_freed_by_the_release(
        self, steps: Steps, world: World
    ) -> None:
        match = world.match(5143, state="provisional", subject_kind="trust", origin_kind="manual")
        world.match(100002, state="provisional")
        migration = runpy.run_path(str(SERVICE_DIR / "migrations" / "versions" / "0004_trust_needs.py"))
        world.sql(migration["FREE"])
        assert world.events() == [("brokering.need.changed", str(match.need), "decided")]
        await steps.offer(match)

    async def test_nor_does_one_that_is_not_free(self, steps: Steps, world: World) -> None:
        for number, state in enumerate(("under_offer", "in_support", "met", "withdrawn")):
            problem = await steps.offer(world.match(100001 + number, state=state), 409)
            assert problem["type"] == "urn:problem:need-not-free", state

    async def test_a_need_has_one_open_offer(self, steps: Steps, world: World) -> None:
        match = world.match()
        await steps.offer(match)
        world.new_round()
        other = world.leader()
        second = Match(match.need, other, world.proposal(match.need, other), match.urn)
        problem = await steps.offer(second, 409)
        assert "an offer on it is open" in problem["detail"]
        assert world.account(other) == (0, 0, 0, 0)

    async def test_a_need_has_one_open_episode(self, steps: Steps, world: World) -> None:
        match = world.match()
        await steps.episode(match)
        world.new_round()
        other = world.leader()
        second = Match(match.need, other, world.proposal(match.need, other), match.urn)
        problem = await steps.offer(second, 409)
        assert "an episode of it is open" in problem["detail"]

    async def test_days_beyond_the_cap_are_refused(self, steps: Steps, world: World) -> None:
        match = world.match(leader=world.leader(days=30))
        problem = await steps.offer(match, 409, days=10.5)
        assert problem["type"] == "urn:problem:days-over-cap"
        await steps.offer(match, days=10)

    async def test_days_come_in_halves(self, steps: Steps, world: World) -> None:
        match = world.match()
        for days in (0, -1, 0.25, 1.3):
            problem = await steps.offer(match, 422, days=days)
            assert problem["errors"][0]["pointer"] == "/days", days


class TestLeader:
    async def test_a_leader_without_enough_days_is_not_offered(self, steps: Steps, world: World) -> None:
        match = world.match(leader=world.leader(days=9.5))
        problem = await steps.offer(match, 409)
        assert problem["type"] == "urn:problem:leader-lacks-days"
        assert "9.5 days left" in problem["detail"]

    async def test_days_offered_elsewhere_count(self, steps: Steps, world: World) -> None:
        leader = world.leader(days=15)
        await steps.offer(world.match(100001, leader=leader))
        problem = await steps.offer(world.match(100002, leader=leader), 409)
        assert "5 days left" in problem["detail"]

    async def test_a_leader_without_a_place_is_not_offered(self, steps: Steps, world: World) -> None:
        leader = world.leader(days=40, places=1)
        await steps.episode(world.match(100001, leader=leader))
        problem = await steps.offer(world.match(100002, leader=leader), 409)
        assert problem["type"] == "urn:problem:leader-lacks-places"

    async def test_availability_rows_rule_where_there_are_any(self, steps: Steps, world: World) -> None:
        leader = world.leader(days=0)
        match = world.match(leader=leader)
        await steps.offer(match, 409)
        world.sql(
            "INSERT INTO leader_availability (id, leader_id, starts_on, ends_on, days, recorded_by)"
            " VALUES (gen_random_uuid(), %s, '2026-01-01', '2027-12-31', 10, 'test')",
            leader,
        )
        await steps.offer(match)

    async def test_an_interest_declared_since_the_round_bars(self, steps: Steps, world: World) -> None:
        declared: dict[tuple[str | None, ...], bool] = {
            ("sponsor_bid", "school", "100000", "2001-01-01"): True,
            ("employment", "local_authority", "201", None): True,
            ("interest", "school", "100000", "2025-01-01"): True,
            ("interest", "school", "100001", None): False,
            ("interest", "school", "100000", "2015-01-01"): False,
        }
        need = world.need()
        for interest, barred in declared.items():
            leader = world.leader()
            match = Match(need, leader, world.proposal(need, leader, round_id=world.new_round()), 100000)
            world.sql(
                "INSERT INTO leader_interests (id, leader_id, kind, subject_kind, subject_id, ends_on, declared_by)"
                " VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, 'test')",
                leader,
                *interest,
            )
            found = await steps.offer(match, 409 if barred else 201)
            assert not barred or found["type"] == "urn:problem:declared-interest"
            if not barred:
                await steps.withdraw(found["id"])


class TestProposal:
    async def test_only_a_mere_proposal_is_offered(self, steps: Steps, world: World) -> None:
        leader = world.leader()
        for number, state in enumerate(("under_offer", "accepted", "declined", "superseded", "withdrawn")):
            need = world.need(100001 + number)
            match = Match(need, leader, world.proposal(need, leader, state=state), 100001 + number)
            problem = await steps.offer(match, 409)
            assert problem["type"] == "urn:problem:proposal-not-open", state


class TestWhatTheSchoolSees:
    async def test_record_score_and_interests_but_nothing_undecided(self, steps: Steps, world: World) -> None:
        match = world.match()
        world.sql(
            "INSERT INTO leader_interests (id, leader_id, kind, subject_kind, subject_id, ends_on, declared_by)"
            " VALUES (gen_random_uuid(), %s, 'employment', 'school', '100000', '2010-08-31', 'test')",
            match.leader,
        )
        for urn, category in ((200001, "SWK"), (200002, None)):
            _own_school(world, urn, category)
        offer = (await steps.offer(match, message="between us"))["id"]
        found = (await steps.client.get(f"/v1/offers/{offer}", headers=world.school())).json()
        shown = found["shown"]
        assert shown["record"]["organisation"]["name"] == "O'Brien Learning Trust"
        assert shown["score_parts"][0]["part"] == "distance"
        assert shown["interests"][0]["to"] == "2010-08-31"
        assert shown["organisation_in_category"] == 1
        assert shown["flags"] == ["not_declared"]
        assert found["message"] is None
        broker = (await steps.client.get(f"/v1/offers/{offer}", headers=world.partner())).json()
        assert broker["shown"]["flags"] == ["not_declared", "own_organisation_in_difficulty"]
        assert broker["message"] == "between us"


def _own_school(world: World, urn: int, category: str | None) -> None:
    world.insert(
        "schools",
        {
            "urn": urn,
            "name": "Own school",
            "responsible_body_kind": "trust",
            "responsible_body_id": "9000",
            "category_of_concern": category,
            "facts_version": "1",
            "source": Jsonb({}),
        },
    )


def test_the_table_of_illegal_steps_is_whole() -> None:
    assert len(ILLEGAL) == len(REACH) * len(ACTIONS) - sum(len(legal) for legal in LEGAL.values())


class TestConfidentialWords:
    """What leaders and schools read speaks of no confidential judgement."""

    SAID = "The school is s t u c k and on the watch-list."

    async def test_no_step_of_an_offer_tells_of_them(self, steps: Steps, world: World) -> None:
        match = world.match(100001)
        problems = [await steps.offer(match, 422, message=self.SAID)]
        offer = (await steps.offer(match))["id"]
        problems.append(await steps.withdraw(offer, 422, reason=self.SAID))
        problems.append(await steps.respond(match, offer, 422, accepted=False, reason=self.SAID))
        problems.append(await steps.approve(offer, 422, approved=False, reason=self.SAID))
        found = [(error["pointer"], error["code"]) for problem in problems for error in problem["errors"]]
        assert found == [("/message", "confidential_flag"), *[("/reason", "confidential_flag")] * 3]
        assert world.state("offers", offer) == "offered"

    async def test_nor_does_an_episode(self, steps: Steps, world: World) -> None:
        episode = await steps.episode(world.match(100001))
        problem = await steps.entry(episode, 422, kind="used", days=1, note=self.SAID)
        assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/note", "confidential_flag")]
