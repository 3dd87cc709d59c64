"""A row of the file: one school and the inspections it lists."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from inspection.imports.kinds.columns import Columns
from inspection.imports.kinds.model import RowReader
from inspection.imports.kinds.ofsted.blocks import Found, blocks_of
from inspection.imports.kinds.ofsted.dates import InspectionDates
from inspection.imports.kinds.ofsted.register import Register, RegisterReader
from inspection.imports.reading.header import Header
from inspection.imports.reading.problems import RejectedRow

CODE = "ofsted-latest-inspections"


class SchoolRow(NamedTuple):
    """What one row says."""

    urn: int
    register: Register
    inspections: tuple[Found, ...]


class OfstedReader(RowReader):
    """Reads rows of one file, by columns: in each, few values stand many times, and one question serves all rows.

    Raises UnreadableFile for a header that lacks what is required.
    """

    def __init__(self, header: Header) -> None:
        columns = Columns(CODE, header)
        self.columns = columns
        self._register = RegisterReader(columns)
        self._dates = InspectionDates()
        self._blocks = blocks_of(columns, self._dates)

    def left(self) -> list[str]:
        """Return the fields of the register, and by block those of inspections, that stay as they were."""
        return [*self.columns.left, *(f"{block.code}/{name}" for block in self._blocks for name in block.left)]

    def dated(self, as_at: date) -> None:
        """Learn the date of the file, before its first row."""
        self._dates.as_at = as_at

    def key(self, cells: Sequence[str]) -> int:
        """Return the school's URN."""
        return self._register.urn(cells)

    def read(self, cells: Sequence[str]) -> SchoolRow:
        """Return the school with its inspections."""
        (row,) = self.read_all([cells])
        return row

    def read_all(self, rows: Sequence[Sequence[str]]) -> list[SchoolRow]:
        """Return the schools with their inspections. A row alone is refused for its first value that cannot be read."""
        columns: list[Sequence[str]] = [*zip(*rows, strict=True), [""] * len(rows)]
        urns = [*map(self._register.urn, rows)]
        registers = self._register(columns, urns)
        found: list[list[Found]] = [[] for _ in rows]
        for block in self._blocks:
            for row, each in block(columns, urns):
                found[row].append(each)
        return [
            SchoolRow(urn, register, tuple(each) if len(each) < 2 else distinct(each))  # noqa: PLR2004 - one is itself
            for urn, register, each in zip(urns, registers, found, strict=True)
        ]


def distinct(found: Sequence[Found]) -> tuple[Found, ...]:
    """Return one of each inspection: an ungraded one that became graded is listed under one number in two blocks.

    Raises RejectedRow where two blocks of the same kind speak differently of one inspection.
    """
    kept: dict[str, Found] = {}
    for each in found:
        identity = each.number or each.starts_on
        known = kept.setdefault(identity, each)
        if known is each or known == each:
            continue
        if known.kind == each.kind:
            raise RejectedRow("contradiction", f"The row speaks twice, and differently, of the inspection {identity}.")
        if known.kind == "ungraded":
            kept[identity] = each
    return tuple(kept.values())
