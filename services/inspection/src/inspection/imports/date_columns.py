"""Columns of dates that are written otherwise than is read: a file with too many of them is not loaded.

Where a program writes the month first, a day up to the twelfth is read with day and month exchanged, and nothing about
it is odd: only the other days of the same column tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from inspection.imports.kinds.columns import Columns
from inspection.imports.limits import beyond, limit
from inspection.imports.reading.cells import blank, is_month_first, parse_date
from inspection.imports.reading.problems import RejectedRow, UnreadableFile
from inspection.imports.reading.table import Table

LIMITS: Final = ("month_first_dates", "unreadable_dates")


@dataclass(slots=True)
class _Dates:
    """What the cells of one column are; `first` is the first one that is no date, with its line."""

    title: str
    place: int
    written: int = 0
    unreadable: int = 0
    month_first: int = 0
    first: tuple[str, int] | None = None

    def take(self, cell: str, line: int) -> None:
        if blank(cell):
            return
        self.written += 1
        try:
            parse_date(cell)
        except ValueError:
            self.unreadable += 1
            self.month_first += is_month_first(cell)
            self.first = self.first or (cell.strip(), line)


def refuse_dates(file: BinaryIO, columns: Columns, refused: Sequence[str | None]) -> None:
    """Raise UnreadableFile where many dates of a column cannot be read, or would only be dates with the month first.

    `refused` are the columns that rows were refused for. Where dates are among them the file is read anew, for a row is
    refused for its first cell that cannot be read. The limits are those of `LIMITS` in `data/import_limits.json`.
    """
    if sum(title in columns.dates for title in refused) <= min(int(limit(code)["few"]) for code in LIMITS):
        return
    table = Table(file, columns.kind)
    found = [_Dates(title, place) for title in columns.dates if (place := table.header.place(title)) is not None]
    for line, cells in _rows(table):
        for dates in found:
            dates.take(cells[dates.place], line)
    for dates in found:
        for code, count in zip(LIMITS, (dates.month_first, dates.unreadable), strict=True):
            if beyond(code, count, dates.written):
                raise UnreadableFile(code, _told(dates))


def _rows(table: Table) -> Iterator[tuple[int, Sequence[str]]]:
    for _, record in table.rows():
        try:
            yield record.line, table.cells(record)
        except RejectedRow:
            continue


def _told(dates: _Dates) -> str:
    assert dates.first is not None  # noqa: S101 - some are unreadable
    cell, line = dates.first
    exchanged = f", and {dates.month_first} of them would be dates with the month first" if dates.month_first else ""
    return (
        f"{dates.title}: {dates.unreadable} of {dates.written} dates cannot be read{exchanged}; the first is"
        f" {cell[:20]!r} on line {line}. Save the file with dates as dd/mm/yyyy or yyyy-mm-dd."
    )
