"""The SQL of workbooks: the schools of a trust or an authority, and every inspection on their rows."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Sequence
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.inspections.repository import INSPECTION_COLUMNS, SOURCE_COLUMNS
from inspection.inspections.standing_sql import VISIBLE
from inspection.rows import Row, fetch_all
from inspection.schools.listing_sql import SCHOOL_COLUMNS, SCHOOL_TABLES
from inspection.schools.stays_sql import HELD_NOW

Body = Literal["trust", "local_authority"]

_COLUMNS: Final = {"trust": "s.trust_uid", "local_authority": "s.la_code"}


async def schools_of(reads: AsyncConnection, body: Body, code: str) -> list[Row]:
    """Return the schools of a trust or of a local authority by name, each with when it joined its trust."""
    sql = f"""
SELECT {SCHOOL_COLUMNS}, m.joined_on, m.assumed AS joined_assumed
{SCHOOL_TABLES}
    LEFT JOIN memberships m ON m.urn = s.urn AND m.trust_uid = s.trust_uid AND {HELD_NOW}
WHERE {_COLUMNS[body]} = :code
ORDER BY s.name, s.urn"""
    return await fetch_all(reads, sql, {"code": code})


_INSPECTIONS = f"""
SELECT {INSPECTION_COLUMNS}, {SOURCE_COLUMNS}
FROM inspections i LEFT JOIN sources src ON src.id = i.source_id
WHERE i.urn = ANY (:urns) AND {VISIBLE}
ORDER BY i.urn, i.starts_on DESC, i.id DESC"""


async def inspections_of(reads: AsyncConnection, urns: Sequence[int]) -> list[Row]:
    """Return the published inspections of these schools: by URN, then newest first."""
    return await fetch_all(reads, _INSPECTIONS, {"urns": list(urns)})
