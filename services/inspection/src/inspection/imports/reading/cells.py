"""Single cells: what counts as nothing, and strict readings of numbers, dates and codes."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import eq
from typing import Final, TypeVar

from inspection.imports.limits import limit
from inspection.imports.reading.problems import RejectedRow

T = TypeVar("T")

NOTHING: Final = frozenset({"", "NULL", "Null", "null"})
_DAY_FIRST: Final = re.compile(r"(\d{2})([/-])(\d{2})\2(\d{4})", re.ASCII)
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")
_SHOWN: Final = 200
LONGEST_TEXT: Final = 500
LONGEST_IDENTIFIER: Final = 10
MONTHS: Final = 12
YEARS: Final = range(limit("years")["first"], limit("years")["last"] + 1)
MOST_DIGITS: Final = 9
"""So many every integer column of the database takes."""


def blank(cell: str) -> bool:
    """Tell whether a cell says nothing: empty, white space or NULL."""
    return cell in NOTHING or cell.strip() in NOTHING


def parse_date(cell: str) -> date:
    """Read dd/mm/yyyy, dd-mm-yyyy or yyyy-mm-dd. Raises ValueError for anything else, and for a year beyond `YEARS`."""
    text = cell.strip()
    if match := _DAY_FIRST.fullmatch(text):
        day, _, month, year = match.groups()
    elif match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    else:
        raise ValueError("not a date")
    if int(year) not in YEARS:
        raise ValueError("no year of a school")
    return date(int(year), int(month), int(day))


def is_month_first(cell: str) -> bool:
    """Tell whether a cell is no date as `parse_date` reads it, but would be one with the month before the day."""
    match = _DAY_FIRST.fullmatch(cell.strip())
    if match is None:
        return False
    month, _, day, year = map(str, match.groups())
    return int(month) <= MONTHS < int(day) and _is_date(int(year), int(month), int(day))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def parse_int(cell: str) -> int:
    """Read a whole number from 0 to 999,999,999. Raises ValueError for anything else."""
    text = cell.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS:
        raise ValueError("not a whole number")
    return int(text)


def parse_float(cell: str) -> float:
    """Read a decimal number. Raises ValueError for anything else, `nan` and `inf` too."""
    if not _DECIMAL.fullmatch(cell.strip()):
        raise ValueError("not a number")
    return float(cell)


def parse_yes_no(cell: str) -> bool:
    """Read Yes or No in any case. Raises ValueError for anything else."""
    text = cell.strip().casefold()
    if text not in {"yes", "no"}:
        raise ValueError("neither Yes nor No")
    return text == "yes"


def parse_digits(cell: str) -> str:
    """Read an identifier of up to ten digits, leading zeros kept. Raises ValueError for anything else."""
    text = cell.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_IDENTIFIER:
        raise ValueError("not digits")
    return text


def parse_text(cell: str) -> str:
    """Read a text of sensible length. Raises ValueError for a longer one, or control characters."""
    text = cell.strip()
    if not text:
        raise ValueError("nothing")
    if len(text) > LONGEST_TEXT or not (text.isprintable() or _CONTROL.search(text) is None):
        raise ValueError("too long")
    return text


def plain_texts(cells: Sequence[str]) -> bool:
    """Tell whether `parse_text` would return every one of these cells just as it is: one question for a column."""
    return (
        NOTHING.isdisjoint(cells)
        and all(map(str.isprintable, cells))
        and max(map(len, cells), default=0) <= LONGEST_TEXT
        and all(map(eq, cells, map(str.strip, cells)))
    )


def plain_digits(cells: Sequence[str], length: int) -> bool:
    """Tell whether `parse_digits` would return every one of these cells just as it is, with this length."""
    return all(map(str.isdigit, cells)) and all(map(str.isascii, cells)) and {*map(len, cells)} <= {length}


def look_up(table: Mapping[str, T]) -> Callable[[str], T]:
    """Return a reader of codes; the table's keys are folded by `fold_word`. Raises ValueError for what is not there."""

    def read(cell: str) -> T:
        try:
            return table[fold_word(cell)]
        except KeyError:
            raise ValueError("not one of the values known") from None

    return read


def fold_word(word: str) -> str:
    """Return a value with case and white space folded, for comparing it with the values known."""
    return " ".join(word.split()).casefold()


def unreadable(column: str, cell: str, why: str) -> RejectedRow:
    """Return the rejection of a row for a cell that cannot be read."""
    shown = cell.strip()[:_SHOWN]
    return RejectedRow("unreadable_value", f"{column}: {shown!r} is {why}.", column, shown)


def required(column: str) -> RejectedRow:
    """Return the rejection of a row for a cell that must not be empty."""
    return RejectedRow("missing_value", f"{column}: a value is required.", column, None)
