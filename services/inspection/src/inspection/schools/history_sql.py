"""Schools as they were on a date: as they are, with what changed later taken back."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from typing import Final

from inspection.domain.register import REGISTER_ONLY
from inspection.inspections.standing_sql import STOOD, VISIBLE

IN_ORDER: Final = "{0}.as_at, {0}.comes_first DESC, CASE WHEN {0}.comes_first THEN -{0}.id ELSE {0}.id END"
"""The order of changes `{0}` of a field: of those that come first on a day, the last that was kept is the first."""

_UNHEARD: Final = "jsonb_build_object(" + ", ".join(f"'{name}', NULL" for name in REGISTER_ONLY) + ")"

_REPORT_CARD: Final = (
    "EXISTS (SELECT FROM inspections i WHERE i.urn = s.urn AND i.framework = 'report-card-2025' AND {})"
)
HAS_REPORT_CARD: Final = _REPORT_CARD.format(VISIBLE)
REPORT_CARD_THEN: Final = _REPORT_CARD.format(STOOD)

SOURCE_THEN: Final = """coalesce((
    SELECT file.id
    FROM (SELECT s.urn) this
    LEFT JOIN establishments word ON word.urn = this.urn
    CROSS JOIN LATERAL (
        SELECT s.source_id UNION ALL SELECT s.register_source_id UNION ALL SELECT word.source_id
        UNION ALL
        SELECT c.source_id
        FROM school_changes c
        WHERE c.urn = s.urn AND (c.field <> 'missing_since' OR c.after IS NULL)
        UNION ALL
        SELECT min(first.id)
        FROM sources first
        WHERE first.name = 'gias-establishments' AND first.as_at = word.known_since
        UNION ALL
        SELECT min(first.id)
        FROM sources first
        WHERE first.name = 'ofsted-latest-inspections' AND first.as_at = s.known_since
            AND s.known_since IS DISTINCT FROM word.known_since) told (id)
    JOIN sources file ON file.id = told.id
    WHERE file.as_at <= :as_of
    ORDER BY file.as_at DESC, file.name = 'gias-establishments' DESC, file.id DESC
    LIMIT 1), s.source_id)"""
"""The newest file by :as_of of those on record as having told of school `s`.

On record are those that it and the register's word on it are from, those that changed it, and the first of either kind.
One that marks it as missing tells nothing of it.
"""


def schools_then(*, one: bool = False) -> str:
    """Return a table expression of the schools known on :as_of as they were then; with `one`, of :urn alone.

    Of changes after that date the first tells what a field was. What the register alone can say, it had not said before
    its first word on a school.
    """
    these = "AND c.urn = :urn" if one else ""
    this = "AND h.urn = :urn" if one else ""
    return f"""(
    SELECT was.*
    FROM schools h
    LEFT JOIN (
        SELECT urn, jsonb_object_agg(field, before) AS fields
        FROM (
            SELECT DISTINCT ON (c.urn, c.field) c.urn, c.field, c.before
            FROM school_changes c
            WHERE c.as_at > :as_of {these}
            ORDER BY c.urn, c.field, {IN_ORDER.format("c")}) first_later
        GROUP BY urn) undone ON undone.urn = h.urn
    LEFT JOIN establishments e ON e.urn = h.urn AND e.known_since > :as_of
    CROSS JOIN LATERAL jsonb_populate_record(
        h, coalesce(undone.fields, '{{}}') || CASE WHEN e.urn IS NULL THEN '{{}}' ELSE {_UNHEARD} END) AS was
    WHERE h.known_since <= :as_of {this})"""
