"""Which figures of groups of schools may be shown beside the schools' own, so that no hidden cell can be worked out.

A group's figure and those of its schools that are shown tell the sum over its hidden schools. A figure is held back
where too few hidden schools stand behind it, where the sum leaves one of them too little room, or where figures of
several groups together do: sums and differences of groups are all combinations of their rows, so rows are reduced
(Gauss and Jordan, exactly); a cell is determined if and only if a reduced row holds that cell alone. Sources: ADR 0014.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

Group = TypeVar("Group", bound=Hashable)
Row = dict[int, "int | Fraction"]
"""Weights by cell: whole numbers as long as they are, which is nearly always, and much quicker."""


@dataclass(frozen=True, slots=True)
class HiddenCell:
    """A school's cell that is not shown: its figure times its weight in sums, and what is known of it from outside."""

    amount: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Told:
    """A group's figure: its hidden schools, and between which bounds it tells their sum to lie, as it is rounded."""

    hidden: Collection[int]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Limits:
    """`fewest` hidden cells behind one figure; share of what is possible of a cell that must stay possible."""

    fewest: int
    least_uncertainty: float


def held_back(groups: Mapping[Group, Told], cells: Mapping[int, HiddenCell], limits: Limits) -> set[Group]:
    """Return the groups whose figure must not be shown; their hidden schools are keys of `cells`.

    A figure so rounded that all that is possible of its hidden schools agrees with it tells nothing of them.
    """
    told = {group: frozenset(figure.hidden) for group, figure in groups.items() if not _tells_nothing(figure, cells)}
    held = {group for group, members in told.items() if not _leaves_room(_sum_of(members), cells, limits)}
    while True:
        rows = _reduced({group: members for group, members in told.items() if group not in held})
        bad = next((made for row, made in rows if not _leaves_room(row, cells, limits)), None)
        if bad is None:
            return held
        held.add(min(bad, key=lambda group: (len(told[group]), repr(group))))


def _tells_nothing(figure: Told, cells: Mapping[int, HiddenCell]) -> bool:
    hidden = [cells[key] for key in figure.hidden]
    if not hidden:
        return True
    return figure.low <= sum(cell.low for cell in hidden) and sum(cell.high for cell in hidden) <= figure.high


def _sum_of(members: Collection[int]) -> Row:
    return dict.fromkeys(members, 1)


def _leaves_room(row: Row, cells: Mapping[int, HiddenCell], limits: Limits) -> bool:
    """Tell whether a known combination of hidden cells leaves each of them as open as it must be."""
    if len(row) < limits.fewest:
        return False
    total = sum(float(weight) * cells[key].amount for key, weight in row.items())
    ends = {key: _ends(float(weight), cells[key]) for key, weight in row.items()}
    least, most = sum(low for low, _ in ends.values()), sum(high for _, high in ends.values())
    return all(
        min(high, total - (least - low)) - max(low, total - (most - high)) >= limits.least_uncertainty * (high - low)
        for low, high in ends.values()
    )


def _ends(weight: float, cell: HiddenCell) -> tuple[float, float]:
    low, high = weight * cell.low, weight * cell.high
    return (low, high) if low <= high else (high, low)


def _reduced(groups: Mapping[Group, Collection[int]]) -> list[tuple[Row, frozenset[Group]]]:
    """Return the reduced row echelon form of the groups' rows, each with the groups it is made from."""
    pivots: dict[int, _Reduced[Group]] = {}
    holders: dict[int, set[int]] = {}
    for group, members in sorted(groups.items(), key=lambda item: (len(item[1]), repr(item[0]))):
        added = _Reduced(_sum_of(members), frozenset({group}))
        for key in [key for key in added.row if key in pivots]:
            added.subtract(pivots[key], key)
        if not added.row:
            continue
        pivot = min(added.row)
        added.scale(pivot)
        for other in holders.get(pivot, set()).copy():
            before = set(pivots[other].row)
            pivots[other].subtract(added, pivot)
            _note(holders, other, before, set(pivots[other].row))
        pivots[pivot] = added
        _note(holders, pivot, set(), set(added.row))
    return [(reduced.row, reduced.made) for reduced in pivots.values()]


def _note(holders: dict[int, set[int]], pivot: int, before: set[int], after: set[int]) -> None:
    """Keep up which reduced rows hold which cell."""
    for key in before - after:
        holders[key].discard(pivot)
    for key in after - before:
        holders.setdefault(key, set()).add(pivot)


@dataclass(slots=True)
class _Reduced(Generic[Group]):
    """A row on its way through the reduction."""

    row: Row
    made: frozenset[Group]

    def scale(self, pivot: int) -> None:
        """Make the pivot's weight one."""
        weight = self.row[pivot]
        if weight == -1:
            self.row = {key: -value for key, value in self.row.items()}
        elif weight != 1:
            self.row = {key: Fraction(value) / weight for key, value in self.row.items()}

    def subtract(self, other: "_Reduced[Group]", key: int) -> None:
        """Take the other row away as often as makes `key` vanish."""
        times = self.row.get(key)
        if not times:
            return
        for each, weight in other.row.items():
            left = self.row.get(each, 0) - times * weight
            if left:
                self.row[each] = left
            else:
                self.row.pop(each, None)
        self.made |= other.made
