"""From rows of official measures to the families of figures that suppression reasons about."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from inspection.dashboards.measures import Measure, measures, threshold
from inspection.domain.suppression import Family, Figure, hide, pupils_of

VALUE = "value"
SUPPRESSED = "suppressed"


class Cell(NamedTuple):
    """A figure of one school and year as a file gave it."""

    measure: str
    value: float | None
    cohort: int | None


def hidden_codes(cells: Sequence[Cell], roll: int | None) -> frozenset[str]:
    """Return the measures of one school and year that must not be shown.

    A share of the roll is reckoned with the register's roll where the file gives no cohort; without either it is not
    shown. A file that publishes figures of an unknown cohort has suppressed them itself.
    """
    told = [(measures()[cell.measure], cell) for cell in cells if cell.value is not None]
    unknown = {cell.measure for _, cell in told if _is_of_unknown_whole(cell, roll)}
    families = _families((measure, cell, _whole(measure, cell, roll)) for measure, cell in told)
    return hide(families, threshold()).codes | unknown


def _is_of_unknown_whole(cell: Cell, roll: int | None) -> bool:
    """Tell whether nothing says of how many pupils a share of the roll is."""
    measure = measures()[cell.measure]
    return measure.base == "roll" and _whole(measure, cell, roll) is None


def _whole(measure: Measure, cell: Cell, roll: int | None) -> int | None:
    if measure.base == "unknown":
        return None
    return cell.cohort if cell.cohort is not None or measure.base != "roll" else roll


def _families(told: Iterable[tuple[Measure, Cell, int | None]]) -> list[Family]:
    found: dict[tuple[str, int], list[tuple[Measure, Cell]]] = {}
    for measure, cell, whole in told:
        if whole is not None:
            found.setdefault((measure.family, whole), []).append((measure, cell))
    return [_family(name, whole, members) for (name, whole), members in found.items()]


def _family(name: str, whole: int, members: Sequence[tuple[Measure, Cell]]) -> Family:
    counted = [(measure, cell.value) for measure, cell in members if measure.of == "pupils" and cell.value is not None]
    figures = [Figure(each.code, *pupils_of(value, whole, each.decimals)) for each, value in counted]
    others = tuple(measure.code for measure, _ in members if measure.of != "pupils")
    return Family(name, whole, members[0][0].relation, tuple(figures), others)
