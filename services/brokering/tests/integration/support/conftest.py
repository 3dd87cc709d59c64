"""A clone of brokering's database, an application on it, and the small world of support."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from services.brokering.tests.support_server import serving
from services.brokering.tests.support_world import Clock, Steps, World, support_app

from shared.clock import request_time
from shared.testing.client import client_of
from shared.testing.plugin import DatabaseUrls


@pytest.fixture
def world(urls: DatabaseUrls) -> Iterator[World]:
    made = World(urls)
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(urls: DatabaseUrls, clock: Clock) -> FastAPI:
    made = support_app(
        urls, pool_size=20
    )  # no fewer than a test sends at once: waiting for one is not what it looks at
    made.dependency_overrides[request_time] = lambda: clock.now
    return made


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as made:
        yield made


@pytest.fixture
def steps(client: httpx.AsyncClient, world: World) -> Steps:
    return Steps(client, world)


@pytest.fixture
async def http_steps(urls: DatabaseUrls, world: World) -> AsyncIterator[Steps]:
    """The same steps over sockets, to a process of the service of its own."""
    with serving(urls) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            yield Steps(client, world)
