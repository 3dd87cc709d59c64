"""Pytest fixtures: one server a run, one migrated template a service, a clone of it for each test that asks.

The workspace's pytest settings load this plugin. A service's conftest builds on it:

    @pytest.fixture
    def urls(cloned_database):              # -> DatabaseUrls(owner, app)
        return cloned_database("triage", Path("services/triage"))
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.db.migrate import upgrade
from shared.testing.postgres import TestServer, test_server


@dataclass(frozen=True)
class DatabaseUrls:
    """One test database, for its owner and for the role that serves."""

    owner: str
    app: str


CloneDatabase = Callable[[str, Path], DatabaseUrls]


@pytest.fixture(scope="session")
def database_server() -> Iterator[TestServer]:
    """A PostgreSQL server for the whole run."""
    with test_server() as url:
        yield TestServer(url)


@pytest.fixture(scope="session")
def _templates(database_server: TestServer) -> Callable[[str, Path], str]:
    made: dict[str, str] = {}

    def template(service: str, service_dir: Path) -> str:
        if service not in made:
            owner, app = f"{service}_owner", f"{service}_app"
            database_server.ensure_role(owner)
            database_server.ensure_role(app)
            name = database_server.create(owner)
            upgrade(service_dir, database_server.as_role(owner, name), database_server.as_role(app, name))
            made[service] = name
        return made[service]

    return template


@pytest.fixture
def cloned_database(database_server: TestServer, _templates: Callable[[str, Path], str]) -> Iterator[CloneDatabase]:
    """Return a function that clones a service's migrated database for this test."""
    made: list[str] = []

    def clone(service: str, service_dir: Path) -> DatabaseUrls:
        owner, app = f"{service}_owner", f"{service}_app"
        name = database_server.create(owner, _templates(service, service_dir))
        made.append(name)
        return DatabaseUrls(database_server.as_role(owner, name), database_server.as_role(app, name))

    yield clone
    for name in made:
        database_server.drop(name)
