"""A clone of a migrated database for each test, with tables that tell what runs did."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from shared.auth import Organisation, Principal
from shared.db.session import Database, driver_url
from shared.jobs import JobContext, JobKind, Jobs, JobView
from shared.jobs.runner import JobRunner
from shared.testing.plugin import CloneDatabase, DatabaseUrls
from shared.testing.postgres import TestServer

NOTES = Path(__file__).parents[1] / "notes_service"
TABLES = """
    CREATE TABLE begun (job uuid, attempt int, at timestamptz DEFAULT clock_timestamp());
    CREATE TABLE effects (id bigserial, job uuid, attempt int);
    GRANT SELECT, INSERT ON begun, effects TO PUBLIC;
    GRANT USAGE ON SEQUENCE effects_id_seq TO PUBLIC
"""


@pytest.fixture
def server_url(database_server: TestServer) -> str:
    """The superuser's."""
    return driver_url(database_server.url.render_as_string(hide_password=False))


@pytest.fixture
def url(cloned_database: CloneDatabase) -> str:
    """A service's migrated database, for the role that serves: neither owner nor superuser."""
    urls: DatabaseUrls = cloned_database("notes", NOTES)
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(TABLES)
    return urls.app


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url, pool_size=10)
    yield opened
    await opened.close()


def bearer(org: str = "shop:1") -> Principal:
    return Principal("someone", "client", "clerk", Organisation.parse(org), frozenset(), frozenset())


class Bench:
    """A database, an inventory of kinds, and what tests ask of both."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.jobs = Jobs([])
        self.principal = bearer()

    def know(
        self, run: Callable[[JobContext], Any], *, lock: str | None = None, name: str = "work", cap: int = 5
    ) -> None:
        self.jobs.kinds[name] = JobKind(name, run, lock, cap)

    async def submit(self, kind: str = "work", principal: Principal | None = None, **params: Any) -> JobView:
        async with self.database.system_session() as session:
            return await self.jobs.submit(session, kind, params, principal or self.principal)

    async def get(self, job_id: UUID) -> JobView:
        async with self.database.system_session() as session:
            return await self.jobs.get(session, job_id, self.principal)

    async def cancel(self, job_id: UUID) -> JobView:
        async with self.database.system_session() as session:
            return await self.jobs.cancel(session, job_id, self.principal)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.database.reads.connect() as reads:
            return list((await reads.execute(text(sql), values)).all())

    async def ended(self, job_id: UUID, within: float = 30) -> JobView:
        async with asyncio.timeout(within):
            while (job := await self.get(job_id)).finished_at is None:  # noqa: ASYNC110 - the state is in the database
                await asyncio.sleep(0.01)
        return job

    async def until(self, sql: str, within: float = 30, **values: Any) -> None:
        async with asyncio.timeout(within):
            while not (await self.rows(sql, **values))[0][0]:  # noqa: ASYNC110 - the state is in the database
                await asyncio.sleep(0.01)

    @asynccontextmanager
    async def running(self, concurrency: int = 2) -> AsyncIterator[JobRunner]:
        stop = asyncio.Event()
        runner = JobRunner(self.jobs, self.database, concurrency=concurrency)
        task = asyncio.create_task(runner.run(stop))
        try:
            yield runner
        finally:
            stop.set()
            await asyncio.wait_for(task, 15)


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)
