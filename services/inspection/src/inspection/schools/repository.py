"""The SQL of the register."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import AsyncIterator, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from inspection.domain.register import DERIVED
from inspection.rows import Reads, Row, fetch_all, fetch_count, fetch_first, stream_all
from inspection.schools.history_sql import HAS_REPORT_CARD, REPORT_CARD_THEN
from inspection.schools.listing_sql import (
    SCHOOL_COLUMNS,
    SCHOOL_TABLES,
    SOURCE_ID,
    Position,
    SchoolFilters,
    listing,
    page_listing,
    schools_of,
    statement,
    tables_then,
    where,
)
from shared.db.hot_reads import HotReads

_SELECT_THEN = f"SELECT {SCHOOL_COLUMNS}, {REPORT_CARD_THEN} AS has_report_card {tables_then(one=True)}"

_SELECT = f"SELECT {SCHOOL_COLUMNS}, {HAS_REPORT_CARD} AS has_report_card {SCHOOL_TABLES}"


async def page(reads: AsyncConnection, filters: SchoolFilters, *, after: Position | None, limit: int) -> list[Row]:
    """Return up to `limit` schools after a position (rank, URN): nearest first, or likest to `q`, or just by URN."""
    return await fetch_all(reads, *page_listing(filters, after, limit))


# the page first, then for each of its rows what belongs to it; the length stands in the text since the plan goes by it
_PLAIN_TABLES = f"""
FROM (SELECT *, xmin AS made_by FROM schools WHERE urn > $1 ORDER BY urn LIMIT {{limit}}) s
JOIN sources src ON src.id = {SOURCE_ID}
LEFT JOIN LATERAL (SELECT name, kind, xmin FROM school_groups WHERE uid = s.trust_uid LIMIT 1) g ON true
LEFT JOIN LATERAL (SELECT lat, lng, xmin FROM school_locations WHERE urn = s.urn LIMIT 1) l ON true"""

# every write of a row gives it the number of another transaction, so equal numbers are equal rows
_STATE = f"concat(s.urn, '.', s.made_by, '.', src.xmin, '.', g.xmin, '.', l.xmin, '.', {HAS_REPORT_CARD})"
_PLAIN_STATE = f"SELECT coalesce(string_agg({_STATE}, ' ' ORDER BY s.urn), '') AS state {_PLAIN_TABLES}"
_PLAIN_PAGE = f"""
SELECT {SCHOOL_COLUMNS}, {HAS_REPORT_CARD} AS has_report_card, {_STATE} AS state {_PLAIN_TABLES}
ORDER BY s.urn"""


async def plain_state(hot_reads: HotReads, *, after: int, limit: int) -> str:
    """Return in what state the rows are that `plain_page` would give: the same state, the same rows."""
    rows = await hot_reads.fetch(_PLAIN_STATE.format(limit=int(limit)), [after])
    return rows.sent[0][0] or ""


async def plain_page(hot_reads: HotReads, *, after: int, limit: int) -> tuple[list[Row], str]:
    """Return up to `limit` schools by URN, whatever they are, after a URN; and in what state they are."""
    rows = (await hot_reads.fetch(_PLAIN_PAGE.format(limit=int(limit)), [after])).decoded
    return rows, " ".join(row["state"] for row in rows)


async def count(reads: AsyncConnection, filters: SchoolFilters) -> int:
    """Count the schools that match."""
    clauses, parameters = where(filters)
    select = f"SELECT count(*) FROM {schools_of(filters)} s LEFT JOIN school_locations l ON l.urn = s.urn"
    return await fetch_count(reads, statement(select, clauses), parameters)


async def trust_exists(reads: AsyncConnection, uid: str, trust_kinds: Sequence[str]) -> bool:
    """Tell whether the register of groups holds a trust of this UID."""
    sql = "SELECT count(*) FROM school_groups WHERE uid = :uid AND kind = ANY (:kinds)"
    return await fetch_count(reads, sql, {"uid": uid, "kinds": list(trust_kinds)}) == 1


async def any_matches(reads: AsyncConnection, filters: SchoolFilters) -> bool:
    """Tell whether any school matches."""
    clauses, parameters = where(filters)
    select = f"SELECT 1 FROM {schools_of(filters)} s LEFT JOIN school_locations l ON l.urn = s.urn"
    return await fetch_first(reads, statement(select, clauses, "LIMIT 1"), parameters) is not None


def stream(session: AsyncSession, filters: SchoolFilters) -> AsyncIterator[Row]:
    """Yield all schools that match, in the order of the list."""
    return stream_all(session, *listing(filters))


async def find(reads: AsyncConnection, urn: int) -> Row | None:
    """Return one school."""
    return await fetch_first(reads, f"{_SELECT} WHERE s.urn = :urn", {"urn": urn})


async def find_then(reads: AsyncConnection, urn: int, as_of: date) -> Row | None:
    """Return one school as it was on a date that is not before it was known."""
    return await fetch_first(reads, _SELECT_THEN, {"urn": urn, "as_of": as_of})


async def known_since(reads: AsyncConnection) -> date | None:
    """Return the date before which nothing is known of any school."""
    row = await fetch_first(reads, "SELECT min(known_since) AS since FROM schools", {})
    return row["since"] if row else None


_AUDIT = """
SELECT c.source_id, min(c.recorded_at) AS at, src.sent_by AS by, src.name AS source_name, src.as_at AS source_as_at,
    src.loaded_at AS source_loaded_at,
    json_agg(json_build_object('field', c.field, 'from', c.before, 'to', c.after) ORDER BY c.field) AS changes
FROM school_changes c JOIN sources src ON src.id = c.source_id
WHERE c.urn = :urn AND c.field <> ALL (:derived) AND (CAST(:after AS integer) IS NULL OR c.source_id < :after)
GROUP BY c.source_id, src.id
ORDER BY c.source_id DESC
LIMIT CAST(:limit AS integer)"""


async def audit(reads: AsyncConnection, urn: int, *, after: int | None, limit: int | None) -> list[Row]:
    """Return what each load changed of a school, newest first, after the number of a load; all without a limit."""
    parameters = {"urn": urn, "derived": list(DERIVED), "after": after, "limit": limit}
    return await fetch_all(reads, _AUDIT, parameters)


async def count_audit(reads: AsyncConnection, urn: int) -> int:
    """Count the loads that changed a school."""
    sql = "SELECT count(DISTINCT source_id) FROM school_changes WHERE urn = :urn AND field <> ALL (:derived)"
    return await fetch_count(reads, sql, {"urn": urn, "derived": list(DERIVED)})


_LOOKUP = f"""{_SELECT}
WHERE s.urn = ANY (:urns) OR s.laestab = ANY (:laestabs) OR s.ukprn = ANY (:ukprns)
ORDER BY s.urn"""


async def lookup(
    reads: AsyncConnection, urns: Sequence[int], laestabs: Sequence[str], ukprns: Sequence[str]
) -> list[Row]:
    """Return the schools that carry any of these identifiers, by URN."""
    parameters = {"urns": list(urns), "laestabs": list(laestabs), "ukprns": list(ukprns)}
    return await fetch_all(reads, _LOOKUP, parameters)


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


async def memberships(reads: Reads, urn: int, as_of: date | None) -> list[Row]:
    """Return a school's stays in trusts, newest first; with a date, the one that held on it."""
    return await fetch_all(reads, _MEMBERSHIPS, {"urn": urn, "as_of": as_of})
