"""Hot reads on a real server: values, connections that die or hang, and more readers than connections."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import psycopg
import pytest

from shared.db import hot_reads
from shared.db.hot_reads import HotReads
from shared.db.session import driver_url
from shared.errors import Unavailable
from shared.testing.plugin import DatabaseUrls

NAME = "hot-reads-test"


@pytest.fixture
async def reads(urls: DatabaseUrls) -> AsyncIterator[HotReads]:
    made = HotReads(driver_url(urls.owner), size=2, connect_args={"application_name": NAME})
    yield made
    await made.close()


@pytest.fixture
async def admin(urls: DatabaseUrls) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
    async with await psycopg.AsyncConnection.connect(driver_url(urls.owner), autocommit=True) as connection:
        yield connection


async def backends(admin: psycopg.AsyncConnection[tuple[object, ...]], state: str = "%") -> list[object]:
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND state LIKE %s"
    return [row[0] for row in await (await admin.execute(query, [NAME, state])).fetchall()]


async def end_all(admin: psycopg.AsyncConnection[tuple[object, ...]], state: str) -> None:
    """End the backends of the reads once there is one in this state, and wait until they are gone."""
    async with asyncio.timeout(20):
        while not (found := await backends(admin, state)):
            pass
        for pid in found:
            await admin.execute("SELECT pg_terminate_backend(%s)", [pid])
        while set(found) & set(await backends(admin)):
            pass


class TestValues:
    async def test_they_are_decoded_as_the_driver_does_and_sent_ones_tell_rows_apart(self, reads: HotReads) -> None:
        sql = "SELECT $1::int AS number, $2::text AS name, DATE '2026-01-06' AS day, NULL::int AS nothing"

        rows = await reads.fetch(f"{sql}, TIMESTAMPTZ '2026-01-06 10:00Z' AS moment, '{{\"b\": [1]}}'::json AS doc",
                                 [7, "Ælfric"])  # fmt: skip

        moment = datetime(2026, 1, 6, 10, tzinfo=UTC)
        (row,) = rows.decoded
        assert row == {"number": 7, "name": "Ælfric", "day": date(2026, 1, 6), "nothing": None, "moment": moment,
                       "doc": {"b": [1]}}  # fmt: skip
        assert rows.sent[0][:4] == ("7", "Ælfric", "2026-01-06", None)
        assert (await reads.fetch(sql, [7, "a"])).sent != (await reads.fetch(sql, [7, "b"])).sent

    @pytest.mark.parametrize(
        ("kind", "given"),
        [("int", [3, -1]), ("text", ["Yorkshire and the Humber, all", 'a "b" \\ c', "", "NULL", "{}"]), ("text", [])],
    )
    async def test_lists_are_arrays(self, reads: HotReads, kind: str, given: list[object]) -> None:
        row = (await reads.fetch(f"SELECT $1::{kind}[] AS back", [given])).first()

        assert row == {"back": given}

    async def test_no_row_is_none_and_a_null_parameter_is_null(self, reads: HotReads) -> None:
        assert not await reads.fetch("SELECT 1 WHERE false")
        assert (await reads.fetch("SELECT $1::text IS NULL AS so", [None])).decoded == [{"so": True}]

    async def test_a_statement_that_fails_is_an_error_and_the_next_read_is_served(self, reads: HotReads) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await reads.fetch("SELECT 1 / $1::int", [0])
        assert len(await reads.fetch("SELECT 1")) == 1


class TestManyReaders:
    async def test_each_gets_its_own_answer_over_no_more_connections_than_allowed(
        self, reads: HotReads, admin: psycopg.AsyncConnection[tuple[object, ...]]
    ) -> None:
        answers = await asyncio.gather(*(reads.fetch("SELECT $1::int AS n", [number]) for number in range(200)))

        assert [rows.decoded[0]["n"] for rows in answers] == list(range(200))
        assert len(await backends(admin)) == 2

    async def test_one_that_finds_no_connection_in_time_is_told_so(
        self, reads: HotReads, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hot_reads, "WAIT_SECONDS", 0.05)
        busy = [asyncio.create_task(reads.fetch("SELECT pg_sleep(1)")) for _ in range(2)]
        await asyncio.sleep(0)

        with pytest.raises(Unavailable):
            await reads.fetch("SELECT 1")
        await asyncio.gather(*busy)

    async def test_a_cancelled_read_leaves_its_answer_to_nobody_else(self, reads: HotReads) -> None:
        for _ in range(20):
            given_up = asyncio.create_task(reads.fetch("SELECT pg_sleep(0.01), 'mine' AS whose"))
            await reads.fetch("SELECT 1")
            given_up.cancel()
            answers = await asyncio.gather(*(reads.fetch("SELECT $1::int AS n", [number]) for number in range(4)))
            assert [rows.decoded[0] for rows in answers] == [{"n": number} for number in range(4)]


class TestLostConnections:
    async def test_one_that_died_at_rest_is_not_noticed(
        self, reads: HotReads, admin: psycopg.AsyncConnection[tuple[object, ...]]
    ) -> None:
        await asyncio.gather(*(reads.fetch("SELECT 1") for _ in range(4)))
        await end_all(admin, "idle")

        answers = await asyncio.gather(*(reads.fetch("SELECT 1") for _ in range(4)))

        assert [len(rows) for rows in answers] == [1] * 4

    async def test_one_that_dies_under_a_read_is_replaced_and_the_read_repeated(
        self, reads: HotReads, admin: psycopg.AsyncConnection[tuple[object, ...]]
    ) -> None:
        reading = asyncio.create_task(reads.fetch("SELECT pg_sleep(0.5), 1 AS one"))
        await end_all(admin, "active")

        assert (await reading).decoded[0]["one"] == 1

    async def test_a_table_that_takes_another_form_is_read_in_it(
        self, reads: HotReads, admin: psycopg.AsyncConnection[tuple[object, ...]]
    ) -> None:
        await admin.execute("CREATE TABLE things AS SELECT 1 AS id")
        await reads.fetch("SELECT * FROM things")
        await admin.execute("ALTER TABLE things ADD COLUMN colour text DEFAULT 'red'")

        (row,) = (await reads.fetch("SELECT * FROM things")).decoded

        assert row["colour"] == "red"

    async def test_a_server_that_is_not_there_is_unavailable(self) -> None:
        reads = HotReads("postgresql://127.0.0.1:1/none", size=1, connect_args={"connect_timeout": 2})
        with pytest.raises(Unavailable):
            await reads.fetch("SELECT 1")
