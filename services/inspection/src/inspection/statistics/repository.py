"""The SQL that counts grades: of open schools, by their latest graded inspection in evidence."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.inspections.standing_sql import VISIBLE
from inspection.rows import Row, fetch_all

Dimension = Literal["region", "phase", "la", "trust", "deprivation"]

COLUMNS: Final[Mapping[str, str]] = {
    "region": "s.region",
    "phase": "s.phase",
    "la": "s.la_code",
    "trust": "s.trust_uid",
    "deprivation": "coalesce(s.idaci_quintile::text, 'unknown')",
}

LATEST_JUDGEMENTS = f"""
WITH latest AS (
    SELECT DISTINCT ON (i.urn) i.urn, i.framework, i.overall, i.category_of_concern
    FROM inspections i
    WHERE i.evidence AND i.kind = 'graded' AND {VISIBLE}
    ORDER BY i.urn, i.starts_on DESC, i.id DESC)"""


async def latest_judgements(reads: AsyncConnection, by: Dimension, open_statuses: Sequence[str]) -> list[Row]:
    """Count open schools and their pupils by group, framework, overall grade and category.

    The framework is null where a school was never inspected; `pupils_unknown` are schools without a number of pupils.
    Codes are grouped by their bytes: most of the time would else go into comparing them as text.
    """
    column = COLUMNS[by]
    sql = f"""{LATEST_JUDGEMENTS}
SELECT {column} COLLATE "C" AS code, latest.framework COLLATE "C" AS framework, latest.overall,
    latest.category_of_concern COLLATE "C" AS category, count(*) AS schools,
    coalesce(sum(s.pupils), 0)::bigint AS pupils, count(*) FILTER (WHERE s.pupils IS NULL) AS pupils_unknown
FROM schools s LEFT JOIN latest USING (urn)
WHERE s.status = ANY (:open_statuses) AND {column} IS NOT NULL
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4"""
    return await fetch_all(reads, sql, {"open_statuses": list(open_statuses)})


_LATEST_CARDS = f"""
WITH latest AS (
    SELECT i.urn, i.grades
    FROM inspections i
    WHERE i.framework = :framework AND i.evidence AND i.kind = 'graded' AND {VISIBLE} AND NOT EXISTS (
        SELECT FROM inspections later
        WHERE later.urn = i.urn AND (later.starts_on, later.id) > (i.starts_on, i.id)
            AND later.evidence AND later.kind = 'graded' AND {VISIBLE.replace("i.", "later.")}))"""


async def card_grades(reads: AsyncConnection, by: Dimension, open_statuses: Sequence[str], framework: str) -> list[Row]:
    """Count the grades of each area of report cards by group."""
    column = COLUMNS[by]
    sql = f"""{_LATEST_CARDS}
SELECT {column} AS code, area.key AS area, area.value AS grade, count(*) AS schools
FROM schools s JOIN latest USING (urn) CROSS JOIN LATERAL json_each_text(CAST(latest.grades AS json)) area
WHERE s.status = ANY (:open_statuses) AND {column} IS NOT NULL AND area.value IS NOT NULL
GROUP BY 1, 2, 3"""
    return await fetch_all(reads, sql, {"open_statuses": list(open_statuses), "framework": framework})


async def trust_names(reads: AsyncConnection, uids: Sequence[str]) -> dict[str, str]:
    """Return the names of trusts by UID."""
    rows = await fetch_all(reads, "SELECT uid, name FROM school_groups WHERE uid = ANY (:uids)", {"uids": list(uids)})
    return {row["uid"]: row["name"] for row in rows}


_SOURCES = """
SELECT DISTINCT ON (src.name) src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at
FROM (SELECT source_id FROM schools GROUP BY source_id UNION SELECT source_id FROM inspections GROUP BY source_id) used
JOIN sources src ON src.id = used.source_id
ORDER BY src.name, src.as_at DESC, src.id DESC"""


async def newest_sources(reads: AsyncConnection) -> list[Row]:
    """Return the newest source of each kind that schools and inspections are from."""
    return await fetch_all(reads, _SOURCES, {})
