"""The SQL of inspections: published ones only."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from inspection.inspections.history_sql import (
    MEMBERSHIP_COLUMNS,
    SNAPSHOT_BY_ID,
    WHOLE_ROW,
    WHOLE_ROW_THEN,
    history_of,
    memberships_on,
)
from inspection.inspections.standing_sql import KEPT_VERSION, NEWEST_KEPT_FIRST, STANDING, STOOD, VISIBLE
from inspection.rows import Parameters, Reads, Row, fetch_all, fetch_count, fetch_first, stream_all

Position = tuple[date, UUID]

INSPECTION_COLUMNS = """
    i.id, i.urn, i.number, i.framework, i.kind, i.starts_on, i.published_on, i.published_reason, i.urn_at_inspection,
    i.relates_to_current_urn, i.relates_assumed, i.overall, i.overall_reason, i.category_of_concern, i.safeguarding,
    i.safeguarding_reason, i.grades, i.judged_on, i.outcome_code, i.warnings, i.state, i.version,
    i.narratives, i.summary, i.evidence_references, i.recorded_by, i.recorded_at"""

SOURCE_COLUMNS = """src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at,
    src.sent_by AS source_sent_by"""

_SELECT = f"""
SELECT {INSPECTION_COLUMNS}, {SOURCE_COLUMNS}
FROM inspections i LEFT JOIN sources src ON src.id = i.source_id"""

_SNAPSHOT = f"""
SELECT {INSPECTION_COLUMNS}, {SOURCE_COLUMNS}
FROM {SNAPSHOT_BY_ID} i LEFT JOIN sources src ON src.id = i.source_id"""

_NEWEST_FIRST = "ORDER BY i.starts_on DESC, i.id DESC"
_AFTER = "(i.starts_on, i.id) < (:after_date, :after_id)"


@dataclass(frozen=True, slots=True)
class InspectionFilters:
    """What a list of inspections is narrowed by; None leaves a filter out."""

    framework: str | None = None
    urn: int | None = None
    category: str | None = None
    starts_from: date | None = None
    starts_to: date | None = None


def _where(filters: InspectionFilters) -> tuple[list[str], Parameters]:
    conditions = {
        "i.framework = :framework": filters.framework,
        "i.urn = :urn": filters.urn,
        "i.category_of_concern = :category": filters.category,
        "i.starts_on >= :starts_from": filters.starts_from,
        "i.starts_on <= :starts_to": filters.starts_to,
    }
    used = {clause: value for clause, value in conditions.items() if value is not None}
    return [VISIBLE, *used], {clause.rpartition(":")[2]: value for clause, value in used.items()}


def _position(after: Position | None) -> Parameters:
    return {"after_date": after[0], "after_id": after[1]} if after else {}


def _sql(select: str, clauses: Iterable[str], tail: str = "") -> str:
    return f"{select} WHERE {' AND '.join(clauses)} {tail}"


async def page(reads: AsyncConnection, filters: InspectionFilters, *, after: Position | None, limit: int) -> list[Row]:
    """Return up to `limit` inspections, newest first, after the position of the page before."""
    clauses, parameters = _where(filters)
    # which are on the page first, then the whole of them; the length stands in the text since the plan goes by it
    tail = f"{_NEWEST_FIRST} LIMIT {int(limit)}"
    found = _sql("SELECT i.id FROM inspections i", [*clauses, *([_AFTER] if after else [])], tail)
    sql = f"{_SELECT} JOIN ({found}) found ON found.id = i.id {_NEWEST_FIRST}"
    return await fetch_all(reads, sql, {**parameters, **_position(after)})


async def count(reads: AsyncConnection, filters: InspectionFilters) -> int:
    """Count the inspections that match."""
    clauses, parameters = _where(filters)
    return await fetch_count(reads, _sql("SELECT count(*) FROM inspections i", clauses), parameters)


def stream(session: AsyncSession, filters: InspectionFilters) -> AsyncIterator[Row]:
    """Yield all inspections that match, newest first."""
    clauses, parameters = _where(filters)
    return stream_all(session, _sql(_SELECT, clauses, _NEWEST_FIRST), parameters)


async def find(reads: AsyncConnection, inspection_id: UUID) -> Row | None:
    """Return one published inspection, or one that only a snapshot of outcomes tells of."""
    row = await fetch_first(reads, f"{_SELECT} WHERE i.id = :id AND {VISIBLE}", {"id": inspection_id})
    return row or await fetch_first(reads, _SNAPSHOT, {"id": inspection_id})


_SELECT_ON = f"""
SELECT {INSPECTION_COLUMNS}, {SOURCE_COLUMNS}
FROM {STANDING} LEFT JOIN sources src ON src.id = i.source_id
WHERE now.id = :id AND {STOOD}"""


async def find_on(reads: AsyncConnection, inspection_id: UUID, as_of: date) -> Row | None:
    """Return one inspection in the version that was published on a day."""
    values = {"id": inspection_id, "as_of": as_of}
    row = await fetch_first(reads, _SELECT_ON, values)
    return row or await fetch_first(reads, f"{_SNAPSHOT} WHERE i.starts_on <= :as_of", values)


async def find_stored(reads: AsyncConnection, inspection_id: UUID) -> Row | None:
    """Return one inspection that was published, even where it is not to be seen yet."""
    return await fetch_first(reads, f"{_SELECT} WHERE i.id = :id", {"id": inspection_id})


_EARLIER_VERSIONS = f"""
SELECT {INSPECTION_COLUMNS}, v.reason, v.replaced_at, {SOURCE_COLUMNS}
FROM inspection_versions v JOIN inspections now ON now.id = v.inspection_id
CROSS JOIN LATERAL {KEPT_VERSION} AS i
LEFT JOIN sources src ON src.id = i.source_id
WHERE v.inspection_id = :id
ORDER BY {NEWEST_KEPT_FIRST}"""


async def earlier_versions(reads: AsyncConnection, inspection_id: UUID) -> list[Row]:
    """Return the versions that corrections replaced, the one that was in force last first."""
    return await fetch_all(reads, _EARLIER_VERSIONS, {"id": inspection_id})


_OF_LINE = "JOIN line ON line.urn ="
_HISTORY = history_of(f"inspections i {_OF_LINE} i.urn", VISIBLE)
_HISTORY_ON = history_of(f"{STANDING} {_OF_LINE} now.urn", STOOD, told="o.starts_on <= :as_of")


def _history_page(history: str, whole_row: str, day: str) -> str:
    return f"""{history}
