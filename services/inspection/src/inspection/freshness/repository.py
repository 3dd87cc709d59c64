"""The SQL that tells how new each source is, and how many rows of it are held."""

# ruff: noqa: S608 - statements are put together from fixed names of tables

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.rows import Row, fetch_all

TABLES: Final = (
    "schools",
    "school_groups",
    "school_links",
    "school_locations",
    "memberships",
    "inspections",
    "outcome_snapshots",
    "pupil_measures",
)

_NEWEST = """
SELECT DISTINCT ON (name) name, file_name, as_at, loaded_at, count(*) OVER (PARTITION BY name) AS loads
FROM sources
ORDER BY name, as_at DESC, id DESC"""

_COUNTS = " UNION ALL ".join(
    f"SELECT '{table}' AS held, source_id, count(*) AS rows FROM {table} GROUP BY source_id" for table in TABLES
)
_ROWS = f"""
SELECT src.name, counted.held, sum(counted.rows)::bigint AS rows
FROM ({_COUNTS}) counted JOIN sources src ON src.id = counted.source_id
GROUP BY src.name, counted.held
ORDER BY src.name, counted.held"""


async def newest(reads: AsyncConnection) -> dict[str, Row]:
    """Return the newest load of each kind of file: of its date, the last one."""
    return {row["name"]: row for row in await fetch_all(reads, _NEWEST, {})}


async def rows_held(reads: AsyncConnection) -> list[Row]:
    """Count the rows of each table by the kind of file that last told of them."""
    return await fetch_all(reads, _ROWS, {})
