"""Which framework an inspection falls under: its start date decides, nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

REPORT_CARD = "report-card-2025"
UNGRADED = "ungraded"


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework for graded inspections that start from `first` to `last`, both included (None: open)."""

    code: str
    first: date | None
    last: date | None
    has_overall: bool

    def covers(self, day: date) -> bool:
        """Tell whether an inspection that starts on this day falls under this framework."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def framework_for(starts_on: date, frameworks: Iterable[Framework]) -> Framework:
    """Return the framework of a graded inspection of a school; every day has exactly one."""
    (framework,) = (each for each in frameworks if each.covers(starts_on))
    return framework
