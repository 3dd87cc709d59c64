"""Days used, returned and corrected; pause, resume and stop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.brokering.tests.support_world import Clock, Steps, World, headers


async def days_of(steps: Steps, episode: str) -> dict[str, Any]:
    found = (await steps.client.get(f"/v1/episodes/{episode}", headers=steps.world.partner())).json()
    days: dict[str, Any] = found["days"]
    return days


class TestDays:
    async def test_used_and_returned_days(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        added = await steps.entry(episode, kind="used", days=2.5, note="first visit")
        assert added["entry"]["legs"] == [{"account": "reserved", "days": -2.5}, {"account": "used", "days": 2.5}]
        assert added["entry"]["recorded_by"] == "partner-person"
        await steps.entry(episode, kind="returned", days=1)
        assert await days_of(steps, episode) == {
            "cap": 10, "reserved": 6.5, "used": 2.5, "returned": 1, "remaining": 6.5, "unallocated": 1,
        }  # fmt: skip
        assert world.account(match.leader) == (0, 13, 5, 1)

    async def test_the_leader_enters_their_own_days(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        for sent in (world.leader_person(match.leader), headers("leader", f"leader:CEO-{match.leader}")):
            url = f"/v1/episodes/{episode}/ledger"
            answer = await steps.client.post(url, json={"kind": "used", "days": 1}, headers=sent)
            assert (answer.status_code, answer.json()["entry"]["recorded_by"]) == (201, "leader-person")

    async def test_more_than_is_reserved_is_409_and_changes_nothing(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        await steps.entry(episode, kind="used", days=9.5)
        for kind in ("used", "returned"):
            problem = await steps.entry(episode, 409, kind=kind, days=1)
            assert problem["type"] == "urn:problem:days-over-cap"
            assert "0.5 days reserved and not used" in problem["detail"]
        await steps.entry(episode, kind="used", days=0.5)
        assert world.account(match.leader) == (0, 0, 20, 1)

    async def test_days_come_in_halves(self, steps: Steps, world: World) -> None:
        episode = await steps.episode(world.match())
        for days in (0, -0.5, 0.3, "one"):
            problem = await steps.entry(episode, 422, kind="used", days=days)
            assert problem["errors"][0]["pointer"] == "/days", days

    async def test_a_mistake_is_corrected_by_another_entry(self, steps: Steps, world: World) -> None:
        episode = await steps.episode(world.match())
        await steps.entry(episode, kind="used", days=3)
        await steps.entry(episode, kind="use_corrected", days=1)
        assert (await days_of(steps, episode))["used"] == 2
        problem = await steps.entry(episode, 409, kind="use_corrected", days=2.5)
        assert "2 days used" in problem["detail"]

    async def test_days_are_entered_for_a_day_of_the_episode(self, steps: Steps, world: World, clock: Clock) -> None:
        episode = await steps.episode(world.match())
        for on in (clock.now.date() + timedelta(days=1), clock.now.date() - timedelta(days=1)):
            problem = await steps.entry(episode, 422, kind="used", days=1, on=on.isoformat())
            assert problem["errors"][0]["pointer"] == "/on"

    async def test_the_same_key_enters_days_once(self, steps: Steps, world: World) -> None:
        episode = await steps.episode(world.match())
        sent = {**world.partner(), "Idempotency-Key": "visit-1"}
        for _ in range(3):
            answer = await steps.client.post(
                f"/v1/episodes/{episode}/ledger", json={"kind": "used", "days": 1}, headers=sent
            )
            assert answer.status_code == 201
        assert (await days_of(steps, episode))["used"] == 1


class TestLedger:
    async def test_the_whole_history_with_both_legs(self, steps: Steps, world: World) -> None:
        episode = await steps.episode(world.match())
        await steps.entry(episode, kind="used", days=1)
        answer = await steps.client.get(f"/v1/episodes/{episode}/ledger", headers=world.school())
        ledger = answer.json()
        assert [entry["kind"] for entry in ledger["data"]] == ["offered", "reserved", "used"]
        for entry in ledger["data"]:
            assert sum(leg["days"] for leg in entry["legs"]) == 0
        assert ledger["days"] == await days_of(steps, episode)
        assert answer.headers["etag"]

    async def test_comes_in_pages_with_the_balances_of_all_of_it(self, steps: Steps, world: World) -> None:
        episode = await steps.episode(world.match())
        await steps.entry(episode, kind="used", days=1)
        url: str | None = f"/v1/episodes/{episode}/ledger?limit=2&include_total=true"
        kinds, pages = [], []
        while url is not None:
            ledger = (await steps.client.get(url, headers=world.school())).json()
            kinds += [entry["kind"] for entry in ledger["data"]]
            pages.append((ledger["paging"]["total"], ledger["days"]))
            url = ledger["paging"]["next_url"]
        assert kinds == ["offered", "reserved", "used"]
        assert pages == [(3, await days_of(steps, episode))] * 2

    async def test_as_of_says_what_was_true_that_day(self, steps: Steps, world: World, clock: Clock) -> None:
        episode = await steps.episode(world.match())
        opened = clock.now.date()
        clock.now += timedelta(days=30)
        await steps.entry(episode, kind="used", days=2)
        await steps.entry(episode, kind="used", days=1, on=(opened + timedelta(days=10)).isoformat())
        used = {}
        for later in (0, 9, 10, 30):
            url = f"/v1/episodes/{episode}/ledger?as_of={opened + timedelta(days=later)}"
            found = (await steps.client.get(url, headers=world.partner())).json()
            used[later] = found["days"]["used"]
        assert used == {0: 0, 9: 0, 10: 1, 30: 3}


class TestStates:
    async def test_nothing_is_written_to_a_paused_or_stopped_episode(self, steps: Steps, world: World) -> None:
        for number, (action, why) in enumerate({"pause": "is paused", "stop": "has been stopped"}.items()):
            episode = await steps.episode(world.match(100001 + number))
            await steps.move(episode, action)
            for kind in ("used", "returned", "use_corrected"):
                problem = await steps.entry(episode, 409, kind=kind, days=1)
                assert problem["type"] == "urn:problem:episode-blocked"
                assert f"the episode {why}" in problem["detail"]

    async def test_pause_and_resume_keep_who_and_why(self, steps: Steps, world: World) -> None:
        episode = await steps.episode(world.match())
        await steps.move(episode, "pause")
        found = await steps.move(episode, "resume")
        assert found["state"] == "open"
        assert [(e["action"], e["from"], e["to"], e["by"]) for e in found["history"]] == [
            ("pause", "open", "paused", "partner-person"),
            ("resume", "paused", "open", "partner-person"),
        ]
        await steps.entry(episode, kind="used", days=1)

    async def test_illegal_steps_are_409(self, steps: Steps, world: World) -> None:
        illegal = {"": ("resume",), "pause": ("pause",), "stop": ("pause", "resume", "stop")}
        for number, (before, actions) in enumerate(illegal.items()):
            episode = await steps.episode(world.match(100001 + number))
            if before:
                await steps.move(episode, before)
            for action in actions:
                problem = await steps.move(episode, action, 409)
                assert problem["type"] == "urn:problem:episode-blocked", (before, action)

    async def test_stopping_gives_back_days_and_place_and_frees_the_need(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        await steps.entry(episode, kind="used", days=3)
        found = await steps.move(episode, "stop")
        assert (found["state"], found["days"]["reserved"], found["days"]["returned"]) == ("stopped", 0, 7)
        assert world.account(match.leader) == (0, 0, 6, 0)
        assert world.state("needs", match.need) == "decided"

    async def test_what_was_used_counts_against_the_needs_cap_for_good(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        await steps.entry(episode, kind="used", days=3)
        await steps.move(episode, "stop")
        world.new_round()
        again = type(match)(match.need, match.leader, world.proposal(match.need, match.leader), match.urn)
        problem = await steps.offer(again, 409)
        assert "leaves 7" in problem["detail"]
        await steps.offer(again, days=7)

    async def test_stopping_when_all_is_used_gives_back_the_place(self, steps: Steps, world: World) -> None:
        match = world.match()
        episode = await steps.episode(match)
        await steps.entry(episode, kind="used", days=10)
        await steps.move(episode, "stop")
        assert world.account(match.leader) == (0, 0, 20, 0)


class TestLists:
    async def test_pages_filters_totals_and_lines(self, steps: Steps, world: World) -> None:
        episodes = [await steps.episode(world.match(100001 + number)) for number in range(3)]
        await steps.move(episodes[1], "pause")
        first = (await steps.client.get("/v1/episodes?limit=2&include_total=true", headers=world.partner())).json()
        assert [row["id"] for row in first["data"]] == [episodes[2], episodes[1]]
        assert first["paging"]["total"] == 3
        second = await steps.client.get(first["paging"]["next_url"], headers=world.partner())
        assert [row["id"] for row in second.json()["data"]] == [episodes[0]]
        paused = (await steps.client.get("/v1/episodes?state=paused", headers=world.partner())).json()
        assert [row["id"] for row in paused["data"]] == [episodes[1]]
        mine = (await steps.client.get("/v1/episodes", headers=world.school(100001))).json()
        assert [row["id"] for row in mine["data"]] == [episodes[0]]
        lines = await steps.client.get("/v1/episodes", headers={**world.partner(), "Accept": "application/x-ndjson"})
        assert len(lines.text.splitlines()) == 3

    async def test_a_bad_query_is_422(self, steps: Steps, world: World) -> None:
        for query in ("state=merry", "after=xyz", "limit=0", "limit=201", "need_id=1"):
            for path in ("/v1/episodes", "/v1/offers"):
                answer = await steps.client.get(f"{path}?{query}", headers=world.partner())
                assert answer.status_code == 422, (path, query)
