"""The database that the tests of this folder share, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.testing.one_database import OneDatabase
from shared.testing.plugin import DatabaseUrls
from shared.testing.postgres import TestServer

SERVICE_DIR = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def one_database(database_server: TestServer, _templates: Callable[[str, Path], str]) -> Iterator[OneDatabase]:
    made = OneDatabase(database_server, "brokering", _templates("brokering", SERVICE_DIR))
    yield made
    made.close()


@pytest.fixture
def urls(one_database: OneDatabase) -> Iterator[DatabaseUrls]:
    yield one_database.urls
    one_database.empty()
