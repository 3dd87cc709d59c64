"""Inspections as a flat table. Grades of the older frameworks and of report cards never share a column."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from inspection.data import load
from inspection.domain.areas import read_grade
from inspection.reference.service import REPORT_CARD
from inspection.rows import Row

FACTS: Final = (
    "id", "urn", "number", "framework", "kind", "starts_on", "published_on", "published_reason", "urn_at_inspection",
    "relates_to_current_urn", "relates_assumed", "overall", "overall_reason", "category_of_concern", "safeguarding",
    "safeguarding_reason", "outcome_code", "version", "source_name", "source_as_at",
)  # fmt: skip
HISTORY: Final = {
    "from_predecessor": "from_predecessor",
    "evidence": "evidence",
    "trust_at_inspection": "then_uid",
    "trust_at_inspection_name": "then_name",
    "trust_at_inspection_assumed": "then_assumed",
    "before_joining_current_trust": "before_joining",
}
"""Columns of a history beyond those of an inspection, with where a row has them."""
CARD: Final = "report_card"
OLDER: Final = "older"


@cache
def columns() -> tuple[str, ...]:
    """Return the header: the facts, the warnings' codes, then of each area the grade and the reason for none."""
    return (*FACTS, "warnings", *(name for area in _areas() for name in (area, f"{area}_reason")))


def cells(row: Row) -> Sequence[Any]:
    """Return the cells of an inspection in the order of the header; empty where its framework has no such area."""
    graded: dict[str, Any] = {}
    for area, stored in row["grades"].items():
        grade, reason = read_grade(stored)
        name = f"{CARD if isinstance(stored, str) or row['framework'] == REPORT_CARD else OLDER}_{area}"
        graded |= {name: grade, f"{name}_reason": reason}
    facts = [row[column] for column in FACTS]
    return [*facts, " ".join(row["warnings"]), *(graded.get(name) for name in columns()[len(FACTS) + 1 :])]


def history_columns() -> tuple[str, ...]:
    """Return the header of a school's history: that of inspections, then whose row it is and the trust of then."""
    return (*columns(), *HISTORY)


def history_cells(row: Row) -> Sequence[Any]:
    """Return the cells of an inspection of a history in the order of its header."""
    own = {**row, "relates_to_current_urn": row["relates_to_school"]}
    return [*cells(own), *(row[column] for column in HISTORY.values())]


@cache
def _areas() -> tuple[str, ...]:
    return tuple(f"{CARD if REPORT_CARD in area['frameworks'] else OLDER}_{area['code']}" for area in load("areas"))
