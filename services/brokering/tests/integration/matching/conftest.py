"""A clone of brokering's database, an application on it, and a worker that follows two feeds in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from services.brokering.tests.fakes import FakeFacts, FakeFeed
from services.brokering.tests.matching_world import MatchingWorld

from brokering.app import create_app
from brokering.intake import inspection, triage
from brokering.settings import Settings
from shared.db.session import Database
from shared.events.consumer import FeedConsumer
from shared.testing.client import client_of
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import AUDIENCE, ISSUER, jwks_url


@pytest.fixture
def app(urls: DatabaseUrls) -> FastAPI:
    return create_app(Settings(database_url=urls.app, issuer=ISSUER, audience=AUDIENCE, jwks_url=jwks_url()))


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as made:
        yield made


@pytest.fixture
async def database(urls: DatabaseUrls) -> AsyncIterator[Database]:
    made = Database(urls.app)
    yield made
    await made.close()


@pytest.fixture
async def world(database: Database, client: httpx.AsyncClient, urls: DatabaseUrls) -> AsyncIterator[MatchingWorld]:
    facts = FakeFacts()
    feeds = {"inspection": FakeFeed("/inspection"), "triage": FakeFeed("/triage")}
    schools = inspection.SchoolIntake(facts)
    consumers: list[FeedConsumer[Any]] = [
        FeedConsumer("inspection", feeds["inspection"], database, schools.prepare, schools.apply),
        FeedConsumer("triage", feeds["triage"], database, triage.prepare, triage.apply),
    ]
    made = MatchingWorld(client, database, facts, feeds, {each.name: each for each in consumers}, urls.owner)
    yield made
    await made.stop_working()
