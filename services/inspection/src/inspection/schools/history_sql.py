"""Schools as they were on a date: as they are, with what changed later taken back."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from typing import Final

from inspection.domain.register import REGISTER_ONLY
from inspection.inspections.standing_sql import STOOD, VISIBLE

_UNHEARD: Final = "jsonb_build_object(" + ", ".join(f"'{name}', NULL" for name in REGISTER_ONLY) + ")"

_REPORT_CARD: Final = (
    "EXISTS (SELECT FROM inspections i WHERE i.urn = s.urn AND i.framework = 'report-card-2025' AND {})"
)
HAS_REPORT_CARD: Final = _REPORT_CARD.format(VISIBLE)
REPORT_CARD_THEN: Final = _REPORT_CARD.format(STOOD)

SOURCE_THEN: Final = """(
    SELECT file.id FROM sources file
    WHERE file.as_at <= :as_of AND file.name IN ('ofsted-latest-inspections', 'gias-establishments')
    ORDER BY file.as_at DESC, file.id DESC
    LIMIT 1)"""


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
            ORDER BY c.urn, c.field, c.as_at, c.id) first_later
        GROUP BY urn) undone ON undone.urn = h.urn
    LEFT JOIN establishments e ON e.urn = h.urn AND e.known_since > :as_of
    CROSS JOIN LATERAL jsonb_populate_record(
        h, coalesce(undone.fields, '{{}}') || CASE WHEN e.urn IS NULL THEN '{{}}' ELSE {_UNHEARD} END) AS was
    WHERE h.known_since <= :as_of {this})"""
