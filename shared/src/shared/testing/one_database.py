"""One database for many tests: emptied after each, as it was when it was cloned.

To make a database costs the server more than most tests do; to delete a few rows costs it next to nothing.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from shared.db.session import driver_url
from shared.testing.plugin import DatabaseUrls
from shared.testing.postgres import TestServer

_TABLES = """
    SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""
_SEQUENCES = """
    SELECT format('%I.%I', schemaname, sequencename), start_value FROM pg_sequences
    WHERE last_value IS NOT NULL
"""


class OneDatabase:
    """A clone of a service's template, whose first rows stay and whose others can be taken away."""

    def __init__(self, server: TestServer, service: str, template: str) -> None:
        owner = f"{service}_owner"
        self.server = server
        self.name = server.create(owner, template)
        self.urls = DatabaseUrls(server.as_role(owner, self.name), server.as_role(f"{service}_app", self.name))
        url = server.url.set(database=self.name).render_as_string(hide_password=False)
        self._master = psycopg.connect(driver_url(url), autocommit=True)
        tables = [sql.Identifier(*row) for row in self._master.execute(_TABLES)]
        self._to_empty = [table for table in tables if not self._holds_rows(table)]

    def empty(self) -> None:
        """Take away what a test has left, past triggers and references."""
        with self._master.transaction():
            self._master.execute("SET LOCAL session_replication_role = replica")
            for table in self._to_empty:
                if self._holds_rows(table):
                    self._master.execute(sql.SQL("DELETE FROM {}").format(table))
            for sequence, start in self._master.execute(_SEQUENCES).fetchall():
                self._master.execute("SELECT setval(%s, %s, false)", (sequence, start))

    def close(self) -> None:
        """Drop the database."""
        self._master.close()
        self.server.drop(self.name)

    def _holds_rows(self, table: sql.Identifier) -> bool:
        found = self._master.execute(sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(table)).fetchone()
        return bool(found and found[0])