SELECT {INSPECTION_COLUMNS}, {SOURCE_COLUMNS}, i.evidence, i.urn <> :urn AS from_predecessor,
    i.urn = :urn AND i.relates_to_current_urn AS relates_to_school,
    {MEMBERSHIP_COLUMNS}
FROM history JOIN LATERAL ({whole_row}) i ON true
LEFT JOIN sources src ON src.id = i.source_id
{memberships_on(day)}"""


_HISTORY_PAGE = _history_page(_HISTORY, WHOLE_ROW, "current_date")
_HISTORY_PAGE_ON = _history_page(_HISTORY_ON, WHOLE_ROW_THEN, ":as_of")


async def history(
    reads: Reads, urn: int, *, after: Position | None, limit: int | None, as_of: date | None = None
) -> list[Row]:
    """Return up to `limit` inspections of a school and its predecessors, or all; newest first, each once.

    With `as_of` those that were published by that day, each in the version of that day.
    """
    page = _HISTORY_PAGE if as_of is None else _HISTORY_PAGE_ON
    sql = f"{page} {f'WHERE {_AFTER}' if after else ''} {_NEWEST_FIRST} LIMIT CAST(:limit AS integer)"
    return await fetch_all(reads, sql, {"urn": urn, **_position(after), "limit": limit, "as_of": as_of})


async def count_history(reads: AsyncConnection, urn: int, as_of: date | None = None) -> int:
    """Count the inspections of a school and its predecessors."""
    sql = f"{_HISTORY if as_of is None else _HISTORY_ON} SELECT count(*) FROM history"
    return await fetch_count(reads, sql, {"urn": urn, "as_of": as_of})


async def school_exists(reads: AsyncConnection, urn: int) -> bool:
    """Tell whether the register holds a URN."""
    return await fetch_count(reads, "SELECT count(*) FROM schools WHERE urn = :urn", {"urn": urn}) == 1
