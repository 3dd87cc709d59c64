"""One service with something in it: a running application over a real database, what is known in it, and tokens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from tests.drills.fuzz.operations import Operation, operations_of
from tests.drills.fuzz.running import Running

from shared.db.session import Database, driver_url
from shared.jobs.resource import Jobs
from shared.jobs.runner import JobRunner
from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import AUDIENCE, ISSUER, bearer, jwks_url

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "deploy/sample"
FINAL = {"succeeded", "failed", "cancelled"}
TRUST, AUTHORITY, REGION = "5143", "201", "London"
Headers = dict[str, str]
COMMON: Any = {"issuer": ISSUER, "audience": AUDIENCE, "jwks_url": jwks_url(), "log_level": "WARNING"}


@dataclass(frozen=True)
class World:
    """`known` are values that name things there are, by field; `tokens` carry every scope the service knows."""

    name: str
    service: Running
    urls: DatabaseUrls
    known: Mapping[str, Sequence[Any]]
    tokens: Mapping[str, Headers]

    @cached_property
    def schema(self) -> Any:
        """The OpenAPI document."""
        return self.service.app.openapi()

    @cached_property
    def operations(self) -> list[Operation]:
        """All operations of the service."""
        return operations_of(self.schema)

    def fingerprint(self) -> dict[str, tuple[int, str]]:
        """The number of rows of every table, and a digest over rows and the transactions that wrote them."""
        with psycopg.connect(driver_url(self.urls.owner), options="-c app.visibility=all") as connection:
            return fingerprint(connection)


_DIGEST = "SELECT count(*), coalesce(md5(string_agg(md5(t.xmin::text || t::text), '' ORDER BY ctid)), '') FROM {} t"


def fingerprint(connection: psycopg.Connection[Any], but: Sequence[str] = ()) -> dict[str, tuple[int, str]]:
    """Return the number of rows and a digest of every table but these."""
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s) ORDER BY 1", [list(but)]
    ).fetchall()
    found = {}
    for (name,) in names:
        row = connection.execute(_DIGEST.format(name).encode()).fetchone()
        assert row is not None
        found[name] = (row[0], row[1])
    return found


def tokens_of(schema: Any, narrow: str) -> dict[str, Headers]:
    """Return tokens with every scope: of the department's client, a person there, and one of another organisation."""
    flow = schema["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    scopes = list(flow["scopes"])
    return {
        "client": bearer(scope=scopes),
        "user": bearer(scope=scopes, role="regional-director", user="person-1"),
        "narrow": bearer(scope=scopes, role="trust", org=narrow, user="person-2", client_id="other"),
    }


@asynccontextmanager
async def working(jobs: Jobs, database: Database) -> AsyncIterator[None]:
    """Run a worker meanwhile."""
    stop = asyncio.Event()
    task = asyncio.create_task(JobRunner(jobs, database, name="drill").run(stop))
    try:
        yield
    finally:
        stop.set()
        await task
