"""The SQL that counts schools by area."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.rows import fetch_all

_BY_REGION = """
SELECT region AS area, count(*) AS schools FROM schools WHERE status = ANY (:open_statuses) GROUP BY region"""

_BY_LOCAL_AUTHORITY = """
SELECT la_code AS area, count(*) AS schools FROM schools WHERE status = ANY (:open_statuses) GROUP BY la_code"""


async def open_schools_by_region(reads: AsyncConnection, open_statuses: Sequence[str]) -> dict[str, int]:
    """Count the open schools of each region that has any."""
    rows = await fetch_all(reads, _BY_REGION, {"open_statuses": list(open_statuses)})
    return {row["area"]: row["schools"] for row in rows}


async def open_schools_by_local_authority(reads: AsyncConnection, open_statuses: Sequence[str]) -> dict[str, int]:
    """Count the open schools of each local authority that has any."""
    rows = await fetch_all(reads, _BY_LOCAL_AUTHORITY, {"open_statuses": list(open_statuses)})
    return {row["area"]: row["schools"] for row in rows}
