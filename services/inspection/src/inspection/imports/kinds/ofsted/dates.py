"""Dates of inspections: those that cannot be right are refused, those that are odd are kept with a warning."""

from collections.abc import Sequence
from datetime import date
from operator import lt
from typing import Final

from inspection.imports.limits import limit
from inspection.imports.reading.cells import parse_date
from inspection.imports.reading.problems import RejectedRow

STARTS_AFTER_FILE: Final = "starts_after_file"
PUBLISHED_BEFORE_START: Final = "published_before_start"


class InspectionDates:
    """What a file can tell of inspections' dates. `as_at` is its own; while that is None no date is too late."""

    def __init__(self, as_at: date | None = None) -> None:
        figures = limit("inspection_dates")
        self.as_at = as_at
        self._earliest = date.fromisoformat(figures["earliest"])
        self._days_after = int(figures["days_after_file"])

    def read(self, title: str, cell: str) -> date:
        """Read a date. Raises ValueError for what is none, RejectedRow for one that cannot be right."""
        day = parse_date(cell)
        if day < self._earliest:
            why = f"before Ofsted began ({self._earliest:%d/%m/%Y})"
        elif self.as_at is not None and (day - self.as_at).days > self._days_after:
            why = f"more than {self._days_after} days after the date of the file ({self.as_at:%d/%m/%Y})"
        else:
            return day
        raise RejectedRow("implausible_date", f"{title}: {cell.strip()} is {why}.", title, cell.strip())

    def doubts(self, starts: Sequence[str], published: Sequence[str | None]) -> dict[int, tuple[str, ...]]:
        """Return the codes of what is odd about some of many inspections' dates (ISO), by place.

        One that begins after the date of the file is announced or mistyped: it is kept, and the next file settles it.
        """
        after = date.max.isoformat() if self.as_at is None else self.as_at.isoformat()
        ended = [day or start for day, start in zip(published, starts, strict=True)]
        if max(starts, default="") <= after and not any(map(lt, ended, starts)):
            return {}
        found = {
            place: (*([STARTS_AFTER_FILE] if start > after else []), *([PUBLISHED_BEFORE_START] if end < start else []))
            for place, (start, end) in enumerate(zip(starts, ended, strict=True))
        }
        return {place: codes for place, codes in found.items() if codes}
