"""A PostgreSQL server of this run, and a fresh database with the tables of jobs for each test."""

import itertools
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from sqlalchemy import create_engine, text

from shared.db.embedded import EmbeddedPostgres
from shared.db.session import Database
from shared.jobs.schema import JOBS_V1_SQL

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres.temporary() as running:
        engine = create_engine(_new_database(running, "jobs_template", driver="psycopg"))
        with engine.begin() as connection:
            connection.execute(text(JOBS_V1_SQL))
            connection.execute(
                text("CREATE TABLE begun (job uuid, attempt int, at timestamptz DEFAULT clock_timestamp())")
            )
            connection.execute(text("CREATE TABLE effects (id bigserial, job uuid, attempt int)"))
        engine.dispose()
        yield running


def _new_database(server: EmbeddedPostgres, name: str, template: str = "template0", driver: str | None = None) -> str:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.url(name, driver=driver)


@pytest.fixture
def url(server: EmbeddedPostgres) -> str:
    return _new_database(server, f"jobs_{next(_numbers)}", "jobs_template")


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url, pool_size=10)
    yield opened
    await opened.close()
