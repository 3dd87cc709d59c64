"""A clone of a migrated database for each test, with a table to change and one to take effects."""

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from shared.db.session import Database, driver_url
from shared.testing.plugin import CloneDatabase, DatabaseUrls
from shared.testing.postgres import TestServer

NOTES = Path(__file__).parents[1] / "notes_service"
TABLES = """
    CREATE TABLE things (id int PRIMARY KEY, version int NOT NULL);
    CREATE TABLE effects (event_id text NOT NULL, subject text NOT NULL);
    GRANT SELECT, INSERT, UPDATE ON things, effects TO PUBLIC
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
