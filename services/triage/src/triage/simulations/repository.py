"""The SQL of simulations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal

FETCH: Final = 2000

_CREATE = text(
    """
    INSERT INTO simulations (id, scheme, baseline_version, policy_version, parameters, as_of, regions,
                             requested_by, org)
    VALUES (:id, :scheme, :baseline_version, :policy_version, CAST(:parameters AS jsonb), :as_of, :regions,
            :requested_by, :org)
    """
)
# one of some regions is of those who cover all of them, in the organisation that asked
_SEEN: Final = "(:everything OR (made.org = :org AND made.regions <@ CAST(:mine AS text[])))"
_SELECT: Final = f"""
    SELECT made.id, made.scheme, made.baseline_version, made.policy_version, made.parameters, made.as_of, made.regions,
           made.counts, made.evidence_hash, job.state, job.done, job.total, job.step, job.problem, job.created_at,
           job.started_at, job.finished_at
    FROM simulations AS made JOIN jobs AS job ON job.id = made.id WHERE {_SEEN}
"""  # noqa: S608 - constants
_ONE = text(f"{_SELECT} AND made.id = :id")
_PAGE = text(f"{_SELECT} AND (CAST(:after AS uuid) IS NULL OR made.id < :after) ORDER BY made.id DESC LIMIT :limit")
_COUNT = text(f"SELECT count(*) FROM simulations AS made WHERE {_SEEN}")  # noqa: S608 - constants
_GROUPS = text(
    """
    SELECT dimension, key, label, counts FROM simulation_groups
    WHERE simulation_id = :id AND dimension = ANY (:dimensions) AND (CAST(:after AS text) IS NULL OR key > :after)
    ORDER BY dimension, key LIMIT :limit
    """
)
_COUNT_GROUPS = text("SELECT count(*) FROM simulation_groups WHERE simulation_id = :id AND dimension = :dimension")
_MOVE_COLUMNS: Final = """
    urn, name, region, phase, la_code, trust_uid, deprivation, before, after, flags_before, flags_after, moved_by
"""
_MOVES_WHERE: Final = """
    simulation_id = :id AND (CAST(:region AS text) IS NULL OR region = :region)
    AND (CAST(:la AS text) IS NULL OR la_code = :la) AND (CAST(:trust AS text) IS NULL OR trust_uid = :trust)
    AND (CAST(:phase AS text) IS NULL OR phase = :phase) AND (CAST(:before AS text) IS NULL OR before = :before)
    AND (CAST(:after_result AS text) IS NULL OR after = :after_result)
    AND (CAST(:rule AS text) IS NULL OR moved_by ->> 'rule' = :rule)
"""
_MOVES = text(
    f"SELECT {_MOVE_COLUMNS} FROM simulation_moves WHERE {_MOVES_WHERE}"  # noqa: S608 - constants
    " AND urn > :after ORDER BY urn LIMIT :limit"
)
_COUNT_MOVES = text(f"SELECT count(*) FROM simulation_moves WHERE {_MOVES_WHERE}")  # noqa: S608 - constants
_DIFFERENT: Final = """
    SELECT urn, coalesce(one.name, two.name) AS name, coalesce(one.region, two.region) AS region,
           coalesce(one.before, two.before) AS before, coalesce(one.after, two.before) AS first,
           coalesce(two.after, one.before) AS second
    FROM (SELECT * FROM simulation_moves WHERE simulation_id = :first) AS one
    FULL JOIN (SELECT * FROM simulation_moves WHERE simulation_id = :second) AS two USING (urn)
    WHERE coalesce(one.after, two.before) <> coalesce(two.after, one.before)
"""
_DIFFERENCES = text(f"SELECT * FROM ({_DIFFERENT}) AS found WHERE urn > :after ORDER BY urn LIMIT :limit")  # noqa: S608 - constants
_MATRIX = text(
    f"SELECT first, second, region, count(*) AS schools FROM ({_DIFFERENT}) AS found GROUP BY first, second, region"  # noqa: S608 - constants
)
_READ = text(
    "SELECT scheme, baseline_version, policy_version, parameters, as_of, regions FROM simulations WHERE id = :id"
)
_IN_SCOPE: Final = "(%(regions)s::text[] IS NULL OR region = ANY (%(regions)s))"
_SCHOOLS: Final = f"""
    SELECT urn, facts::text, follow_up::text, evidence_version, name, region, profile ->> 'phase', la_code,
           profile -> 'local_authority' ->> 'name', trust_uid, profile -> 'trust' ->> 'name',
           profile ->> 'idaci_quintile'
    FROM school_facts WHERE {_IN_SCOPE} ORDER BY urn
