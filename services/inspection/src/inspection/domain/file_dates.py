"""The date a file speaks for, from its name, as the official downloads carry it."""

import re
from datetime import date
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO: Final = re.compile(r"(?<!\d)(20\d{2})-(\d{2})-(\d{2})(?!\d)")
_COMPACT: Final = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
_WORDS: Final = re.compile(r"(?<!\d)(\d{1,2})[ _-]+([a-z]{3,9})[ _-]+(20\d{2})(?!\d)", re.IGNORECASE)


def date_in(file_name: str) -> date | None:
    """Return the date in a file's name (2025-08-31, 20250831 or 31_August_2025); None without one, or with several."""
    found = {day for day in _candidates(file_name) if day is not None}
    return found.pop() if len(found) == 1 else None


def _candidates(file_name: str) -> list[date | None]:
    numbers = [match.groups() for pattern in (_ISO, _COMPACT) for match in pattern.finditer(file_name)]
    words = [(year, _month(month), day) for day, month, year in _WORDS.findall(file_name)]
    return [_day(int(year), int(month), int(day)) for year, month, day in [*numbers, *words]]


def _month(word: str) -> int:
    start = word[:3].lower()
    return _MONTHS.index(start) + 1 if start in _MONTHS else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
