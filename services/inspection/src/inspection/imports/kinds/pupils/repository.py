"""Statements of the load of pupil measures."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import Connection, text

from inspection.dashboards.measures import shares_beside
from inspection.imports.kinds import repository as bulk
from inspection.imports.kinds.model import Fates
from inspection.imports.kinds.told_sql import PUPIL_DATA

COLUMNS = ("urn", "period", "measure", "value", "status", "cohort", "source_id")


def _differs(new: str) -> str:
    """Tell whether a figure is told otherwise; a file without a column of pupils leaves their number as it was."""
    cohort = f"CASE WHEN :cohort_left THEN m.cohort ELSE {new}.cohort END"
    return f"(m.value, m.status, m.cohort) IS DISTINCT FROM ({new}.value, {new}.status, {cohort})"


_FATES = f"""
SELECT count(*) FILTER (WHERE created) AS created, count(*) FILTER (WHERE changed AND NOT created) AS changed
FROM (
    SELECT n.urn, bool_and(m.urn IS NULL) AS created,
        bool_or(m.urn IS NULL OR s.as_at <= :as_at AND {_differs("n")}) AS changed
    FROM incoming n
    LEFT JOIN pupil_measures m ON m.urn = n.urn AND m.measure = n.measure AND m.period = n.period
    LEFT JOIN sources s ON s.id = m.source_id
    GROUP BY n.urn) AS rows_of_file"""

_TOLD = f"""
INSERT INTO told (urn, concerns, subject, field, before, after)
SELECT n.urn, '{PUPIL_DATA}', n.period, n.measure, to_jsonb(m.status), to_jsonb(n.status)
FROM incoming n
JOIN pupil_measures m ON m.urn = n.urn AND m.measure = n.measure AND m.period = n.period
JOIN sources s ON s.id = m.source_id
WHERE s.as_at <= :as_at AND {_differs("n")}
ORDER BY n.urn, n.period, n.measure"""

_FORMER = f"""
INSERT INTO former_shares (urn, period, measure, value, cohort)
SELECT m.urn, m.period, m.measure, m.value, m.cohort
FROM incoming n
JOIN pupil_measures m ON m.urn = n.urn AND m.measure = n.measure AND m.period = n.period
JOIN sources s ON s.id = m.source_id
WHERE m.measure = ANY(:shares) AND m.told_under IS NOT NULL AND s.as_at <= :as_at AND {_differs("n")}
ORDER BY m.urn, m.period, m.measure
ON CONFLICT DO NOTHING"""

_MERGE = f"""
INSERT INTO pupil_measures AS m ({", ".join(COLUMNS)})
SELECT {", ".join(COLUMNS)} FROM incoming ORDER BY urn, measure
ON CONFLICT (urn, measure, period) DO UPDATE
SET value = excluded.value, status = excluded.status,
    cohort = CASE WHEN :cohort_left THEN m.cohort ELSE excluded.cohort END, source_id = excluded.source_id,
    told_under = CASE WHEN {_differs("excluded")} THEN NULL ELSE m.told_under END
WHERE (SELECT s.as_at <= :as_at FROM sources s WHERE s.id = m.source_id)"""

# both are found once: as a join, with a table just filled and not analysed, all of it was gone through for each figure
_COVERAGE = """
SELECT m.period, count(DISTINCT m.urn) AS schools
FROM pupil_measures m
WHERE m.measure = ANY (ARRAY(SELECT DISTINCT measure FROM incoming))
    AND m.period <= (SELECT max(period) FROM incoming)
GROUP BY m.period
ORDER BY m.period DESC
LIMIT 2"""


def stage_measures(connection: Connection, packed: Iterable[str]) -> None:
    """Put packed measures into `incoming`."""
    bulk.stage(connection, "pupil_measures", COLUMNS, packed)
    connection.execute(text("ANALYZE incoming"))


def merge_staged(connection: Connection, as_at: date, left: Collection[str]) -> Fates:
    """Merge what is staged but for the columns `left`, and tell of how many rows something was new or changed.

    A share that was told and is replaced is kept where what a school supplies is held against it.
    """
    values = {"as_at": as_at, "cohort_left": "cohort" in left}
    found = connection.execute(text(_FATES), values).one()
    if found.changed:
        connection.execute(text(_TOLD), values)
        connection.execute(text(_FORMER), {**values, "shares": shares_beside()})
    connection.execute(text(_MERGE), values)
    return Fates(found.created, found.changed)


def coverage(connection: Connection) -> list[tuple[str, int]]:
    """Return the newest academic year of what was merged and the year stored before it, each with its schools."""
    return [(row.period, row.schools) for row in connection.execute(text(_COVERAGE))]
