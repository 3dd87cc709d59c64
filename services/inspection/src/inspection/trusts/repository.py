"""The SQL of trusts: the groups of the register that run academies."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from inspection.inspections.standing_sql import VISIBLE
from inspection.names.repository import Match, name_search
from inspection.rows import Parameters, Row, fetch_all, fetch_count, fetch_first, stream_all
from inspection.schools.history_sql import HAS_REPORT_CARD
from inspection.schools.listing_sql import SCHOOL_COLUMNS, SCHOOL_TABLES
from inspection.schools.stays_sql import HELD_NOW, before_joining

_SELECT = f"""
SELECT g.uid, g.kind, g.name, g.status, g.trn, g.ukprn, g.companies_house_number, g.opened_on, g.closed_on, g.postcode,
    counted.schools, counted.report_cards,
    src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at
FROM school_groups g
JOIN sources src ON src.id = g.source_id
CROSS JOIN LATERAL (
    SELECT count(*) AS schools, count(*) FILTER (WHERE {HAS_REPORT_CARD}) AS report_cards
    FROM schools s
    WHERE s.trust_uid = g.uid AND s.status = ANY (:open_statuses)) counted"""

_HAS_SCHOOLS = "EXISTS (SELECT FROM schools s WHERE s.trust_uid = g.uid)"


@dataclass(frozen=True, slots=True)
class TrustFilters:
    """What a list of trusts is narrowed by; None leaves a filter out. `kinds` are the kinds that are trusts at all."""

    kinds: Sequence[str]
    open_statuses: Sequence[str]
    q: str | None = None
    kind: str | None = None
    status: str | None = None
    has_schools: bool | None = None
    match: Match = "exact"


def _where(filters: TrustFilters) -> tuple[str, Parameters]:
    clauses = ["g.kind = ANY (:kinds)"]
    parameters: Parameters = {"kinds": list(filters.kinds), "open_statuses": list(filters.open_statuses)}
    if filters.kind is not None:
        clauses.append("g.kind = :kind")
        parameters["kind"] = filters.kind
    if filters.status is not None:
        clauses.append("g.status = :status")
        parameters["status"] = filters.status
    if filters.has_schools is not None:
        clauses.append(_HAS_SCHOOLS if filters.has_schools else f"NOT {_HAS_SCHOOLS}")
    if filters.q is not None:
        clause, words = name_search(filters.q, "g.name_folded", filters.match)
        identifiers = "g.uid = :identifier OR g.trn = :identifier OR g.ukprn = :identifier"
        clauses.append(f"({clause} OR {identifiers} OR g.companies_house_number = :identifier)")
        parameters |= {**words, "identifier": filters.q.strip().upper()}
    return " AND ".join(clauses), parameters


async def page(reads: AsyncConnection, filters: TrustFilters, *, after: Sequence[Any] | None, limit: int) -> list[Row]:
    """Return up to `limit` trusts by UID (as text), after the key of the page before."""
    where, parameters = _where(filters)
    if after is not None:
        where = f"{where} AND g.uid > :after"
        parameters["after"] = after[0]
    sql = f"{_SELECT} WHERE {where} ORDER BY g.uid LIMIT :limit"
    return await fetch_all(reads, sql, {**parameters, "limit": limit})


async def any_matches(reads: AsyncConnection, filters: TrustFilters) -> bool:
    """Tell whether any trust matches."""
    where, parameters = _where(filters)
    del parameters["open_statuses"]
    return await fetch_first(reads, f"SELECT 1 FROM school_groups g WHERE {where} LIMIT 1", parameters) is not None


async def count(reads: AsyncConnection, filters: TrustFilters) -> int:
    """Count the trusts that match."""
    where, parameters = _where(filters)
    del parameters["open_statuses"]
    return await fetch_count(reads, f"SELECT count(*) FROM school_groups g WHERE {where}", parameters)


def stream(session: AsyncSession, filters: TrustFilters) -> AsyncIterator[Row]:
    """Yield all trusts that match, by UID."""
    where, parameters = _where(filters)
    return stream_all(session, f"{_SELECT} WHERE {where} ORDER BY g.uid", parameters)


async def find(reads: AsyncConnection, filters: TrustFilters, uid: str) -> Row | None:
    """Return one trust by its UID."""
    where, parameters = _where(filters)
    return await fetch_first(reads, f"{_SELECT} WHERE {where} AND g.uid = :uid", {**parameters, "uid": uid})


_IDENTIFIERS = """(
    g.uid = ANY (:uids) OR g.trn = ANY (:trns) OR g.ukprn = ANY (:ukprns)
    OR g.companies_house_number = ANY (:companies_house_numbers))"""


async def lookup(reads: AsyncConnection, filters: TrustFilters, wanted: Mapping[str, Sequence[str]]) -> list[Row]:
    """Return the trusts that carry any of these identifiers, by UID (as text)."""
    where, parameters = _where(filters)
    sql = f"{_SELECT} WHERE {where} AND {_IDENTIFIERS} ORDER BY g.uid"
    return await fetch_all(reads, sql, {**parameters, **wanted})


# the latest graded inspection in evidence, as on the school's card; a school's stay in the trust is its present one
_SCHOOLS = f"""
SELECT {SCHOOL_COLUMNS}, {HAS_REPORT_CARD} AS has_report_card, m.joined_on, m.assumed AS joined_on_assumed,
    latest.inspection_id, latest.number, latest.framework, latest.starts_on, latest.published_on,
    latest.urn_at_inspection, latest.relates_to_current_urn, latest.overall, latest.overall_reason,
    latest.category_of_concern, latest.grades, latest.judged_on,
    {before_joining("latest", "m", "s.urn")} AS latest_before_joining
{SCHOOL_TABLES}
    LEFT JOIN memberships m ON m.urn = s.urn AND m.trust_uid = s.trust_uid AND {HELD_NOW}
    LEFT JOIN LATERAL (
        SELECT i.id AS inspection_id, i.*
        FROM inspections i
        WHERE i.urn = s.urn AND i.evidence AND i.kind = 'graded' AND {VISIBLE}
        ORDER BY i.starts_on DESC, i.id DESC
        LIMIT 1) latest ON true
WHERE s.trust_uid = :uid"""


async def schools_page(reads: AsyncConnection, uid: str, *, after: int | None, limit: int) -> list[Row]:
    """Return up to `limit` schools of a trust by URN, each with its latest graded inspection and when it joined."""
    clause = "AND s.urn > :after" if after is not None else ""
    parameters = {"uid": uid, "limit": limit, **({"after": after} if after is not None else {})}
    return await fetch_all(reads, f"{_SCHOOLS} {clause} ORDER BY s.urn LIMIT :limit", parameters)


async def count_schools(reads: AsyncConnection, uid: str) -> int:
    """Count the schools of a trust."""
    return await fetch_count(reads, "SELECT count(*) FROM schools WHERE trust_uid = :uid", {"uid": uid})


def stream_schools(session: AsyncSession, uid: str) -> AsyncIterator[Row]:
    """Yield all schools of a trust, by URN."""
    return stream_all(session, f"{_SCHOOLS} ORDER BY s.urn", {"uid": uid})
