"""Visits use days; nothing is written to an episode that is paused, stopped, completed or waits for a signature."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.brokering.tests.support_world import Clock, Steps, World, assert_balanced, headers


async def read(steps: Steps, url: str, sent: dict[str, str]) -> dict[str, Any]:
    answer = await steps.client.get(url, headers=sent)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestAccess:
    async def test_a_visit_takes_a_token_the_verb_and_sight(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        url = f"/v1/episodes/{episode}/visits"
        body = {"purpose": "coaching", "mode": "remote", "on": "2026-11-27", "days": 0.5}
        assert (await steps.client.post(url, json=body)).status_code == 401
        for sent in (world.school(), world.director(), headers("la", "la:201")):
            assert (await steps.client.post(url, json=body, headers=sent)).status_code == 403
        others = (world.leader_person(world.leader()), headers("partner", "partner:x", ("South East",)))
        for sent in others:
            assert (await steps.client.post(url, json=body, headers=sent)).status_code == 404
            assert (await steps.client.get(url, headers=sent)).status_code == 404
        assert (await steps.client.get(url, headers=world.school(100001))).status_code == 404


class TestVisits:
    async def test_a_visit_uses_its_days_and_all_parties_read_it(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        made = await steps.visit(
            match, episode, days=1.5, travel={"km": 12.5, "minutes": 40}, notes="Curriculum of year 4"
        )
        assert (made["days"], made["travel"], made["recorded_by"]) == (
            1.5,
            {"km": 12.5, "minutes": 40},
            "leader-person",
        )
        assert world.account(match.leader) == (0, 17, 3, 1)
        ledger = await read(steps, f"/v1/episodes/{episode}/ledger", world.school())
        assert ledger["data"][-1]["id"] == made["ledger_entry_id"]
        for sent in (world.school(), world.partner(), world.director(), world.leader_person(match.leader)):
            listed = await read(steps, f"/v1/episodes/{episode}/visits?include_total=true", sent)
            assert ([each["id"] for each in listed["data"]], listed["paging"]["total"]) == ([made["id"]], 1)
        assert ("brokering.visit.changed", made["id"], "recorded") in world.events()

    async def test_a_call_that_costs_no_days_is_no_movement(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        made = await steps.visit(match, episode, days=0, mode="remote")
        assert made["ledger_entry_id"] is None
        assert world.account(match.leader) == (0, 20, 0, 1)

    async def test_what_cannot_be_is_422_where_it_stands(self, steps: Steps, world: World, clock: Clock) -> None:
        match = world.match()
        episode = await steps.episode(match)
        wrong: dict[str, dict[str, Any]] = {
            "/purpose": {"purpose": "tea"},
            "/mode": {"mode": "by_post"},
            "/days": {"days": 0.3},
            "/on": {"on": (clock.now.date() + timedelta(days=1)).isoformat()},
            "": {"mode": "remote", "travel": {"km": 5}},
        }
        for pointer, body in wrong.items():
            problem = await steps.visit(match, episode, 422, **body)
            assert problem["errors"][0]["pointer"] == pointer, body

    async def test_more_days_than_are_left_are_409_and_leave_no_visit(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        await steps.visit(match, episode, days=9.5)
        problem = await steps.visit(match, episode, 409, days=1)
        assert problem["type"] == "urn:problem:days-over-cap"
        assert world.sql("SELECT count(*) FROM visits") == [(1,)]

    async def test_a_visit_recorded_by_mistake_is_withdrawn_and_stays(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        made = await steps.visit(match, episode, days=2)
        url = f"/v1/episodes/{episode}/visits/{made['id']}/withdrawal"
        for expected in (200, 409):
            answer = await steps.client.post(url, json={"reason": "twice"}, headers=world.partner())
            assert answer.status_code == expected
        assert world.account(match.leader) == (0, 20, 0, 1)
        shown = await read(steps, f"/v1/episodes/{episode}/visits/{made['id']}", world.school())
        assert shown["withdrawal"]["reason"] == "twice"
        assert_balanced(world)


class TestNothingIsWritten:
    async def test_while_paused_stopped_waiting_for_a_signature_or_completed(self, steps: Steps, world: World) -> None:
        ways = {"paused": ["pause"], "stopped": ["stop"], "awaiting_sign_off": ["completion"]}
        ways["completed"] = ["completion", "sign-off"]
        for number, (state, way) in enumerate(ways.items()):
            match = world.match(100001 + number)
            episode = await steps.episode(match)
            visit = await steps.visit(match, episode, days=2)
            claim = await steps.claim(match, episode, days=1)
            deployment = world.sql("SELECT id FROM deployments WHERE episode_id = %s", episode)[0][0]
            for step in way:
                await self._take(steps, match.urn, episode, step)
            writes: dict[str, dict[str, Any]] = {
                "ledger": {"kind": "used", "days": 1},
                "visits": {"purpose": "coaching", "mode": "remote", "on": visit["on"], "days": 1},
                f"visits/{visit['id']}/withdrawal": {"reason": "why"},
                f"deployments/{deployment}/end": {"reason": "why"},
                "completion": {"summary": "all done"},
                "pause": {"reason": "why"},
            }
            before = len(world.events())
            for path, body in writes.items():
                answer = await steps.client.post(f"/v1/episodes/{episode}/{path}", json=body, headers=world.partner())
                assert answer.status_code == 409, (state, path, answer.text)
                assert answer.json()["type"] == "urn:problem:episode-blocked", (state, path)
            if state == "paused":  # days had before a stop are claimed after it
                await steps.claim(match, episode, 409, days=1)
                await steps.sign_claim(match, claim, 409)
            assert (world.state("episodes", episode), len(world.events())) == (state, before)

    async def _take(self, steps: Steps, urn: int, episode: str, step: str) -> None:
        sent, path = steps.world.partner(), step
        body: dict[str, Any] = {"reason": "why"}
        if step == "completion":
            body = {"summary": "leadership is stronger"}
        if step == "sign-off":
            sent, path, body = steps.world.school(urn), "completion/sign-off", {"signed_off": True}
        answer = await steps.client.post(f"/v1/episodes/{episode}/{path}", json=body, headers=sent)
        assert answer.status_code == 200, answer.text
