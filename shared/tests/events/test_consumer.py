import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import Database
from shared.events.consumer import PACE_SECONDS, FeedConsumer
from shared.events.feed import ChangeFeed
from shared.events.messages import CloudEvent
from shared.events.outbox import NewEvent, append_async
from shared.http_client import UpstreamUnavailable
from shared.testing.plugin import CloneDatabase

NOTES = Path(__file__).parents[1] / "notes_service"


class Upstream:
    """Stands for the client of another service: its real feed, over its own database, that can be down."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.feed = ChangeFeed("/upstream", database)
        self.down = False
        self.asked = 0

    async def get_json(
        self, path: str, params: Mapping[str, Any] | None = None, *, read_timeout: float | None = None
    ) -> Any:
        del path, read_timeout
        self.asked += 1
        if self.down:
            raise UpstreamUnavailable("down")
        asked = dict(params or {})
        page = await self.feed.page(asked.get("after"), asked["limit"], min(asked["wait"], 0.2))
        page["paging"]["next_url"] = "/"
        return page

    async def tell(self, *subjects: str) -> None:
        async with self.database.engine.begin() as connection:
            await append_async(connection, [NewEvent("thing.changed", subject) for subject in subjects])


@pytest.fixture
async def upstream(cloned_database: CloneDatabase) -> AsyncIterator[Upstream]:
    database = Database(cloned_database("notes", NOTES).app)
    yield Upstream(database)
    await database.close()


async def _events(events: Sequence[CloudEvent]) -> Sequence[CloudEvent]:
    return events


async def _record(session: AsyncSession, events: Sequence[CloudEvent]) -> None:
    for event in events:
        await session.execute(
            text("INSERT INTO effects (event_id, subject) VALUES (:id, :subject)"),
            {"id": event.id, "subject": event.subject},
        )


def _consumer(upstream: Upstream, database: Database, **changed: Any) -> FeedConsumer[Any]:
    parts: dict[str, Any] = {"prepare": _events, "apply": _record, "page": 10, **changed}
    return FeedConsumer("upstream", upstream, database, **parts)


async def _effects(database: Database) -> list[str]:
    async with database.reads.connect() as reads:
        return list((await reads.execute(text("SELECT subject FROM effects ORDER BY event_id::int"))).scalars())


async def _until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110 - the condition is in the database
            await asyncio.sleep(0)


SUBJECTS = [str(number) for number in range(45)]


class TestCatchingUp:
    async def test_applies_all_that_stood_in_the_feed(self, upstream: Upstream, database: Database) -> None:
        await upstream.tell(*SUBJECTS)
        reached = await _consumer(upstream, database).catch_up()
        assert reached.reached_head
        assert reached.upstream_as_of is not None
        assert await _effects(database) == SUBJECTS

    async def test_looks_up_what_changed_often_once(self, upstream: Upstream, database: Database) -> None:
        await upstream.tell(*(["same"] * 45))
        asked: list[int] = []

        async def look_up(events: Sequence[CloudEvent]) -> Sequence[CloudEvent]:
            asked.append(len(events))
            return events

        await _consumer(upstream, database, prepare=look_up).catch_up()
        assert asked == [45]

    async def test_of_an_empty_feed_is_complete(self, upstream: Upstream, database: Database) -> None:
        reached = await _consumer(upstream, database).catch_up()
        assert reached.reached_head
        assert (await _consumer(upstream, database).state()).last_contact_at is not None

    async def test_ends_though_new_events_keep_coming(self, upstream: Upstream, database: Database) -> None:
        await upstream.tell(*SUBJECTS)

        async def and_one_more(events: Sequence[CloudEvent]) -> Sequence[CloudEvent]:
            await upstream.tell(*(f"9{event.subject}" for event in events))
            return events

        reached = await asyncio.wait_for(_consumer(upstream, database, prepare=and_one_more).catch_up(), 60)
        assert reached.reached_head
        assert set(SUBJECTS) <= set(await _effects(database))

    async def test_says_so_when_the_upstream_is_down(self, upstream: Upstream, database: Database) -> None:
        await upstream.tell("1")
        before = await _consumer(upstream, database).catch_up()
        upstream.down = True
        reached = await _consumer(upstream, database).catch_up()
        assert not reached.reached_head
        assert reached.cursor == before.cursor
        assert reached.upstream_as_of == before.upstream_as_of is not None


class TestEffectsHappenOnce:
    async def test_with_two_consumers_that_fetched_the_same_page(self, upstream: Upstream, database: Database) -> None:
        await upstream.tell(*SUBJECTS)
        both = asyncio.Barrier(2)

        async def together(events: Sequence[CloudEvent]) -> Sequence[CloudEvent]:
            if events[0].subject == "0":
                await both.wait()
            return events

        consumers = [_consumer(upstream, database, prepare=together) for _ in range(2)]
        reached = await asyncio.wait_for(asyncio.gather(*(each.catch_up() for each in consumers)), 20)
        assert all(each.reached_head for each in reached)
        assert await _effects(database) == SUBJECTS
        assert (await consumers[0].state()).applied == len(SUBJECTS)

    async def test_after_a_crash_between_preparing_and_applying(self, upstream: Upstream, database: Database) -> None:
        await upstream.tell("1", "2")

        async def crash(session: AsyncSession, events: Sequence[CloudEvent]) -> None:
            await _record(session, events)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await _consumer(upstream, database, apply=crash).catch_up()
        assert await _effects(database) == []
        assert (await _consumer(upstream, database).state()).cursor is None

        await _consumer(upstream, database).catch_up()
        assert await _effects(database) == ["1", "2"]


class TestFollowing:
    async def test_takes_events_as_they_come_and_ends_when_told(self, upstream: Upstream, database: Database) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(_consumer(upstream, database).run(stop))
        for subject in ("1", "2"):
            await upstream.tell(subject)
            await _until(partial(_has, database, subject))
        stop.set()
        await asyncio.wait_for(running, 5)

    async def test_lets_what_comes_in_quick_succession_gather(self, upstream: Upstream, database: Database) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(_consumer(upstream, database).run(stop))
        subjects = [str(number) for number in range(10)]
        began = time.monotonic()
        for subject in subjects:
            await upstream.tell(subject)
            await _until(partial(_has, database, subject))
        assert time.monotonic() - began >= PACE_SECONDS * (len(subjects) - 1)
        stop.set()
        await asyncio.wait_for(running, 5)

    async def test_waits_for_an_upstream_that_is_down_and_logs_it_once(
        self, upstream: Upstream, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "shared.events.consumer")
        await upstream.tell("1")
        upstream.down = True
        stop = asyncio.Event()
        running = asyncio.create_task(_consumer(upstream, database).run(stop))
        await _until(lambda: _asked(upstream, 3))
        upstream.down = False
        await _until(lambda: _has(database, "1"))
        stop.set()
        await asyncio.wait_for(running, 5)
        assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]

    async def test_goes_on_after_its_connections_were_cut(self, upstream: Upstream, database: Database) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(_consumer(upstream, database).run(stop))
        await upstream.tell("1")
        await _until(lambda: _has(database, "1"))
        with psycopg.connect(database.url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )
        await upstream.tell("2")
        await _until(lambda: _has(database, "2"))
        stop.set()
        await asyncio.wait_for(running, 5)
        assert await _effects(database) == ["1", "2"]

    async def test_does_not_pass_an_event_that_cannot_be_applied(self, upstream: Upstream, database: Database) -> None:
        tries = 0

        async def refuse_at_first(session: AsyncSession, events: Sequence[CloudEvent]) -> None:
            nonlocal tries
            tries += 1
            if tries < 3:
                raise ValueError(events[0].subject)
            await _record(session, events)

        await upstream.tell("1", "2")
        stop = asyncio.Event()
        running = asyncio.create_task(_consumer(upstream, database, apply=refuse_at_first).run(stop))
        await _until(lambda: _has(database, "2"))
        stop.set()
        await asyncio.wait_for(running, 5)
        assert await _effects(database) == ["1", "2"]


async def _has(database: Database, subject: str) -> bool:
    return subject in await _effects(database)


async def _asked(upstream: Upstream, times: int) -> bool:
    await asyncio.sleep(0)
    return upstream.asked >= times
