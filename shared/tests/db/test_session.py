"""Connections of transactions."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text

from shared.db.session import Database, driver_url
from shared.testing.plugin import DatabaseUrls


@pytest.fixture
async def database(urls: DatabaseUrls) -> AsyncIterator[Database]:
    made = Database(urls.app, pool_size=1)
    yield made
    await made.close()


async def _backend(database: Database) -> int:
    async with database.sessions() as session:
        return int(await session.scalar(text("SELECT pg_backend_pid()")) or 0)


class TestAConnectionThatTheServerHasEnded:
    async def test_is_replaced_before_it_is_used(self, database: Database, urls: DatabaseUrls) -> None:
        pid = await _backend(database)
        with psycopg.connect(driver_url(urls.app), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid = %s", [pid])
        assert await _backend(database) != pid


async def test_a_connection_that_lives_is_kept(database: Database) -> None:
    assert await _backend(database) == await _backend(database)
