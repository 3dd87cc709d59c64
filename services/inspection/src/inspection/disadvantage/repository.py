"""The SQL of disadvantage: counts of open schools, and sums over those whose own figure may be told."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.disadvantage import meals_sql
from inspection.rows import Row, fetch_all, fetch_first
from inspection.statistics.repository import COLUMNS, LATEST_JUDGEMENTS

DisadvantageBy = Literal["region", "phase", "la", "trust", "deprivation", "category"]

NO_CATEGORY: Final = "none"
NOT_INSPECTED: Final = "not_inspected"

_CATEGORY = f"""CASE WHEN latest.framework IS NULL THEN '{NOT_INSPECTED}'
        ELSE coalesce(latest.category_of_concern, '{NO_CATEGORY}') END"""
_GROUPS: Final[Mapping[str, str]] = {**COLUMNS, "category": _CATEGORY}


async def estimates(
    reads: AsyncConnection, by: DisadvantageBy, period: str | None, open_statuses: Sequence[str]
) -> list[Row]:
    """Return open schools by group, framework, overall grade and category, each with counts and sums.

    Columns: `schools`, `pupils` on roll, `pupils_unknown` schools; of schools whose figure may be told `counted`,
    `counted_pupils` on roll and `estimate`; `suppressed` and `missing` schools, which are in no sum.
    """
    sql = f"""{LATEST_JUDGEMENTS},
    told AS (
        SELECT {_GROUPS[by]} AS code, latest.framework, latest.overall, {_CATEGORY} AS category, s.pupils,
            {meals_sql.ESTIMATE} AS estimate, {meals_sql.STATUS} AS status
        FROM schools s
        LEFT JOIN latest USING (urn)
        LEFT JOIN pupil_measures m ON m.urn = s.urn AND m.measure = :measure AND m.period = :period
        WHERE s.status = ANY (:open_statuses))
SELECT code, framework, overall, category, count(*) AS schools, coalesce(sum(pupils), 0)::bigint AS pupils,
    count(*) FILTER (WHERE pupils IS NULL) AS pupils_unknown,
    count(*) FILTER (WHERE status = 'value') AS counted,
    coalesce(sum(pupils) FILTER (WHERE status = 'value'), 0)::bigint AS counted_pupils,
    coalesce(sum(estimate) FILTER (WHERE status = 'value'), 0)::bigint AS estimate,
    count(*) FILTER (WHERE status = 'suppressed') AS suppressed,
    count(*) FILTER (WHERE status = 'missing') AS missing
FROM told
WHERE code IS NOT NULL
GROUP BY code, framework, overall, category
ORDER BY code, framework, overall, category"""
    parameters = {**meals_sql.parameters(), "period": period, "open_statuses": list(open_statuses)}
    return await fetch_all(reads, sql, parameters)


_CENSUS = f"""
SELECT newest.period, src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at
FROM (
    SELECT m.period, max(m.source_id) AS source_id
    FROM pupil_measures m
    WHERE m.measure = :measure
        AND m.period = {meals_sql.NEWEST}
    GROUP BY m.period) newest
JOIN sources src ON src.id = newest.source_id"""


async def newest_census(reads: AsyncConnection) -> Row | None:
    """Return the newest academic year that the measure is held of, with its source."""
    return await fetch_first(reads, _CENSUS, {"measure": meals_sql.MEASURE})


_ROLL = """
SELECT min(src.as_at) AS oldest, max(src.as_at) AS newest
FROM (
    SELECT DISTINCT source_id FROM schools WHERE status = ANY (:open_statuses) AND pupils IS NOT NULL) used
JOIN sources src ON src.id = used.source_id"""


async def roll_dates(reads: AsyncConnection, open_statuses: Sequence[str]) -> Row | None:
    """Return the dates of the oldest and the newest file that numbers of pupils come from."""
    return await fetch_first(reads, _ROLL, {"open_statuses": list(open_statuses)})
