"""Reads rows of pupil measures: a used cell is a figure, a mark, or blank; anything else rejects the row."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

from inspection.data import load
from inspection.domain.periods import academic_year, parse_academic_year
from inspection.imports.kinds.columns import Columns, Reader
from inspection.imports.kinds.model import RowReader
from inspection.imports.kinds.ofsted.register import parse_urn
from inspection.imports.kinds.packing import pack
from inspection.imports.reading.cells import fold_word, parse_float, parse_int
from inspection.imports.reading.header import Header
from inspection.imports.reading.problems import RejectedRow

T = TypeVar("T")

VALUE: Final = "value"
MISSING: Final = "missing"


class Cell(NamedTuple):
    """A figure in the text form of the database, or None with the status that says why."""

    value: str | None
    status: str


BLANK: Final = Cell(None, MISSING)


class PupilRow(NamedTuple):
    """What a row says of its school: `measures` are packed (measure, value, status, cohort)."""

    urn: int
    year: str | None
    measures: tuple[str, ...]


@cache
def marks() -> dict[str, str]:
    """Return what files write in place of a figure, folded, with the status it stands for."""
    return {fold_word(mark): entry["code"] for entry in load("cell_statuses") for mark in entry.get("marks", ())}


@cache
def measures() -> dict[str, dict[str, Any]]:
    """Return the measures by code."""
    return {entry["code"]: entry for entry in load("measures")}


def figure_reader(lowest: float, highest: float) -> Callable[[str], Cell]:
    """Return a reader of a measure's cells: ValueError for what is neither a figure in range nor a known mark."""

    def read(cell: str) -> Cell:
        status = marks().get(fold_word(cell))
        if status is not None:
            return Cell(None, status)
        value = parse_float(cell)
        if not lowest <= value <= highest:
            raise ValueError("out of range")
        return Cell(repr(value + 0.0), VALUE)

    return read


def year_of(as_at: date) -> str:
    """Return the academic year that a file's date lies in."""
    month, day = load("terms")[0]["begins"]
    return academic_year(as_at, (month, day))


@cache
def earliest_year() -> str:
    """Return the first academic year that figures may be of."""
    (year,) = (str(entry["value"]) for entry in load("period_limits") if entry["code"] == "earliest_measures")
    return year


class PrivateReader(Reader[T]):
    """Reads cells that a rejection does not repeat: they may be figures, in whatever column a row puts them."""

    def read(self, cell: str) -> T | None:
        """Read a cell; raises RejectedRow that does not show it."""
        try:
            return super().read(cell)
        except RejectedRow as rejected:
            text = f"{self.title}: what stands there is {self.why}."
            raise RejectedRow(rejected.code, text, self.title) from None


def parse_cohort(cell: str) -> int | None:
    """Read a number of pupils; None for a mark. ValueError for anything else."""
    return None if fold_word(cell) in marks() else parse_int(cell)


class PupilReader(RowReader):
    """Reads rows of one file."""

    def __init__(self, kind: str, header: Header) -> None:
        columns = Columns(kind, header)
        self.columns = columns
        known = columns.known
        self._urn = PrivateReader(known["fields"]["urn"], parse_urn, "not a URN (six digits)", needed=True)
        self._urn_place = columns.place(known["fields"]["urn"])
        self._cohort = PrivateReader(known["fields"]["cohort"], parse_cohort, "not a number of pupils")
        self._cohort_place = columns.place(known["fields"]["cohort"])
        self._year = PrivateReader(
            known["fields"].get("year", ""), parse_academic_year, "not an academic year (2022/23)"
        )
        self._latest = ""
        self._year_place = columns.place(self._year.title)
        self._national = known["national"] or {}
        self._national_place = columns.place(self._national.get("column", ""))
        self._figures = [
            (code, columns.place(title), PrivateReader(title, figure_reader(*measures()[code]["range"]), _why(code)))
            for code, title in known["measures"].items()
            if title in header
        ]

    def dated(self, as_at: date) -> None:
        """Learn the date of the file, before its first row: its figures are of no later year than that lies in."""
        self._latest = year_of(as_at)

    def key(self, cells: Sequence[str]) -> int:
        """Return the URN; a row of no school is refused."""
        if self._national and [*cells, ""][self._national_place].strip() == self._national["value"]:
            title = self._national["column"]
            raise RejectedRow(
                "not_a_school", "The row is of England as a whole, not of a school.", title, self._national["value"]
            )
        return int(self._urn.read(cells[self._urn_place]) or 0)

    def read(self, cells: Sequence[str]) -> PupilRow:
        """Return the row's measures; raises RejectedRow for the first cell that cannot be read."""
        padded = [*cells, ""]
        year = self._year[padded[self._year_place]]
        if year is not None and not earliest_year() <= year <= self._latest:
            text = (
                f"{self._year.title}: the year is not one from {earliest_year()} to that of the file, {self._latest}."
            )
            raise RejectedRow("implausible_year", text, self._year.title)
        cohort = self._cohort[padded[self._cohort_place]]
        pupils = None if cohort is None else str(cohort)
        found = []
        for code, place, figures in self._figures:
            cell = figures[padded[place]] or BLANK
            found.append(pack([code, cell.value, cell.status, pupils]))
        return PupilRow(self.key(cells), year, tuple(found))

    def read_all(self, rows: Sequence[Sequence[str]]) -> Sequence[PupilRow]:
        """Return the records of several rows."""
        return [self.read(row) for row in rows]


def _why(code: str) -> str:
    lowest, highest = measures()[code]["range"]
    return f"neither a figure from {lowest:g} to {highest:g} nor a mark known"
