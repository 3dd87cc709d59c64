"""Two brokers and one last day: a seeded slice of the drill."""

from __future__ import annotations

import asyncio

import psycopg
from services.brokering.tests import support_races
from services.brokering.tests.matching_world import leader_document
from services.brokering.tests.support_world import Steps, World, assert_balanced, headers

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
            await waiting(world, 1)
            offer.execute("SET LOCAL lock_timeout = '2s'")
            offer.execute("SELECT FROM leaders WHERE id = %s FOR KEY SHARE", [leader])
        assert (await removal).status_code == 204

    async def test_a_roster_waits_for_an_offer_and_answers_row_by_row(self, steps: Steps, world: World) -> None:
        match, other = world.match(), world.leader()
        rows = [{**leader_document(f"CEO-{each}"), "days_available": 5} for each in (match.leader, other)]
        sent = headers("dfe", "dfe", scope="leaders:read leaders:write")
        with psycopg.connect(driver_url(world.urls.owner), options="-c app.visibility=all") as held:
            held.execute("SELECT FROM leader_accounts WHERE leader_id = %s FOR NO KEY UPDATE", [match.leader])
            offer = asyncio.create_task(steps.offer(match))
            await waiting(world, 1)
            batch = asyncio.create_task(steps.client.post("/v1/leaders/batches", json={"rows": rows}, headers=sent))
            await waiting(world, 2)
        await offer
        answer = await batch
        assert answer.status_code == 200, answer.text
        first, second = answer.json()["data"]
        assert (first["status"], [each["code"] for each in first["errors"]]) == ("rejected", ["below_committed"])
        assert second["status"] == "changed"


async def waiting(world: World, requests: int) -> None:
    """Wait until so many requests wait for a lock of the database."""
    async with asyncio.timeout(30):
        while len(world.sql(WAITS_FOR_A_LOCK)) < requests:  # noqa: ASYNC110 - the lock is in the database
            await asyncio.sleep(0.01)
