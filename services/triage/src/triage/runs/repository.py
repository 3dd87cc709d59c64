"""The SQL of runs: the resource, and the bulk work of the job."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from shared.ids import new_id
from triage.runs.results import Stored

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
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('assess ' || :scheme || ' ' || :series, 0))")
_IN_SCOPE = """
    (%(region)s::text IS NULL OR school.region = %(region)s) AND (%(la)s::text IS NULL OR school.la_code = %(la)s)
    AND (%(trust)s::text IS NULL OR school.trust_uid = %(trust)s)
    AND (%(urns)s::bigint[] IS NULL OR school.urn = ANY (%(urns)s))
"""
_SCHOOLS = f"""
    SELECT school.urn, school.facts::text, school.facts_version, school.region,
           live.id, live.result, live.result_hash, live.facts_version
    FROM school_facts AS school
    LEFT JOIN assessments AS live ON live.urn = school.urn AND live.scheme = %(scheme)s
         AND live.series = %(series)s AND live.superseded_at IS NULL
    WHERE {_IN_SCOPE} ORDER BY school.urn
"""  # noqa: S608 - made of constants
_TOTAL = f"SELECT count(*) FROM school_facts AS school WHERE {_IN_SCOPE}"  # noqa: S608 - made of constants
_FRESH = """
    CREATE TEMPORARY TABLE fresh (
        id uuid, urn bigint, result text, flags text[], action_areas text[], category_of_concern text, warnings text[],
        reasons jsonb, counterfactuals jsonb, facts_version text, result_hash text, previous_id uuid,
        previous_result text
    ) ON COMMIT DROP
"""
_COPY = "COPY fresh FROM STDIN"
_NULL = "\\N"
_SUPERSEDE = text(
    """
    UPDATE assessments AS old SET superseded_at = now()
    FROM fresh WHERE old.id = fresh.previous_id AND old.superseded_at IS NULL
    """
)
_INSERT = text(
    """
    INSERT INTO assessments (id, urn, scheme, policy_version, as_of, result, flags, action_areas, category_of_concern,
                             warnings, reasons, counterfactuals, facts_version, result_hash, run_id, series, audience,
                             tenancy_orgs, tenancy_region)
    SELECT fresh.id, fresh.urn, :scheme, :policy_version, :as_of, fresh.result, fresh.flags, fresh.action_areas,
           fresh.category_of_concern, fresh.warnings, fresh.reasons, fresh.counterfactuals, fresh.facts_version,
           fresh.result_hash, :run_id, :series, :audience,
           triage_orgs(:audience, school.body_org, school.urn), school.region
    FROM fresh JOIN school_facts AS school ON school.urn = fresh.urn
    """
)
_EVENTS = text(
    """
    INSERT INTO outbox (type, subject, data)
    SELECT 'triage.assessment.changed', urn::text, jsonb_build_object(
        'urn', urn, 'scheme', CAST(:scheme AS text), 'assessment_id', id, 'result', result,
        'previous_result', previous_result, 'flags', flags, 'action_areas', action_areas,
        'category_of_concern', category_of_concern, 'policy_version', CAST(:policy_version AS integer),
        'as_of', CAST(:as_of AS date))
    FROM fresh ORDER BY urn
    """
)
_CONFIRM = text(
    """
    UPDATE assessments AS held SET facts_version = confirmed.facts_version
    FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS text[])) AS confirmed (id, facts_version)
    WHERE held.id = confirmed.id
    """
)
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


@dataclass(frozen=True, slots=True)
class Live:
    """The assessment that stands for a school in a series."""

    id: UUID
    result: str
    result_hash: str
    facts_version: str


@dataclass(frozen=True, slots=True)
class HeldSchool:
    """A school to judge: its facts as JSON, and what stands for it so far."""

    urn: int
    facts: str
    facts_version: str
    region: str | None
    live: Live | None


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


def begin(connection: Connection, order: RunOrder) -> None:
    """Wait for any other run of the series, and make room for the new results."""
    connection.execute(_ONE_AT_A_TIME, {"scheme": order.scheme, "series": order.series})
    connection.exec_driver_sql(_FRESH)


def driver_of(connection: Connection) -> psycopg.Connection[TupleRow]:
    """The driver's own connection, for COPY and the server-side cursor, in the same transaction."""
    raw = connection.connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError(type(raw).__name__)
    return raw


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
            yield [_held(row) for row in rows]


def _held(row: TupleRow) -> HeldSchool:
    urn, facts, facts_version, region, *live = row
    return HeldSchool(urn, facts, facts_version, region, Live(*live) if live[0] is not None else None)


def write(driver: psycopg.Connection[TupleRow], results: Iterable[tuple[HeldSchool, Stored]]) -> None:
    """Copy results that differ from what stands into the temporary table."""
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for school, stored in results:
            copy.write(_line(school, stored))


def _line(school: HeldSchool, stored: Stored) -> bytes:
    """One row in COPY's text format. Only JSON can hold a backslash; tabs and line ends are escaped in it already."""
    proposal, live = stored.proposal, school.live
    before = (
        str(new_id()),
        str(proposal.urn),
        proposal.result,
        _array(proposal.flags),
        _array(proposal.action_areas),
        proposal.category_of_concern or _NULL,
        _array(proposal.warnings),
    )
    after = (
        school.facts_version,
        stored.result_hash,
        str(live.id) if live else _NULL,
        live.result if live else _NULL,
    )
    json = (_escaped(stored.reasons), _escaped(stored.counterfactuals))
    return b"\t".join(("\t".join(before).encode(), *json, "\t".join(after).encode())) + b"\n"


def _escaped(json: bytes) -> bytes:
    return json.replace(b"\\", b"\\\\") if b"\\" in json else json


def _array(codes: Sequence[str]) -> str:
    """Codes are plain words, so their array needs no quoting."""
    return "{" + ",".join(codes) + "}"


def merge(connection: Connection, order: RunOrder, audience: str) -> None:
    """Put the new results in the place of those they supersede, and tell of them where they are the current ones."""
    values = {
        "scheme": order.scheme,
        "policy_version": order.policy_version,
        "as_of": order.as_of,
        "run_id": order.id,
        "series": order.series,
        "audience": audience,
    }
    connection.execute(_SUPERSEDE)
    connection.execute(_INSERT, values)
    if order.series == "current":
        connection.execute(_EVENTS, values)


def confirm(connection: Connection, confirmed: Sequence[tuple[UUID, str]]) -> None:
    """Note the version of the facts under which these assessments still stand."""
    if confirmed:
        ids, versions = zip(*confirmed, strict=True)
        connection.execute(_CONFIRM, {"ids": list(ids), "versions": list(versions)})


def finish(connection: Connection, run_id: UUID, upstream: Mapping[str, Any], counts: Mapping[str, Any]) -> None:
    """Store what the run came to."""
    values = {"id": run_id, "upstream": orjson.dumps(upstream).decode(), "counts": orjson.dumps(counts).decode()}
    connection.execute(_FINISH, values)
