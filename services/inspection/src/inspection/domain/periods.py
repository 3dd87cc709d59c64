"""Academic years and terms: how they are written, when they begin."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_YEAR: Final = re.compile(r"(\d{4})[-/](\d{2})")


def academic_year(day: date, first: tuple[int, int]) -> str:
    """Return the academic year that a day lies in, as `2022-23`; `first` is the (month, day) it begins with."""
    began = day.year if (day.month, day.day) >= first else day.year - 1
    return f"{began}-{(began + 1) % 100:02d}"


def parse_academic_year(text: str) -> str:
    """Read `2022-23` or `2022/23` and return the former. Raises ValueError for anything else."""
    match = _YEAR.fullmatch(text.strip())
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        raise ValueError("not an academic year")
    return f"{match[1]}-{match[2]}"


@dataclass(frozen=True, slots=True)
class Term:
    """A term of every academic year: `begins` is its (month, day)."""

    code: str
    label: str
    begins: tuple[int, int]

    def first_day(self, year: str, first: tuple[int, int]) -> date:
        """Return the day it begins on in an academic year that begins with `first`."""
        began = int(year[:4])
        return date(began if self.begins >= first else began + 1, *self.begins)
