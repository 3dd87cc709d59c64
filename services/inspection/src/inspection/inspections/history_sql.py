"""The pieces of the statements of a school's history: over its predecessors, with older outcomes, by trust at the time.

The same inspection may stand on a school's row and on that of the school it came from: by its number, or without one
by the URN it was held under and its start. The school's own row wins, then evidence, then the row that has a number.
What a predecessor has counts up to the date of the link, or without one up to the successor's opening, or without that
up to the predecessor's closure: one that stayed open after a split goes on with a history that is no longer this
school's. A link that is cut, since it closes a cycle, is not followed. Along a chain the earliest of these dates bounds
all that lies beyond; where several chains lead to the same school, the latest of theirs does.
A snapshot of outcomes is shown only where no full record of the same graded inspection is known: of the same start, on
the same school or on one that a link joins to it directly.
"""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from typing import Final

from inspection.inspections.standing_sql import STANDING
from inspection.schools.stays_sql import HELD, before_joining

_SNAPSHOT: Final = """
    SELECT (jsonb_populate_record(NULL::inspections, jsonb_build_object(
        'id', o.id, 'urn', o.urn, 'framework', o.framework, 'kind', 'graded', 'starts_on', o.starts_on,
        'published_reason', 'not_in_source', 'relates_assumed', true,
        'relates_to_current_urn', s.open_date IS NULL OR s.open_date <= o.starts_on,
        'overall', o.overall, 'overall_reason', o.overall_reason, 'safeguarding_reason', 'not_in_source',
        'grades', o.grades, 'warnings', o.warnings, 'evidence', false, 'state', 'published', 'version', 1,
        'source_id', o.source_id))).*
    FROM outcome_snapshots o LEFT JOIN schools s ON s.urn = o.urn"""

# as rows of the same type, so that a column that inspections gain is a column here
_OR_SNAPSHOT: Final = f"UNION ALL {_SNAPSHOT} WHERE history.snapshot AND o.id = history.id"
WHOLE_ROW: Final = f"SELECT i.* FROM inspections i WHERE NOT history.snapshot AND i.id = history.id {_OR_SNAPSHOT}"
WHOLE_ROW_THEN: Final = f"SELECT i.* FROM {STANDING} WHERE NOT history.snapshot AND now.id = history.id {_OR_SNAPSHOT}"

SNAPSHOT_BY_ID: Final = f"({_SNAPSHOT} WHERE o.id = :id)"

# an edge may be told from both ends, and dated by one alone
_EDGES_TO: Final = """
            SELECT k.predecessor_urn, coalesce(max(k.established_on), max(coalesce(s.open_date, e.open_date)),
                max(coalesce(former.close_date, off_roll.close_date)), 'infinity') AS until
            FROM school_links k
            LEFT JOIN schools s ON s.urn = k.successor_urn
            LEFT JOIN establishments e ON e.urn = k.successor_urn
            LEFT JOIN schools former ON former.urn = k.predecessor_urn
            LEFT JOIN establishments off_roll ON off_roll.urn = k.predecessor_urn
            WHERE k.successor_urn = reached.urn AND NOT k.cut
            GROUP BY k.predecessor_urn"""

MEMBERSHIP_COLUMNS: Final = f"""
    then_in.trust_uid AS then_uid, then_in.name AS then_name, then_in.assumed AS then_assumed,
    {before_joining("i", "now_in", ":urn")} AS before_joining"""

_MEMBERSHIPS: Final = f"""
LEFT JOIN LATERAL (
    SELECT m.trust_uid, g.name, m.assumed
    FROM memberships m JOIN school_groups g ON g.uid = m.trust_uid
    WHERE m.urn = coalesce(i.urn_at_inspection, i.urn)
        AND {HELD.format(day="i.starts_on")}
    ORDER BY m.first_seen_on
    LIMIT 1) then_in ON true
LEFT JOIN LATERAL (
    SELECT m.trust_uid, m.joined_on
    FROM memberships m
    WHERE m.urn = :urn AND {HELD}
    ORDER BY m.first_seen_on DESC
    LIMIT 1) now_in ON true"""


def memberships_on(day: str) -> str:
    """Return the joins that tell in which trust an inspection `i` was, and in which the school :urn is on a day."""
    return _MEMBERSHIPS.format(day=day)


def history_of(inspections: str, visible: str, told: str = "true") -> str:
    """Return the common table expressions up to `history (id, snapshot)` of :urn.

    `inspections` gives rows `i` joined to `line`, `visible` is a condition on them, `told` one on snapshots (`o`).
    """
    return f"""
WITH RECURSIVE
    reached (urn, until) AS (
        SELECT CAST(:urn AS integer), CAST('infinity' AS date)
        UNION
        SELECT edge.predecessor_urn, least(reached.until, edge.until)
        FROM reached CROSS JOIN LATERAL ({_EDGES_TO}) edge),
    line AS (SELECT urn, max(until) AS until FROM reached GROUP BY urn),
    held AS (
        SELECT i.id, i.urn, i.number, i.kind, i.evidence, i.starts_on,
            coalesce(i.urn_at_inspection, i.urn) AS held_under
        FROM {inspections}
        WHERE {visible} AND i.starts_on <= line.until),
    told AS (
        SELECT o.id, o.urn, o.starts_on
        FROM outcome_snapshots o JOIN line USING (urn)
        WHERE {told} AND o.starts_on <= line.until),
    full_records AS (
        SELECT DISTINCT ON (coalesce(number, held_under || '/' || starts_on)) id
        FROM held
        WHERE number IS NOT NULL OR NOT EXISTS (
            SELECT FROM held numbered
            WHERE numbered.number IS NOT NULL AND numbered.kind = held.kind
                AND numbered.held_under = held.held_under AND numbered.starts_on = held.starts_on)
        ORDER BY coalesce(number, held_under || '/' || starts_on), urn = :urn DESC, evidence DESC, urn DESC),
    history AS (
        SELECT id, false AS snapshot FROM full_records
        UNION ALL
        SELECT told.id, true
        FROM told
        WHERE NOT EXISTS (
            SELECT FROM held
            WHERE held.kind = 'graded' AND held.starts_on = told.starts_on
                AND (told.urn IN (held.urn, held.held_under) OR EXISTS (
                    SELECT FROM school_links k
                    WHERE k.successor_urn = told.urn AND k.predecessor_urn IN (held.urn, held.held_under)
                        OR k.predecessor_urn = told.urn AND k.successor_urn = held.urn
                            AND held.urn = held.held_under)))
        AND NOT EXISTS (
            SELECT FROM told earlier JOIN school_links k ON k.predecessor_urn = earlier.urn
            WHERE k.successor_urn = told.urn AND earlier.starts_on = told.starts_on))
"""
