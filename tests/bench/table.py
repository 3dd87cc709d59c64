"""What a bench says: a measured figure, the floor beside it, and their ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One comparison. `ours` and `floor` are medians in `unit`; more is better for what is per second, less for others.

    `aim` is what the ratio should be.
    """

    title: str
    unit: str
    ours: float
    floor: float
    against: str
    aim: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.floor if self.floor else float("inf")


def show(lines: Sequence[Line]) -> str:
    """The lines as a table."""
    rows = [("what", "ours", "floor", "unit", "ratio", "aim", "floor is")]
    rows += [
        (one.title, f"{one.ours:.2f}", f"{one.floor:.2f}", one.unit, f"{one.ratio:.2f}", one.aim, one.against)
        for one in lines
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
