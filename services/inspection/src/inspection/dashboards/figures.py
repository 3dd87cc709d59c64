"""From rows of official measures to the families of figures that suppression reasons about."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from inspection.dashboards.measures import Measure, measures, threshold
from inspection.domain.suppression import Family, Figure, hide, pupils_of

VALUE = "value"
SUPPRESSED = "suppressed"
ROLL = "roll"


class Cell(NamedTuple):
    """A figure of one school and year as a file gave it."""

    measure: str
    value: float | None
    cohort: int | None


def hidden_codes(cells: Sequence[Cell], roll: int | None) -> frozenset[str]:
    """Return the measures of one school and year that must not be shown.

    A share of the roll is reckoned with the cohort of the file and with the register's roll, since both may be known to
    whoever reads it, and is shown where neither gives few pupils away; without either it is not shown. A file that
    publishes figures of an unknown cohort has suppressed them itself. An estimate, the share of the roll, is one of the
    numbers that the share may stand for, and may be told where the share may.
    """
    told = [(measures()[cell.measure], cell) for cell in cells if cell.value is not None]
    unknown = {cell.measure for measure, cell in told if measure.base == ROLL and not _wholes(measure, cell, roll)}
    families = _families((measure, cell, whole) for measure, cell in told for whole in _wholes(measure, cell, roll))
    return hide(families, threshold()).codes | unknown


def _wholes(measure: Measure, cell: Cell, roll: int | None) -> set[int]:
    """Return every number of pupils that a figure may be taken to be a share of."""
    if measure.base == "unknown":
        return set()
    return {whole for whole in (cell.cohort, roll if measure.base == ROLL else None) if whole is not None}


def _families(told: Iterable[tuple[Measure, Cell, int]]) -> list[Family]:
    found: dict[tuple[str, int], list[tuple[Measure, Cell]]] = {}
    for measure, cell, whole in told:
        found.setdefault((measure.family, whole), []).append((measure, cell))
    return [_family(name, whole, members) for (name, whole), members in found.items()]


def _family(name: str, whole: int, members: Sequence[tuple[Measure, Cell]]) -> Family:
    counted = [(measure, cell.value) for measure, cell in members if measure.of == "pupils" and cell.value is not None]
    figures = [Figure(each.code, *pupils_of(value, whole, each.decimals)) for each, value in counted]
    others = tuple(measure.code for measure, _ in members if measure.of != "pupils")
    return Family(name, whole, members[0][0].relation, tuple(figures), others)
