"""A service over a database of its own for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from services.inspection.tests.integration.reads.rows import Register

from inspection.app import create_app
from inspection.settings import Settings
from shared.db.session import driver_url
from shared.testing.client import client_of
from shared.testing.plugin import CloneDatabase, DatabaseUrls
from shared.testing.tokens import ISSUER, bearer, jwks_url

SERVICE_DIR = Path(__file__).resolve().parents[3]
READS = "schools:read inspections:read facts:read"


@pytest.fixture
def urls(cloned_database: CloneDatabase) -> DatabaseUrls:
    return cloned_database("inspection", SERVICE_DIR)


@pytest.fixture
def register(urls: DatabaseUrls) -> Iterator[Register]:
    with psycopg.connect(driver_url(urls.owner), autocommit=True) as connection:
        yield Register(connection)


@pytest.fixture
async def anonymous(urls: DatabaseUrls) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
    async with client_of(create_app(settings)) as client:
        yield client


@pytest.fixture
async def reader(urls: DatabaseUrls) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(database_url=urls.app, issuer=ISSUER, jwks_url=jwks_url())
    async with client_of(create_app(settings), **bearer(scope=READS)) as client:
        yield client
