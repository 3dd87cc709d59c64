"""Two brokers and one last day: a seeded slice of the drill."""

from __future__ import annotations

import asyncio

import psycopg
from services.brokering.tests import support_races
from services.brokering.tests.support_world import Steps, World, assert_balanced

from shared.db.session import driver_url

SEED = 20261123
WAITS_FOR_A_LOCK = "SELECT pid FROM pg_locks WHERE NOT granted"


class TestOffers:
    async def test_of_two_racing_offers_one_is_made(self, http_steps: Steps, world: World) -> None:
        answers = await support_races.run_races(http_steps.client, world, 50, SEED)
        assert set(answers) == {"last_day", "last_place", "one_need", "one_proposal"}
        assert sum(sum(of.values()) for of in answers.values()) == 100
        assert_balanced(world)


class TestEpisodes:
    async def test_the_cap_holds_at_exactly_ten_days(self, http_steps: Steps, world: World) -> None:
        match = world.match(leader=world.leader(days=40))
        episode = await http_steps.episode(match)
        answers = await support_races.use_up(http_steps, episode, writers=8, each=4)
        assert answers == {201: 20, 409: 12}
        assert world.account(match.leader) == (0, 0, 20, 1)
        assert_balanced(world)


class TestEverybodyAtOnce:
    async def test_no_deadlock_and_no_cap_broken(self, http_steps: Steps, world: World) -> None:
        answers = await support_races.jostle(http_steps, 6, SEED)
        assert set(answers) <= {200, 201, 409}, answers
        assert answers[201] > 0
        assert_balanced(world)


class TestDirectory:
    async def test_an_offer_does_not_wait_for_a_change_of_its_leaders_record(self, steps: Steps, world: World) -> None:
        """A change of days has the record and wants the account; an offer has the account and names the record."""
        leader, url = world.leader(), "/v1/leaders/{}/availability"
        sent = world.leader_person(leader, scope="leaders:read leaders:write")
        body = {"starts_on": "2026-01-01", "ends_on": "2027-12-31", "days": 10}
        entry = (await steps.client.post(url.format(leader), json=body, headers=sent)).json()["id"]
        with psycopg.connect(driver_url(world.urls.owner), options="-c app.visibility=all") as offer:
            offer.execute("SELECT FROM leader_accounts WHERE leader_id = %s FOR NO KEY UPDATE", [leader])
            removal = asyncio.create_task(steps.client.delete(f"{url.format(leader)}/{entry}", headers=sent))
            async with asyncio.timeout(30):
                while not world.sql(WAITS_FOR_A_LOCK):  # noqa: ASYNC110 - the lock is in the database
                    await asyncio.sleep(0.01)
            offer.execute("SET LOCAL lock_timeout = '2s'")
            offer.execute("SELECT FROM leaders WHERE id = %s FOR KEY SHARE", [leader])
        assert (await removal).status_code == 204