"""  # noqa: S608 - constants
_TOTAL: Final = f"SELECT count(*) FROM school_facts WHERE {_IN_SCOPE}"  # noqa: S608 - constants
_COPY_MOVES: Final = f"COPY simulation_moves (simulation_id, {_MOVE_COLUMNS}) FROM STDIN"
_COPY_GROUPS: Final = "COPY simulation_groups (simulation_id, dimension, key, label, counts) FROM STDIN"
_FINISH = text("UPDATE simulations SET counts = CAST(:counts AS jsonb), evidence_hash = :hash WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Order:
    """What a job has to simulate."""

    id: UUID
    scheme: str
    baseline_version: int
    policy_version: int
    parameters: Mapping[str, Any]
    as_of: date
    regions: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class School:
    """A school to judge twice: its evidence as JSON, and what it is counted by."""

    urn: int
    facts: str
    follow_up: str
    evidence_version: str
    name: str
    region: str | None
    phase: str | None
    la_code: str | None
    la_name: str | None
    trust_uid: str | None
    trust_name: str | None
    deprivation: str | None


def _asker(principal: Principal) -> dict[str, Any]:
    mine = sorted(principal.regions)
    return {"everything": principal.sees_everything, "org": str(principal.org), "mine": mine}


async def create(session: AsyncSession, order: Order, principal: Principal) -> None:
    """Store what was asked for."""
    values = {
        "id": order.id,
        "scheme": order.scheme,
        "baseline_version": order.baseline_version,
        "policy_version": order.policy_version,
        "parameters": orjson.dumps(dict(order.parameters)).decode(),
        "as_of": order.as_of,
        "regions": order.regions,
        "requested_by": principal.subject,
        "org": str(principal.org),
    }
    await session.execute(_CREATE, values)


async def get(session: AsyncSession, simulation_id: UUID, principal: Principal) -> RowMapping | None:
    """Return a simulation that this client may see."""
    return (await session.execute(_ONE, {"id": simulation_id, **_asker(principal)})).mappings().one_or_none()


async def page(session: AsyncSession, principal: Principal, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    """Return simulations this client may see, newest first."""
    return (await session.execute(_PAGE, {"after": after, "limit": limit, **_asker(principal)})).mappings().all()


async def count(session: AsyncSession, principal: Principal) -> int:
    """Count the simulations this client may see."""
    return int(await session.scalar(_COUNT, _asker(principal)) or 0)


async def groups(
    session: AsyncSession, simulation_id: UUID, dimensions: Sequence[str], after: str | None = None, limit: int = 1000
) -> Sequence[RowMapping]:
    """Return the groups of these dimensions, by dimension and key."""
    values = {"id": simulation_id, "dimensions": list(dimensions), "after": after, "limit": limit}
    return (await session.execute(_GROUPS, values)).mappings().all()


async def count_groups(session: AsyncSession, simulation_id: UUID, dimension: str) -> int:
    """Count the groups of a dimension."""
    return int(await session.scalar(_COUNT_GROUPS, {"id": simulation_id, "dimension": dimension}) or 0)


async def moves(
    session: AsyncSession, simulation_id: UUID, wanted: Mapping[str, Any], after: int, limit: int
) -> Sequence[RowMapping]:
    """Return moves that match, by URN."""
    values = {"id": simulation_id, **wanted, "after": after, "limit": limit}
    return (await session.execute(_MOVES, values)).mappings().all()


async def count_moves(session: AsyncSession, simulation_id: UUID, wanted: Mapping[str, Any]) -> int:
    """Count the moves that match."""
    return int(await session.scalar(_COUNT_MOVES, {"id": simulation_id, **wanted}) or 0)


async def differences(session: AsyncSession, first: UUID, second: UUID, after: int, limit: int) -> Sequence[RowMapping]:
    """Return the schools that two simulations come to different results for, by URN."""
    values = {"first": first, "second": second, "after": after, "limit": limit}
    return (await session.execute(_DIFFERENCES, values)).mappings().all()


async def difference_matrix(session: AsyncSession, first: UUID, second: UUID) -> Sequence[RowMapping]:
    """Count the schools that two simulations differ on, by both results and region."""
    return (await session.execute(_MATRIX, {"first": first, "second": second})).mappings().all()


def order_of(connection: Connection, simulation_id: UUID) -> Order:
    """Return what a job has to simulate."""
    return Order(simulation_id, *connection.execute(_READ, {"id": simulation_id}).one())


def total(driver: psycopg.Connection[TupleRow], order: Order) -> int:
    """Count the schools in scope."""
    row = driver.execute(_TOTAL.encode(), {"regions": order.regions}).fetchone()
    return int(row[0]) if row else 0


def schools(driver: psycopg.Connection[TupleRow], order: Order) -> Iterator[list[School]]:
    """Yield the schools in scope by URN, a batch at a time, read through a cursor of the server."""
    with driver.cursor("schools") as cursor:
        cursor.execute(_SCHOOLS.encode(), {"regions": order.regions})
        while rows := cursor.fetchmany(FETCH):
            yield [School(*row) for row in rows]


def write_moves(driver: psycopg.Connection[TupleRow], simulation_id: UUID, moves: Iterable[Sequence[Any]]) -> None:
    """Store moves, each in the order of the table's columns; the last one is an object."""
    with driver.cursor() as cursor, cursor.copy(_COPY_MOVES.encode()) as copy:
        for *values, moved_by in moves:
            copy.write_row((simulation_id, *values, Jsonb(moved_by)))


def write_groups(
    driver: psycopg.Connection[TupleRow], simulation_id: UUID, groups: Iterable[tuple[str, str, str, dict[str, Any]]]
) -> None:
    """Store groups: dimension, key, label and counts."""
    with driver.cursor() as cursor, cursor.copy(_COPY_GROUPS.encode()) as copy:
        for dimension, key, label, counts in groups:
            copy.write_row((simulation_id, dimension, key, label, Jsonb(counts)))


def finish(connection: Connection, simulation_id: UUID, counts: Mapping[str, Any], evidence_hash: str) -> None:
    """Store what the simulation came to."""
    values = {"id": simulation_id, "counts": orjson.dumps(counts).decode(), "hash": evidence_hash}
    connection.execute(_FINISH, values)
