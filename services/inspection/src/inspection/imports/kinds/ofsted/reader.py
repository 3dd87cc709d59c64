"""A row of the file: one school and the inspections it lists."""

from collections.abc import Sequence
from typing import NamedTuple

from inspection.imports.kinds.columns import Columns
from inspection.imports.kinds.ofsted.blocks import Found, blocks_of
from inspection.imports.kinds.ofsted.register import Register, RegisterReader
from inspection.imports.reading.header import Header
from inspection.imports.reading.problems import RejectedRow

CODE = "ofsted-latest-inspections"


class SchoolRow(NamedTuple):
    """What one row says."""

    urn: int
    register: Register
    inspections: tuple[Found, ...]


class OfstedReader:
    """Reads rows of one file. Raises UnreadableFile for a header that lacks what is required."""

    def __init__(self, header: Header) -> None:
        columns = Columns(CODE, header)
        self.drift = columns.drift
        self._register = RegisterReader(columns)
        self._blocks = blocks_of(columns)

    def key(self, cells: Sequence[str]) -> int:
        """Return the school's URN."""
        return self._register.urn(cells)

    def read(self, cells: Sequence[str]) -> SchoolRow:
        """Return the school with its inspections."""
        padded = [*cells, ""]
        urn = self._register.urn(padded)
        register = self._register(padded, urn)
        text = str(urn)
        found = [each for block in self._blocks if (each := block(padded, urn, text)) is not None]
        return SchoolRow(urn, register, tuple(found) if len(found) < 2 else distinct(found))  # noqa: PLR2004 - one is itself


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
