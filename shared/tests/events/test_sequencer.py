import asyncio
import logging
import random
import time
from collections import Counter
from itertools import pairwise

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.session import Database
from shared.events import sequencer
from shared.events.feed import ChangeFeed
from shared.events.outbox import NewEvent, append_async
from shared.events.sequencer import Sequencer
from shared.testing.drill import full_size

THINGS = 40


async def _write(database: Database, writer: int, events: int, fates: random.Random) -> int:
    """Change random rows in transactions of 1 to 5 events, some rolled back; return how many were committed."""
    committed = 0
    while committed < events:
        async with database.engine.connect() as connection:
            transaction = await connection.begin()
            changed = sorted(fates.sample(range(THINGS), fates.randint(1, 5)))
            for thing in changed:
                await _change(connection, thing, writer)
            if fates.random() < 0.1:
                await transaction.rollback()
            else:
                await transaction.commit()
                committed += len(changed)
    return committed


async def _change(connection: AsyncConnection, thing: int, writer: int) -> None:
    version = await connection.scalar(
        text("UPDATE things SET version = version + 1 WHERE id = :id RETURNING version"), {"id": thing}
    )
    await append_async(connection, [NewEvent("thing.changed", str(thing), {"version": version, "writer": writer})])


async def _follow(feed: ChangeFeed, finished: asyncio.Event) -> list[dict[str, object]]:
    seen: list[dict[str, object]] = []
    cursor = None
    while True:
        last_round = finished.is_set()
        page = await feed.page(cursor, 200, 0.05)
        seen += page["data"]
        cursor = page["paging"]["next_cursor"]
        if last_round and not page["data"]:
            return seen


def _assert_told_once_and_in_order(seen: list[dict[str, object]], committed: int) -> None:
    assert len(seen) == committed
    assert max(Counter(event["id"] for event in seen).values()) == 1
    versions: dict[object, list[int]] = {}
    for event in seen:
        versions.setdefault(event["subject"], []).append(event["data"]["version"])  # type: ignore[index]
    assert all(later == earlier + 1 for told in versions.values() for earlier, later in pairwise(told))


async def _race(database: Database, server_url: str, events: int, writers: int = 8, seconds: float = 0) -> None:
    """Let writers race for so many events, and at least so long, beside transactions that stay open throughout."""
    async with database.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO things SELECT n, 0 FROM generate_series(0, :n - 1) n"), {"n": THINGS}
        )
    stop, finished = asyncio.Event(), asyncio.Event()
    sequencing = [asyncio.create_task(Sequencer(database).run(stop)) for _ in range(3)]
    with psycopg.connect(server_url) as elsewhere, psycopg.connect(database.url) as idle:
        elsewhere.execute("SELECT pg_current_xact_id()")  # takes a transaction id and keeps it
        idle.execute("SELECT pg_current_xact_id()")
        following = asyncio.create_task(_follow(ChangeFeed("/things", database), finished))
        began, committed = time.monotonic(), 0
        while committed == 0 or time.monotonic() - began < seconds:
            crowd = (_write(database, number, events // writers, random.Random(number)) for number in range(writers))
            committed += sum(await asyncio.gather(*crowd))
        finished.set()
        seen = await asyncio.wait_for(following, 60)
        assert idle.info.transaction_status.name == "INTRANS"
    stop.set()
    await asyncio.gather(*sequencing)
    _assert_told_once_and_in_order(seen, committed)


@pytest.fixture
async def database(url: str):  # type: ignore[no-untyped-def]
    opened = Database(url, pool_size=16)
    yield opened
    await opened.close()


class TestEveryCommittedEventIsToldOnceAndInOrder:
    async def test_under_eight_writers_three_sequencers_and_open_transactions(
        self, database: Database, server_url: str
    ) -> None:
        await _race(database, server_url, events=800)

    @pytest.mark.drill
    @full_size
    @pytest.mark.parametrize("writers", [2, 8])
    async def test_at_full_size(self, database: Database, server_url: str, writers: int) -> None:
        await _race(database, server_url, events=9000, writers=writers)

    @pytest.mark.drill
    @full_size
    async def test_while_transactions_stay_open_for_a_minute(self, database: Database, server_url: str) -> None:
        await _race(database, server_url, events=2000, seconds=60)


class TestASequencer:
    async def test_numbers_the_older_of_two_rows_first(self, database: Database) -> None:
        events = [NewEvent("thing.changed", str(number)) for number in range(50)]
        async with database.engine.begin() as connection:
            await append_async(connection, events)

        assert await sequencer.number(database.numbering) == 50

        async with database.reads.connect() as reads:
            subjects = (await reads.execute(text("SELECT subject FROM outbox ORDER BY pos"))).scalars().all()
        assert subjects == [event.subject for event in events]

    async def test_leaves_a_row_until_it_is_committed_and_then_numbers_it_after_later_ones(
        self, database: Database
    ) -> None:
        async with database.engine.connect() as slow:
            await slow.begin()
            await append_async(slow, [NewEvent("thing.changed", "slow")])
            async with database.engine.begin() as quick:
                await append_async(quick, [NewEvent("thing.changed", "quick")])
            assert await sequencer.number(database.numbering) == 1
            await slow.commit()
        assert await sequencer.number(database.numbering) == 1

        page = await ChangeFeed("/things", database).page(None, 10, 0)
        assert [event["subject"] for event in page["data"]] == ["quick", "slow"]

    async def test_gives_way_to_another_at_work(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        async with database.engine.connect() as other:
            await other.begin()
            await other.execute(sequencer._LOCK, {"key": sequencer._LOCK_KEY})
            assert await sequencer.number(database.numbering) is None
            async with database.engine.begin() as connection:
                await append_async(connection, [NewEvent("thing.changed", "1")])
            assert not await sequencer.settle(database, within=0.0)
        assert await sequencer.settle(database)

    async def test_and_the_feed_wait_for_no_request(self, url: str) -> None:
        database = Database(url, pool_size=1)
        async with database.engine.begin() as connection:
            await append_async(connection, [NewEvent("thing.changed", "1")])
        async with asyncio.timeout(5), database.engine.connect():
            page = await ChangeFeed("/things", database).page(None, 10, 0)
        await database.close()
        assert [event["subject"] for event in page["data"]] == ["1"]

    async def test_tells_how_long_the_oldest_row_waits(self, database: Database) -> None:
        assert await sequencer.oldest_unnumbered_seconds(database.polls) == 0.0
        async with database.engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO outbox (type, subject, created_at) VALUES ('a', 'b', now() - interval '90 s')")
            )
        assert 90 <= await sequencer.oldest_unnumbered_seconds(database.polls) < 120

    async def test_waits_for_a_database_that_is_away_and_tells_of_it_once(
        self, database: Database, server_url: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "shared.events.sequencer")
        async with database.engine.begin() as connection:
            await append_async(connection, [NewEvent("thing.changed", "1")])
        name = database.url.rpartition("/")[2]
        stop = asyncio.Event()
        with psycopg.connect(server_url, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            admin.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name])
            running = asyncio.create_task(Sequencer(database).run(stop))
            await _until_logged(caplog, 1)
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await _until_logged(caplog, 2)
        stop.set()
        await asyncio.wait_for(running, 5)
        assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
        assert await sequencer.oldest_unnumbered_seconds(database.polls) == 0.0


async def _until_logged(caplog: pytest.LogCaptureFixture, records: int) -> None:
    async with asyncio.timeout(20):
        while len(caplog.records) < records:  # noqa: ASYNC110 - told by the log alone
            await asyncio.sleep(0.01)
