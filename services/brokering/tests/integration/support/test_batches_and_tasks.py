"""Many approvals at once, what waits on whom, and offers that lapse by themselves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from services.brokering.tests.support_world import Clock, Match, Steps, World

from brokering.offers import lapse
from shared.db.session import Database
from shared.testing.plugin import DatabaseUrls


async def agreed(steps: Steps, match: Match) -> str:
    offer = (await steps.offer(match))["id"]
    await steps.respond(match, offer)
    await steps.agree(match, offer)
    return str(offer)


class TestBatches:
    async def test_each_row_is_answered_for_itself(self, steps: Steps, world: World) -> None:
        ready = [await agreed(steps, world.match(100001 + number)) for number in range(2)]
        early = (await steps.offer(world.match(100009)))["id"]
        rows = [
            {"offer_id": ready[0], "approved": True},
            {"offer_id": early, "approved": True},
            {"offer_id": "not-an-id", "approved": True},
            {"offer_id": ready[1], "approved": False},
            {"offer_id": ready[0], "approved": True},
            {"offer_id": str(world.round), "approved": True},
            {"offer_id": ready[1], "approved": False, "reason": "needed elsewhere"},
        ]
        answer = await steps.client.post("/v1/approvals/batches", json={"rows": rows}, headers=world.director())
        found = answer.json()
        assert answer.status_code == 200, answer.text
        assert found["counts"] == {"rows": 7, "applied": 2, "rejected": 5}
        codes = [row["errors"][0]["code"] if row["errors"] else row["state"] for row in found["data"]]
        assert codes == [
            "approved", "step-blocked", "uuid_parsing", "reason_required", "step-blocked", "offer-not-found",
            "rejected",
        ]  # fmt: skip
        assert [row["row"] for row in found["data"]] == list(range(7))
        assert [world.state("offers", offer) for offer in (*ready, early)] == ["approved", "rejected", "offered"]
        again = await steps.client.get(f"{answer.headers['location']}?status=rejected", headers=world.director())
        assert len(again.json()["data"]) == 5
        other = world.director(user="another-person")
        assert (await steps.client.get(answer.headers["location"], headers=other)).status_code == 404


class TestTasks:
    async def tasks(self, steps: Steps, sent: dict[str, str], query: str = "") -> list[tuple[Any, ...]]:
        answer = await steps.client.get(f"/v1/tasks?{query}", headers=sent)
        assert answer.status_code == 200, answer.text
        return [(task["kind"], task["waits_on"], task["offer_id"]) for task in answer.json()["data"]]

    async def test_whose_turn_it_is(self, steps: Steps, world: World) -> None:
        waiting = [world.match(100001 + number) for number in range(4)]
        world.match(100009, state="provisional")
        offers = [(await steps.offer(match))["id"] for match in waiting[1:]]
        for match, offer in zip(waiting[2:], offers[1:], strict=True):
            await steps.respond(match, offer)
        await steps.agree(waiting[3], offers[2])
        found = set(await self.tasks(steps, world.partner()))
        assert found == {
            ("make_offer", "broker", None),
            ("answer_offer", "leader", offers[0]),
            ("agree", "subject", offers[1]),
            ("approve", "regional_director", offers[2]),
        }
        assert await self.tasks(steps, world.school(100003)) == [("agree", "subject", offers[1])]
        assert await self.tasks(steps, world.partner(), "waits_on=leader") == [("answer_offer", "leader", offers[0])]

    async def test_due_and_pages(self, steps: Steps, world: World, clock: Clock) -> None:
        near, far = (clock.now + timedelta(days=days) for days in (2, 20))
        first = (await steps.offer(world.match(100001), deadline=near.isoformat()))["id"]
        second = (await steps.offer(world.match(100002), deadline=far.isoformat()))["id"]
        assert await self.tasks(steps, world.partner(), f"due={near.date()}") == [("answer_offer", "leader", first)]
        page = (await steps.client.get("/v1/tasks?limit=1&include_total=true", headers=world.partner())).json()
        assert (page["data"][0]["offer_id"], page["paging"]["total"]) == (first, 2)
        rest = (await steps.client.get(page["paging"]["next_url"], headers=world.partner())).json()
        assert [task["offer_id"] for task in rest["data"]] == [second]

    async def test_an_unknown_code_is_422(self, steps: Steps, world: World) -> None:
        for query in ("waits_on=godot", "due=tomorrow", "after=xyz"):
            assert (await steps.client.get(f"/v1/tasks?{query}", headers=world.partner())).status_code == 422


class TestLapse:
    async def test_overdue_offers_lapse_and_give_their_days_back(
        self, steps: Steps, world: World, clock: Clock, urls: DatabaseUrls
    ) -> None:
        overdue, open_still = world.match(100001), world.match(100002)
        first = (await steps.offer(overdue))["id"]
        second = (await steps.offer(open_still, deadline=(clock.now + timedelta(days=30)).isoformat()))["id"]
        database = Database(urls.app)
        assert await lapse.lapse_overdue(database, clock.now) == 0
        assert await lapse.lapse_overdue(database, clock.now + timedelta(days=8)) == 1
        await database.close()
        assert (world.state("offers", first), world.state("offers", second)) == ("lapsed", "offered")
        assert world.account(overdue.leader) == (0, 0, 0, 0)
        assert world.state("needs", overdue.need) == "decided"
        assert ("brokering.offer.changed", first, "lapsed") in world.events()

    async def test_it_goes_on_by_itself(self, steps: Steps, world: World, urls: DatabaseUrls) -> None:
        offer = (await steps.offer(world.match()))["id"]
        world.sql("UPDATE offers SET deadline = now() - interval '1 minute' WHERE id = %s", offer)
        database = Database(urls.app)
        running = asyncio.create_task(lapse.lapse_forever(database))
        async with asyncio.timeout(10):
            while world.state("offers", offer) != "lapsed":  # noqa: ASYNC110 - only the row itself tells
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await database.close()
