"""A PostgreSQL server for tests: `TEST_DATABASE_URL`, else a container where Docker answers, else the embedded one."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from docker.errors import DockerException
from psycopg import sql
from sqlalchemy.engine import URL, make_url
from testcontainers.community.postgres import PostgresContainer

from shared.db.embedded import EmbeddedPostgres
from shared.db.session import driver_url

IMAGE = "postgres:16-alpine"


@contextmanager
def test_server() -> Iterator[URL]:
    """Yield the superuser's URL of a running server."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given)
        return
    container = _container()
    if container is not None:
        with container:
            yield make_url(container.get_connection_url())
        return
    with EmbeddedPostgres.temporary({"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}) as server:
        yield make_url(server.url())


def _container() -> PostgresContainer | None:
    try:
        return PostgresContainer(IMAGE)
    except DockerException:
        return None


class TestServer:
    """Makes roles, templates and clones of databases on a server."""

    __test__ = False

    def __init__(self, url: URL) -> None:
        self.url = url

    def as_role(self, role: str, database: str) -> str:
        """Return the URL of a database for a role."""
        return self.url.set(username=role, password=_PASSWORD, database=database).render_as_string(hide_password=False)

    def _run(self, *statements: sql.Composed) -> None:
        with psycopg.connect(driver_url(self.url.render_as_string(hide_password=False)), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def ensure_role(self, role: str) -> None:
        """Make a login role that is neither superuser nor passes row-level security."""
        with psycopg.connect(driver_url(self.url.render_as_string(hide_password=False)), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(_PASSWORD)
                    )
                )

    def create(self, owner: str, template: str | None = None) -> str:
        """Create a database with a fresh name and return the name."""
        name = f"t_{uuid.uuid4().hex[:16]}"
        source = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        self._run(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)) + source)
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


_PASSWORD = "test"  # noqa: S105 - of roles on a throw-away server
