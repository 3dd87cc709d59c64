"""The SQL of facts: three statements for as many schools as are asked for at once."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.disadvantage import meals_sql
from inspection.inspections.repository import INSPECTION_COLUMNS, SOURCE_COLUMNS
from inspection.inspections.standing_sql import VISIBLE
from inspection.rows import Row, fetch_all, fetch_count
from inspection.schools.listing_sql import SCHOOL_COLUMNS, SCHOOL_TABLES

_SCHOOLS = f"""
SELECT {SCHOOL_COLUMNS}, {meals_sql.STATUS} AS meals_status, m.value AS meals_percent,
    {meals_sql.ESTIMATE} AS meals_estimate, m.period AS meals_period, census.as_at AS meals_as_at
{SCHOOL_TABLES}
LEFT JOIN pupil_measures m ON m.urn = s.urn AND m.measure = :measure AND m.period = {meals_sql.NEWEST}
LEFT JOIN sources census ON census.id = m.source_id"""
_SCHOOLS_AFTER = f"{_SCHOOLS} WHERE s.urn > :after ORDER BY s.urn LIMIT :limit"
_SCHOOLS_BY_URN = f"{_SCHOOLS} WHERE s.urn = ANY (:urns) ORDER BY s.urn"

_EVIDENCE = f"""
SELECT {INSPECTION_COLUMNS}, {SOURCE_COLUMNS}
FROM inspections i LEFT JOIN sources src ON src.id = i.source_id
WHERE i.urn = ANY (:urns) AND i.evidence AND (CAST(:ahead AS boolean) OR {VISIBLE})
ORDER BY i.urn, i.starts_on DESC, i.id DESC"""

_STAYS = """
SELECT m.urn, m.trust_uid, m.joined_on, m.assumed, m.left_on
FROM memberships m
WHERE m.urn = ANY (:urns)
ORDER BY m.urn, m.first_seen_on DESC"""


async def schools_after(reads: AsyncConnection, after: object, limit: int) -> list[Row]:
    """Return up to `limit` schools by URN, after this one."""
    return await fetch_all(reads, _SCHOOLS_AFTER, {**meals_sql.parameters(), "after": after, "limit": limit})


async def schools_by_urn(reads: AsyncConnection, urns: Sequence[int]) -> list[Row]:
    """Return the schools that carry one of these URNs, by URN."""
    return await fetch_all(reads, _SCHOOLS_BY_URN, {**meals_sql.parameters(), "urns": list(urns)})


async def evidence(reads: AsyncConnection, urns: Sequence[int], *, ahead: bool) -> list[Row]:
    """Return the evidence on these schools: by URN, then newest first. Reduced snapshots are none.

    `ahead`: with what is published for a later day too.
    """
    return await fetch_all(reads, _EVIDENCE, {"urns": list(urns), "ahead": ahead})


async def stays(reads: AsyncConnection, urns: Sequence[int]) -> list[Row]:
    """Return the time in trusts of these schools: by URN, then newest first."""
    return await fetch_all(reads, _STAYS, {"urns": list(urns)})


async def count(reads: AsyncConnection) -> int:
    """Count the schools."""
    return await fetch_count(reads, "SELECT count(*) FROM schools", {})
