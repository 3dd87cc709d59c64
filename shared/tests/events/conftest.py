"""A PostgreSQL server of this run, and a fresh database with the tables of events for each test."""

import itertools
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from sqlalchemy import create_engine, text

from shared.db.embedded import EmbeddedPostgres
from shared.db.session import Database
from shared.events.schema import EVENTS_V1_SQL

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres.temporary() as running:
        engine = create_engine(_new_database(running, "events_template", driver="psycopg"))
        with engine.begin() as connection:
            connection.execute(text(EVENTS_V1_SQL))
            connection.execute(text("CREATE TABLE things (id int PRIMARY KEY, version int NOT NULL)"))
            connection.execute(text("CREATE TABLE effects (event_id text NOT NULL, subject text NOT NULL)"))
        engine.dispose()
        yield running


def _new_database(server: EmbeddedPostgres, name: str, template: str = "template0", driver: str | None = None) -> str:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.url(name, driver=driver)


@pytest.fixture
def url(server: EmbeddedPostgres) -> str:
    return _new_database(server, f"events_{next(_numbers)}", "events_template")


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url, pool_size=10)
    yield opened
    await opened.close()
