"""The SQL of the register."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from inspection.domain.lineage import Link
from inspection.domain.names import fold
from inspection.rows import Parameters, Row, fetch_all, fetch_count, fetch_first, stream_all

SCHOOL_COLUMNS = """
    s.urn, s.laestab, s.ukprn, s.name, s.phase, s.type_code, s.status, s.region, s.la_code, s.rb_kind, s.rb_id,
    s.rb_reason, s.trust_uid, g.name AS trust_name, g.kind AS trust_kind, s.pupils, s.idaci_quintile, s.low_age,
    s.high_age, s.sixth_form, s.religious_character, s.open_date, s.postcode, s.report_url, s.missing_since, l.lat,
    l.lng,
    src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at"""

HAS_REPORT_CARD = """EXISTS (
    SELECT FROM inspections card
    WHERE card.urn = s.urn AND card.framework = 'report-card-2025' AND card.state = 'published')"""

SCHOOL_TABLES = """
    FROM schools s
    JOIN sources src ON src.id = s.source_id
    LEFT JOIN school_groups g ON g.uid = s.trust_uid
    LEFT JOIN school_locations l ON l.urn = s.urn"""

_SELECT = f"SELECT {SCHOOL_COLUMNS}, {HAS_REPORT_CARD} AS has_report_card {SCHOOL_TABLES}"


@dataclass(frozen=True, slots=True)
class SchoolFilters:
    """What a list of schools is narrowed by; None leaves a filter out."""

    q: str | None = None
    region: str | None = None
    la: str | None = None
    trust: str | None = None
    phase: str | None = None
    status: str | None = None
    has_report_card: bool | None = None
    as_of: date | None = None


def _where(filters: SchoolFilters) -> tuple[list[str], Parameters]:
    equal = {
        "region": filters.region,
        "la_code": filters.la,
        "trust_uid": filters.trust,
        "phase": filters.phase,
        "status": filters.status,
    }
    parameters: Parameters = {column: value for column, value in equal.items() if value is not None}
    clauses = [f"s.{column} = :{column}" for column in parameters]
    if filters.has_report_card is not None:
        clauses.append(HAS_REPORT_CARD if filters.has_report_card else f"NOT {HAS_REPORT_CARD}")
    if filters.q is not None:
        clause, words = name_search(filters.q, "s.name_folded")
        identifier = filters.q.replace("/", "").strip()
        if identifier.isascii() and identifier.isdigit():
            clause = f"({clause} OR s.urn::text = :identifier OR s.laestab = :identifier OR s.ukprn = :identifier)"
            words["identifier"] = identifier
        clauses.append(clause)
        parameters |= words
    return clauses, parameters


def name_search(q: str, column: str) -> tuple[str, Parameters]:
    """Return the clause for names that hold every word of `q`, both folded alike; a trigram index serves each word."""
    words: Parameters = {f"word_{number}": f"%{word}%" for number, word in enumerate(fold(q).split())}
    return " AND ".join(f"{column} LIKE :{name}" for name in words) or "false", words


def _sql(select: str, clauses: Iterable[str], tail: str = "") -> str:
    conditions = " AND ".join(clauses)
    return f"{select} {f'WHERE {conditions}' if conditions else ''} {tail}"


async def page(reads: AsyncConnection, filters: SchoolFilters, *, after: Sequence[Any] | None, limit: int) -> list[Row]:
    """Return up to `limit` schools by URN, after the key of the page before."""
    clauses, parameters = _where(filters)
    if after is not None:
        clauses.append("s.urn > :after")
        parameters["after"] = after[0]
    return await fetch_all(reads, _sql(_SELECT, clauses, "ORDER BY s.urn LIMIT :limit"), {**parameters, "limit": limit})


async def count(reads: AsyncConnection, filters: SchoolFilters) -> int:
    """Count the schools that match."""
    clauses, parameters = _where(filters)
    return await fetch_count(reads, _sql("SELECT count(*) FROM schools s", clauses), parameters)


def stream(session: AsyncSession, filters: SchoolFilters) -> AsyncIterator[Row]:
    """Yield all schools that match, by URN."""
    clauses, parameters = _where(filters)
    return stream_all(session, _sql(_SELECT, clauses, "ORDER BY s.urn"), parameters)


async def find(reads: AsyncConnection, urn: int) -> Row | None:
    """Return one school."""
    return await fetch_first(reads, f"{_SELECT} WHERE s.urn = :urn", {"urn": urn})


async def newest_as_at(reads: AsyncConnection) -> date | None:
    """Return the date of the newest file any school was read from."""
    sql = "SELECT max(as_at) AS newest FROM sources src WHERE EXISTS (SELECT FROM schools s WHERE s.source_id = src.id)"
    row = await fetch_first(reads, sql, {})
    return row["newest"] if row else None


_LOOKUP = f"""{_SELECT}
WHERE s.urn = ANY (:urns) OR s.laestab = ANY (:laestabs) OR s.ukprn = ANY (:ukprns)
ORDER BY s.urn"""


async def lookup(
    reads: AsyncConnection, urns: Sequence[int], laestabs: Sequence[str], ukprns: Sequence[str]
) -> list[Row]:
    """Return the schools that carry any of these identifiers, by URN."""
    parameters = {"urns": list(urns), "laestabs": list(laestabs), "ukprns": list(ukprns)}
    return await fetch_all(reads, _LOOKUP, parameters)


_LINKS = """
WITH RECURSIVE
    edges AS NOT MATERIALIZED (
        SELECT predecessor_urn, successor_urn, kind, established_on
        FROM school_links
        WHERE predecessor_urn IS NOT NULL),
    earlier AS (
        SELECT * FROM edges WHERE successor_urn = :urn
        UNION
        SELECT e.* FROM edges e JOIN earlier ON e.successor_urn = earlier.predecessor_urn),
    later AS (
        SELECT * FROM edges WHERE predecessor_urn = :urn
        UNION
        SELECT e.* FROM edges e JOIN later ON e.predecessor_urn = later.successor_urn)
