"""The service over a database of its own, with a worker beside it that runs the imports."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row
from services.inspection.tests.files import OFSTED

from inspection.app import create_app
from inspection.imports.service import JOBS
from inspection.settings import Settings
from shared.db.session import Database, driver_url
from shared.jobs.runner import JobRunner
from shared.testing.client import client_of
from shared.testing.plugin import CloneDatabase, DatabaseUrls
from shared.testing.tokens import ISSUER, bearer, jwks_url

SERVICE_DIR = Path(__file__).resolve().parents[3]
SCOPES = "imports:read imports:write schools:read inspections:read"
FINAL = {"succeeded", "failed", "cancelled"}


@pytest.fixture
def urls(cloned_database: CloneDatabase) -> DatabaseUrls:
    return cloned_database("inspection", SERVICE_DIR)


@pytest.fixture
def rows(urls: DatabaseUrls) -> Iterator["Rows"]:
    options = "-c app.visibility=all"
    with psycopg.connect(driver_url(urls.owner), autocommit=True, row_factory=dict_row, options=options) as connection:
        yield Rows(connection)


@dataclass
class Rows:
    """Looks into the database."""

    connection: psycopg.Connection[dict[str, Any]]

    def all(self, query: str, *values: object) -> list[dict[str, Any]]:
        return self.connection.execute(query.encode(), values).fetchall()

    def one(self, query: str, *values: object) -> dict[str, Any]:
        (row,) = self.all(query, *values)
        return row

    def count(self, table: str) -> int:
        return int(self.one(f"SELECT count(*) AS n FROM {table}")["n"])


@pytest.fixture
async def client(urls: DatabaseUrls) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
    async with client_of(create_app(settings), **bearer(scope=SCOPES)) as made:
        yield made


@dataclass
class Importer:
    """Sends files and waits until their imports have ended."""

    client: httpx.AsyncClient
    running: asyncio.Task[None] | None = None

    async def send(self, content: bytes, as_at: str = "2025-08-31", kind: str = OFSTED, **query: str) -> dict[str, Any]:
        response = await self.client.post(
            "/v1/imports",
            files={"file": ("file.csv", content, "text/csv")},
            data={"kind": kind, "as_at": as_at},
            params=query,
        )
        assert response.status_code == 202, response.text
        return await self.ended(response.headers["Location"])

    async def ended(self, location: str) -> dict[str, Any]:
        while True:
            document: dict[str, Any] = (await self.client.get(location)).json()
            if document["state"] in FINAL:
                return document
            assert self.running is not None
            done, _ = await asyncio.wait({self.running}, timeout=0.02)
            assert not done, "the worker has ended"

    async def rejections(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        response = await self.client.get(f"/v1/imports/{document['id']}/rejections?limit=200")
        data: list[dict[str, Any]] = response.json()["data"]
        return data


@pytest.fixture
async def importer(urls: DatabaseUrls, client: httpx.AsyncClient) -> AsyncIterator[Importer]:
    database = Database(urls.app)
    stop = asyncio.Event()
    running = asyncio.create_task(JobRunner(JOBS, database, concurrency=1).run(stop))
    yield Importer(client, running)
    stop.set()
    await running
    await database.close()


@dataclass(frozen=True)
class Sent:
    """A file of a day."""

    as_at: str
    kind: str
    content: bytes


LoadedAlone = Callable[[Sequence[Sent], Callable[[httpx.AsyncClient], Awaitable[Any]]], Awaitable[Any]]


@pytest.fixture
def loaded_alone(cloned_database: CloneDatabase) -> LoadedAlone:
    """Return a function that loads files into an empty register, and returns what is told of it then."""

    async def run(files: Sequence[Sent], tell: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
        urls = cloned_database("inspection", SERVICE_DIR)
        settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
        async with client_of(create_app(settings), **bearer(scope=SCOPES)) as client:
            database, stop = Database(urls.app), asyncio.Event()
            running = asyncio.create_task(JobRunner(JOBS, database, concurrency=1).run(stop))
            for each in files:
                importer = Importer(client, running)
                document = await importer.send(each.content, each.as_at, each.kind)
                assert document["state"] == "succeeded", document["problem"]
                assert document["rows"]["rejected"] == 0, await importer.rejections(document)
            stop.set()
            await running
            await database.close()
            return await tell(client)

    return run
