"""The SQL of dashboards: what one school's needs, and the comparisons that imports make anew."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, text

from inspection.dashboards.measures import shares_beside
from inspection.models import MeasureComparison
from inspection.rows import Reads, Row, fetch_all, fetch_first

_COMPARISON_COLUMNS = tuple(column.name for column in MeasureComparison.__table__.columns)


class SchoolCell(NamedTuple):
    """A figure of a school, with what groups the school; `told` once it is decided.

    `rolls`: the pupils on roll that the register tells, and all that it told before.
    """

    urn: int
    measure: str
    value: float
    cohort: int | None
    rolls: list[int]
    phase: str
    la_code: str
    region: str
    idaci_quintile: int | None
    status: str
    told: bool = False


def periods(connection: Connection, source_id: int | None = None) -> list[str]:
    """Return the academic years with measures, or those in which a source gave any."""
    clause = "" if source_id is None else "WHERE source_id = :source"
    sql = f"SELECT DISTINCT period FROM pupil_measures {clause} ORDER BY period"
    return list(connection.scalars(text(sql), {"source": source_id} if source_id is not None else {}))


_STALE = """
SELECT DISTINCT m.period FROM pupil_measures m
WHERE m.status = 'value'
    AND (EXISTS (SELECT FROM measure_comparisons c WHERE c.period = m.period AND c.made_under <> :rule)
        OR NOT EXISTS (SELECT FROM measure_comparisons c WHERE c.period = m.period))
ORDER BY m.period"""


def stale_periods(connection: Connection, rule: str) -> list[str]:
    """Return the academic years with comparisons made under another rule, or with figures and no comparison."""
    return list(connection.scalars(text(_STALE), {"rule": rule}))


_SCHOOL_CELLS = """
SELECT m.urn, m.measure, m.value, m.cohort, array_remove(s.pupils || before.rolls, NULL) AS rolls,
    s.phase, s.la_code, s.region, s.idaci_quintile, s.status
FROM pupil_measures m
JOIN schools s ON s.urn = m.urn
LEFT JOIN (
    SELECT c.urn, array_agg(DISTINCT told.roll::integer) AS rolls
    FROM school_changes c CROSS JOIN LATERAL (VALUES (c.before), (c.after)) AS told (roll)
    WHERE c.field = 'pupils' AND told.roll IS NOT NULL
    GROUP BY c.urn) before ON before.urn = m.urn
WHERE m.period = :period AND m.measure = ANY(:measures) AND m.status = 'value'
ORDER BY m.urn, m.measure"""


def school_cells(connection: Connection, measures: Sequence[str], period: str) -> list[SchoolCell]:
    """Return the figures of all schools of the register in a year, by school."""
    rows = connection.execute(text(_SCHOOL_CELLS), {"period": period, "measures": list(measures)})
    return [SchoolCell(*row) for row in rows]


# in a CASE the list is looked up by hash, whatever is estimated; joined with a table that was just filled and is not
# analysed yet, all of it would be gone through for each row
_DECISION = "CASE WHEN urn IN (SELECT unnest(CAST(:urns AS integer[]))) THEN :rule END"
_MARK_TOLD = f"""
UPDATE pupil_measures SET told_under = {_DECISION}
WHERE period = :period AND measure = :measure AND told_under IS DISTINCT FROM {_DECISION}"""

_KEEP_TOLD = f"""
INSERT INTO former_shares (urn, period, measure, value, cohort)
SELECT urn, period, measure, value, cohort FROM pupil_measures
WHERE period = :period AND measure = :measure AND told_under IS NOT NULL AND {_DECISION} IS NULL
ORDER BY urn
ON CONFLICT DO NOTHING"""


def mark_told(
    connection: Connection, measures: Sequence[str], period: str, told: Sequence[tuple[int, str]], rule: str
) -> None:
    """Store which figures, each a URN and a measure, may be told of a year under a rule; all others may not.

    A share of the roll that was told and may no longer be is kept as one that anybody may have noted.
    """
    urns: dict[str, list[int]] = {measure: [] for measure in measures}
    for urn, measure in told:
        urns[measure].append(urn)
    for measure, of_measure in urns.items():
        decided = {"period": period, "measure": measure, "urns": of_measure, "rule": rule}
        if measure in shares_beside():
            connection.execute(text(_KEEP_TOLD), decided)
        connection.execute(text(_MARK_TOLD), decided)


def replace_comparisons(
    connection: Connection, measures: Sequence[str], period: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Write the comparisons of these measures in a year anew."""
    connection.execute(
        text("DELETE FROM measure_comparisons WHERE period = :period AND measure = ANY(:measures)"),
        {"period": period, "measures": list(measures)},
    )
    if rows:
        values = [dict(zip(_COMPARISON_COLUMNS, row, strict=True)) for row in rows]
        connection.execute(insert(MeasureComparison), values)


_SCHOOL = """
SELECT s.urn, s.name, s.phase, s.la_code, s.region, s.idaci_quintile, s.pupils,
    src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at
FROM schools s JOIN sources src ON src.id = coalesce(s.register_source_id, s.source_id)
WHERE s.urn = :urn"""


async def school(reads: Reads, urn: int) -> Row | None:
    """Return what of a school decides what it is compared with."""
    return await fetch_first(reads, _SCHOOL, {"urn": urn})


_MEASURES = """
SELECT m.measure, m.period, m.value, m.status, coalesce(m.told_under = :rule, false) AS told,
    src.name AS source_name, src.as_at AS source_as_at, src.loaded_at AS source_loaded_at,
    (SELECT json_object_agg(c.level, json_build_object(
            'value', c.value, 'status', c.status, 'schools', c.schools, 'weighting', c.weighting))
        FROM unnest(CAST(:levels AS text[]), CAST(:areas AS text[])) AS a (level, area)
        JOIN measure_comparisons c ON c.measure = m.measure AND c.period = m.period AND c.phases = :phases
            AND c.level = a.level AND c.area = a.area
            AND c.made_under = :rule) AS comparisons
FROM pupil_measures m JOIN sources src ON src.id = m.source_id
WHERE m.urn = :urn
ORDER BY m.period"""


async def measures(reads: Reads, urn: int, phases: str, areas: Mapping[str, str], rule: str) -> list[Row]:
    """Return a school's official measures by year, each with the figures of the groups it is shown beside.

    `areas`: by level of comparison. What was decided or made under another rule counts as not told, and not there.
    """
    parameters = {"urn": urn, "phases": phases, "levels": list(areas), "areas": list(areas.values()), "rule": rule}
    return await fetch_all(reads, _MEASURES, parameters)