SELECT * FROM earlier
UNION
SELECT * FROM later"""


async def links_around(reads: AsyncConnection, urn: int) -> list[Link]:
    """Return all links over which a school's predecessors and successors are reached, as either end tells them."""
    rows = await fetch_all(reads, _LINKS, {"urn": urn})
    return [Link(row["predecessor_urn"], row["successor_urn"], row["kind"], row["established_on"]) for row in rows]


_NAMES = """
SELECT u.urn, coalesce(s.name, linked.name) AS name, s.status, s.open_date, s.urn IS NOT NULL AS in_register
FROM unnest(CAST(:urns AS integer[])) AS u (urn)
LEFT JOIN schools s ON s.urn = u.urn
LEFT JOIN LATERAL (
    SELECT k.link_name AS name
    FROM school_links k
    WHERE s.urn IS NULL AND k.link_urn = u.urn AND (k.predecessor_urn = u.urn OR k.successor_urn = u.urn)
    LIMIT 1) linked ON true"""


async def names(reads: AsyncConnection, urns: Sequence[int]) -> dict[int, Row]:
    """Return what is known of these schools by URN: of one off the roll, the name its links give."""
    return {row["urn"]: row for row in await fetch_all(reads, _NAMES, {"urns": list(urns)})}


_MEMBERSHIPS = """
SELECT m.urn, m.trust_uid, g.name AS trust_name, g.kind AS trust_kind, m.joined_on, m.left_on, m.first_seen_on,
    m.assumed,
    src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at
FROM memberships m
JOIN school_groups g ON g.uid = m.trust_uid
JOIN sources src ON src.id = m.source_id
WHERE m.urn = :urn
    AND (CAST(:as_of AS date) IS NULL OR m.joined_on <= :as_of AND (m.left_on IS NULL OR m.left_on > :as_of))
ORDER BY m.first_seen_on DESC, m.id DESC"""


async def memberships(reads: AsyncConnection, urn: int, as_of: date | None) -> list[Row]:
    """Return a school's stays in trusts, newest first; with a date, the one that held on it."""
    return await fetch_all(reads, _MEMBERSHIPS, {"urn": urn, "as_of": as_of})
