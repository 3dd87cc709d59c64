"""From rows of official measures to the families of figures that suppression reasons about."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from math import ceil, floor
from typing import NamedTuple

from inspection.dashboards.measures import Measure, measures, persistent_from, roll_may_be, threshold
from inspection.domain.suppression import Family, Figure, Interval, hide, is_safe, pupils_of, tells_of_absentees

VALUE = "value"
SUPPRESSED = "suppressed"
ROLL = "roll"


class Cell(NamedTuple):
    """A figure of one school and year as a file gave it."""

    measure: str
    value: float | None
    cohort: int | None


def hidden_codes(cells: Sequence[Cell], rolls: Collection[int]) -> frozenset[str]:
    """Return the measures of one school and year that must not be shown.

    `rolls`: all numbers of pupils on roll that the register has told of the school. A share of the roll is reckoned
    with the cohort of the file and with each of them, since all may be known to whoever reads it, and is shown where
    none gives few pupils away; without any it is not shown. Where the file gives no cohort, the roll that the share is
    of may be further off: as much less or more as `suppression.json` allows. Results without a cohort are told as their
    publisher suppressed them, save where no roll is known that is more than a few. What is `within` a hidden figure is
    hidden too, and a share of sessions that narrows down a few, persistently absent or not, where the share of these is
    not shown itself. An estimate, the share of the roll, is one of the numbers that the share may stand for, and may be
    told where the share may.
    """
    told = [(measures()[cell.measure], cell) for cell in cells if cell.value is not None]
    many = max(rolls, default=0) >= threshold()
    unknown = {
        measure.code
        for measure, cell in told
        if not (many if _is_result(measure, cell) else _wholes(measure, cell, rolls))
    }
    families = _families((measure, cell, whole) for measure, cell in told for whole in _wholes(measure, cell, rolls))
    hidden = frozenset(unknown).union(*(hide([family], threshold()).codes for family in families))
    shown = {(cell.measure, cell.cohort) for _, cell in told if cell.measure not in hidden}
    hidden |= {
        measure.code
        for measure, cell in told
        if (measure.absentees, cell.cohort) not in shown and _tells_absentees(measure, cell, rolls)
    }
    return hidden | {measure.code for measure, _ in told if measure.within in hidden}


def _is_result(measure: Measure, cell: Cell) -> bool:
    """Tell whether it is a result of a year group of which the file gives no number."""
    return measure.base != ROLL and cell.cohort is None


def _tells_absentees(measure: Measure, cell: Cell, rolls: Collection[int]) -> bool:
    wholes = _wholes(measure, cell, rolls)
    if not wholes:
        return False
    ranges = [(min(wholes), max(wholes))] if cell.cohort is None else [(whole, whole) for whole in wholes]
    return any(tells_absentees(measure, cell.value or 0.0, each) for each in ranges)


def tells_absentees(measure: Measure, value: float, wholes: Interval) -> bool:
    """Tell whether a share of the sessions of so many pupils narrows down a few, persistently absent or not."""
    if measure.of != "sessions":
        return False
    missed, half = (value if measure.missed else 100 - value), 0.5 * 10.0 ** -decimals_of(measure, value)
    return tells_of_absentees((missed - half, missed + half), wholes, persistent_from(), threshold())


def decimals_of(measure: Measure, value: float) -> int:
    """Return how many decimals a figure is told with: those of its measure, or as many more as it was sent with."""
    sent = Decimal(str(value)).normalize().as_tuple().exponent
    return max(measure.decimals, -int(sent))


def leaves_no_few(cell: Cell, rolls: Collection[int], count: int) -> bool:
    """Tell whether a number of pupils who are all among those of an official share leaves no few of these.

    The share is taken of the file's cohort and of every roll that is known. As many or more is no contradiction, since
    the two are of different days.
    """
    wholes = {*rolls, *(() if cell.cohort is None else (cell.cohort,))}
    value = cell.value or 0.0
    decimals = decimals_of(measures()[cell.measure], value)
    outer = [pupils_of(value, whole, decimals) for whole in wholes]
    return all(is_safe((low - count, high - count), threshold()) for low, high in outer)


def _wholes(measure: Measure, cell: Cell, rolls: Collection[int]) -> set[int]:
    """Return the numbers of pupils that a figure may be taken to be a share of: of a range, its ends; of results none.

    Of shares of pupils nothing is hidden between the ends that is not hidden at one of them: with a whole of one or
    more grow the fewest pupils that a share may stand for, what they leave, and the most that a share of none may.
    """
    if cell.cohort is not None:
        return {cell.cohort, *rolls} if measure.base == ROLL else {cell.cohort}
    if measure.base != ROLL or not rolls:
        return set()
    least, most = roll_may_be()
    return {max(1, floor(min(rolls) * least)), ceil(max(rolls) * most)}


def _families(told: Iterable[tuple[Measure, Cell, int]]) -> list[Family]:
    found: dict[tuple[str, int], list[tuple[Measure, Cell]]] = {}
    for measure, cell, whole in told:
        for name in filter(None, (measure.family, measure.also)):
            found.setdefault((name, whole), []).append((measure, cell))
    return [_family(name, whole, members) for (name, whole), members in found.items()]


def _family(name: str, whole: int, members: Sequence[tuple[Measure, Cell]]) -> Family:
    counted = [(measure, cell.value) for measure, cell in members if measure.of == "pupils" and cell.value is not None]
    figures = [
        Figure(each.code, *pupils_of(value, whole, decimals_of(each, value)), each.rank) for each, value in counted
    ]
    others = tuple(measure.code for measure, _ in members if measure.of != "pupils")
    return Family(name, whole, members[0][0].relation, tuple(figures), others)
