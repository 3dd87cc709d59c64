"""The SQL of runs: the resource, and the schools that a job reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import Connection, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from triage.runs.standing_sql import HELD_COLUMNS, HELD_TABLES, HeldSchool, held

FETCH = 2000
"""Schools read, judged and written at a time."""

_CREATE = text(
    """
    INSERT INTO assessment_runs (id, scheme, policy_version, as_of, series, scope, requested_by, org)
    VALUES (:id, :scheme, :policy_version, :as_of, :series, CAST(:scope AS jsonb), :requested_by, :org)
    """
)
_SELECT = """
    SELECT run.id, run.scheme, run.policy_version, run.as_of, run.series = 'current' AS current, run.scope,
           run.upstream, run.counts, job.state, job.done, job.total, job.step, job.problem,
           job.created_at, job.started_at, job.finished_at
    FROM assessment_runs AS run JOIN jobs AS job ON job.id = run.id
    WHERE (:everything OR run.org = :org)
"""
_ONE = text(f"{_SELECT} AND run.id = :id")
_PAGE = text(
    f"{_SELECT} AND (CAST(:after AS uuid) IS NULL OR run.id < CAST(:after AS uuid))"
    " AND (CAST(:scheme AS text) IS NULL OR run.scheme = :scheme) ORDER BY run.id DESC LIMIT :limit"
)
_COUNT = text(
    "SELECT count(*) FROM assessment_runs AS run WHERE (:everything OR run.org = :org)"
    " AND (CAST(:scheme AS text) IS NULL OR run.scheme = :scheme)"
)
_READ = text("SELECT scheme, policy_version, as_of, series, scope FROM assessment_runs WHERE id = :id")
_IN_SCOPE = """
    (%(region)s::text IS NULL OR school.region = %(region)s) AND (%(la)s::text IS NULL OR school.la_code = %(la)s)
    AND (%(trust)s::text IS NULL OR school.trust_uid = %(trust)s)
    AND (%(urns)s::bigint[] IS NULL OR school.urn = ANY (%(urns)s))
"""
_SCHOOLS = f"""
    SELECT {HELD_COLUMNS} FROM {HELD_TABLES} WHERE {_IN_SCOPE} ORDER BY school.urn
"""  # noqa: S608 - made of constants
_TOTAL = f"SELECT count(*) FROM school_facts AS school WHERE {_IN_SCOPE}"  # noqa: S608 - made of constants
_FINISH = text(
    "UPDATE assessment_runs SET upstream = CAST(:upstream AS jsonb), counts = CAST(:counts AS jsonb) WHERE id = :id"
)


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What a job has to run."""

    id: UUID
    scheme: str
    policy_version: int
    as_of: date
    series: str
    scope: Mapping[str, Any]


async def create(session: AsyncSession, order: RunOrder, principal: Principal) -> None:
    """Store what was asked for."""
    values = {
        "id": order.id,
        "scheme": order.scheme,
        "policy_version": order.policy_version,
        "as_of": order.as_of,
        "series": order.series,
        "scope": orjson.dumps(dict(order.scope)).decode(),
        "requested_by": principal.subject,
        "org": str(principal.org),
    }
    await session.execute(_CREATE, values)


def _asker(principal: Principal) -> dict[str, Any]:
    return {"everything": principal.sees_everything, "org": str(principal.org)}


async def get(session: AsyncSession, run_id: UUID, principal: Principal) -> RowMapping | None:
    """Return a run that this client may see."""
    return (await session.execute(_ONE, {"id": run_id, **_asker(principal)})).mappings().one_or_none()


async def page(
    session: AsyncSession, principal: Principal, scheme: str | None, after: object, limit: int
) -> Sequence[RowMapping]:
    """Return runs this client may see, newest first."""
    values = {"scheme": scheme, "after": after, "limit": limit, **_asker(principal)}
    return (await session.execute(_PAGE, values)).mappings().all()


async def count(session: AsyncSession, principal: Principal, scheme: str | None) -> int:
    """Count the runs this client may see."""
    return int(await session.scalar(_COUNT, {"scheme": scheme, **_asker(principal)}) or 0)


def order_of(connection: Connection, run_id: UUID) -> RunOrder:
    """Return what a job has to run."""
    row = connection.execute(_READ, {"id": run_id}).one()
    return RunOrder(run_id, *row)


def _scope(order: RunOrder) -> dict[str, Any]:
    chosen = {name: order.scope.get(name) for name in ("region", "la", "trust", "urns")}
    return {**chosen, "scheme": order.scheme, "series": order.series}


def total(driver: psycopg.Connection[TupleRow], order: RunOrder) -> int:
    """Count the schools in scope."""
    row = driver.execute(_TOTAL, _scope(order)).fetchone()
    return int(row[0]) if row else 0


def schools(driver: psycopg.Connection[TupleRow], order: RunOrder) -> Iterator[list[HeldSchool]]:
    """Yield the schools in scope by URN, a batch at a time, read through a cursor of the server."""
    with driver.cursor("schools") as cursor:
        cursor.execute(_SCHOOLS.encode(), _scope(order))
        while rows := cursor.fetchmany(FETCH):
            yield [held(row) for row in rows]


def finish(connection: Connection, run_id: UUID, upstream: Mapping[str, Any], counts: Mapping[str, Any]) -> None:
    """Store what the run came to."""
    values = {"id": run_id, "upstream": orjson.dumps(upstream).decode(), "counts": orjson.dumps(counts).decode()}
    connection.execute(_FINISH, values)
