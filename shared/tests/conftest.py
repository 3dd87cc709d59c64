"""A small real service on a real database, for the tests of what services share."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from notes_service.app import HERE, create_app

from shared.settings import ServiceSettings
from shared.testing.client import client_of
from shared.testing.plugin import CloneDatabase, DatabaseUrls
from shared.testing.tokens import AUDIENCE, ISSUER, jwks_url


@pytest.fixture
def urls(cloned_database: CloneDatabase) -> DatabaseUrls:
    return cloned_database("notes", Path(HERE))


@pytest.fixture
def settings(urls: DatabaseUrls) -> ServiceSettings:
    return ServiceSettings(database_url=urls.app, issuer=ISSUER, audience=AUDIENCE, jwks_url=jwks_url())


@pytest.fixture
def app(settings: ServiceSettings) -> FastAPI:
    return create_app(settings)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as made:
        yield made
