"""The grades of an inspection, from the compact form they are stored in to the list that clients see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

# the codes of the older frameworks that stand for no grade
REASONS: Final[Mapping[int, str]] = {0: "insufficient_evidence", 8: "does_not_apply", 9: "not_judged"}
NOT_RECORDED: Final = "not_recorded"


@dataclass(frozen=True, slots=True)
class Area:
    """An evaluation area: `grade` is 1-4 (older frameworks), a report-card code, or None with a reason."""

    area: str
    grade: int | str | None
    grade_reason: str | None
    judged_on: date


def areas_of(
    grades: Mapping[str, int | str | None], judged_on: Mapping[str, str] | None, starts_on: date
) -> Iterator[Area]:
    """Yield the areas in the order they are stored, which is the order of their framework."""
    own_dates = judged_on or {}
    for area, stored in grades.items():
        grade, reason = read_grade(stored)
        own = own_dates.get(area)
        yield Area(area, grade, reason, date.fromisoformat(own) if own else starts_on)


def read_grade(stored: int | str | None) -> tuple[int | str | None, str | None]:
    """Return (grade, None), or (None, why there is none)."""
    if stored is None:
        return None, NOT_RECORDED
    if isinstance(stored, int) and stored in REASONS:
        return None, REASONS[stored]
    return stored, None
