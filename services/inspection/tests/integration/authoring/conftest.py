"""A service over a database of its own, a school in it, and clients of those who may write and those who may not."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row
from services.inspection.tests.integration.reads.rows import Register

from inspection.app import create_app
from inspection.settings import Settings
from shared.db.session import driver_url
from shared.testing.client import client_of
from shared.testing.one_database import OneDatabase
from shared.testing.plugin import DatabaseUrls
from shared.testing.postgres import TestServer
from shared.testing.tokens import ISSUER, bearer, jwks_url

SERVICE_DIR = Path(__file__).resolve().parents[3]
READS = "schools:read inspections:read facts:read changes:read"
WRITES = f"{READS} inspections:write inspections:publish"

Client = Callable[..., Any]


@pytest.fixture(scope="module")
def database(database_server: TestServer, _templates: Callable[[str, Path], str]) -> Iterator[OneDatabase]:
    one = OneDatabase(database_server, "inspection", _templates("inspection", SERVICE_DIR))
    yield one
    one.close()


@pytest.fixture
def urls(database: OneDatabase) -> Iterator[DatabaseUrls]:
    yield database.urls
    database.empty()


@pytest.fixture
def owner(urls: DatabaseUrls) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    with psycopg.connect(driver_url(urls.owner), autocommit=True, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture
def register(urls: DatabaseUrls) -> Iterator[Register]:
    with psycopg.connect(driver_url(urls.owner), autocommit=True) as connection:
        register = Register(connection)
        register.school(100001, low_age=11, high_age=16, sixth_form=False)
        yield register


@pytest.fixture
async def client(urls: DatabaseUrls, register: Register) -> AsyncIterator[Client]:
    settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
    async with AsyncExitStack() as stack:

        async def made(**claims: Any) -> httpx.AsyncClient:
            return await stack.enter_async_context(client_of(create_app(settings), **bearer(**claims)))

        yield made


@pytest.fixture
async def inspectorate(client: Client) -> httpx.AsyncClient:
    made: httpx.AsyncClient = await client(scope=WRITES, org="ofsted", role="ofsted", client_id="ofsted")
    return made


@pytest.fixture
async def department(client: Client) -> httpx.AsyncClient:
    """The department sees all else, and has been given the writing scopes by mistake."""
    made: httpx.AsyncClient = await client(scope=WRITES, org="dfe", role="dfe")
    return made
