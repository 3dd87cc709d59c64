"""What official files say beside a term, as SQL; kept with its versions, and again each time it becomes another."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, text

from inspection.dashboards.comparisons import REGISTER_KINDS
from inspection.dashboards.measures import shares_beside


class Term(NamedTuple):
    """A term of a school."""

    urn: int
    period: str


SHARES: Final[dict[str, Any]] = {"shares": shares_beside()}
"""The parameter of `BESIDE`."""

LOCK_ALL: Final = "SELECT pg_advisory_xact_lock(hashtextextended('progress-batches', 0))"
"""Lets nobody else write progress data until the transaction ends."""

# a figure is told that is so by the last decision, under whatever rule: between a release of the software and the
# decisions of its rule nothing else was told of it
BESIDE: Final = """
(SELECT json_agg(json_build_object('urn', school.urn,
    'rolls', (SELECT json_agg(DISTINCT told.roll) FROM (
        SELECT s.pupils FROM schools s WHERE s.urn = school.urn
        UNION
        SELECT told.roll::integer
        FROM school_changes c CROSS JOIN LATERAL (VALUES (c.before), (c.after)) AS told (roll)
        WHERE c.urn = school.urn AND c.field = 'pupils') AS told (roll)
        WHERE told.roll IS NOT NULL),
    'shares', (SELECT json_agg(json_build_object(
            'measure', share.measure, 'value', share.value, 'cohort', share.cohort, 'told', share.told)
        ORDER BY share.measure, share.value, share.cohort, share.told)
        FROM (
            SELECT m.measure, m.value, m.cohort, m.told_under IS NOT NULL OR NOT EXISTS (
                SELECT FROM schools s WHERE s.urn = m.urn)
            FROM pupil_measures m
            WHERE m.urn = school.urn AND m.period = left({of}.period, 7) AND m.measure = ANY(:shares)
                AND m.status = 'value'
            UNION
            SELECT f.measure, f.value, f.cohort, true
            FROM former_shares f
            WHERE f.urn = school.urn AND f.period = left({of}.period, 7) AND f.measure = ANY(:shares)
        ) AS share (measure, value, cohort, told)))
    ORDER BY school.urn)
    FROM line_of({of}.urn) AS school (urn))"""
"""What official files say of a school and the others of its line beside a term, as `shown.beside_of` reads it."""

_YEAR: Final = "SELECT DISTINCT v.urn, CAST(:year AS text) AS year FROM progress_versions v"
# a school enters with the day that it is known since; a file that comes late moves that day, and tells of the roll then
# by a change that the next file makes
_CHANGED: Final = """
SELECT c.urn, CAST(NULL AS text) AS year FROM school_changes c WHERE c.source_id = :source AND c.field = 'pupils'
UNION
SELECT s.urn, NULL FROM schools s JOIN sources f ON f.as_at = s.known_since
WHERE f.id = :source AND f.name = ANY(:registers)
UNION
SELECT k.predecessor_urn, NULL FROM school_links k WHERE k.source_id = :source AND k.predecessor_urn IS NOT NULL
UNION
SELECT m.urn, m.period FROM pupil_measures m WHERE m.source_id = :source AND m.measure = ANY(:shares)"""

# whatever is linked, forked or cut, may be of the line or have been of it before the file; what stands beside each term
# is looked at once, before it is compared
_KEEP: Final = """
WITH RECURSIVE changed AS MATERIALIZED ({changed}),
edges AS MATERIALIZED (
    SELECT k.predecessor_urn AS urn, k.successor_urn AS other FROM school_links k WHERE k.predecessor_urn IS NOT NULL
    UNION
    SELECT k.successor_urn, k.predecessor_urn FROM school_links k WHERE k.predecessor_urn IS NOT NULL),
concerned (urn, year) AS (
    SELECT urn, year FROM changed
    UNION
    SELECT e.other, c.year FROM concerned c JOIN edges e ON e.urn = c.urn),
terms AS MATERIALIZED (
    SELECT v.urn, v.period, max(v.version) AS version
    FROM progress_versions v JOIN concerned c ON c.urn = v.urn AND (c.year IS NULL OR c.year = left(v.period, 7))
    GROUP BY v.urn, v.period),
states AS MATERIALIZED (SELECT t.urn, t.period, t.version, CAST({beside} AS jsonb) AS now FROM terms t)
UPDATE progress_versions v
SET beside = coalesce(v.beside, s.now),
    beside_since = CASE WHEN v.beside IS NULL THEN v.beside_since
        ELSE v.beside_since || jsonb_build_array(s.now) END
FROM states s
WHERE s.urn = v.urn AND s.period = v.period AND s.version = v.version
    AND s.now IS DISTINCT FROM coalesce(v.beside_since -> -1, v.beside)
RETURNING v.urn, v.period"""


def keep(connection: Connection, source_id: int) -> list[Term]:
    """Keep what official files say now with the newest versions beside which a source changed it; return the terms."""
    sql = _KEEP.format(changed=_CHANGED, beside=BESIDE.format(of="t"))
    return [
        Term(*row)
        for row in connection.execute(text(sql), {"source": source_id, "registers": list(REGISTER_KINDS), **SHARES})
    ]


def keep_year(connection: Connection, year: str) -> None:
    """Keep it with the newest versions of all terms of an academic year, where it is not what was kept last."""
    sql = _KEEP.format(changed=_YEAR, beside=BESIDE.format(of="t"))
    connection.execute(text(sql), {"year": year, **SHARES})


def lock_all(connection: Connection) -> None:
    """Let nobody write progress data until the transaction ends."""
    connection.execute(text(LOCK_ALL))


def keep_beside(connection: Connection) -> None:
    """Keep what official files say now with the versions of which it was not kept when they were made."""
    sql = f"UPDATE progress_versions v SET beside = {BESIDE.format(of='v')} WHERE v.beside IS NULL"
    connection.execute(text(sql), SHARES)
