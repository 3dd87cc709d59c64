"""Figures of areas, England and schools of like intake: made anew when an import changes what they come from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, NamedTuple

from sqlalchemy import Connection

from inspection.dashboards import repository
from inspection.dashboards.figures import (
    SUPPRESSED,
    VALUE,
    Cell,
    hidden_cell,
    hidden_codes,
    is_of_unknown_whole,
)
from inspection.dashboards.measures import area_of, codes_of, levels, limits, measures, phases_of
from inspection.dashboards.repository import SchoolCell
from inspection.domain.group_suppression import HiddenCell, Told, held_back
from inspection.reference.service import codes

REGISTER_KINDS: Final = frozenset({"ofsted-latest-inspections", "gias-establishments"})
"""Kinds of file that may change a school's area, phase, fifth, roll or status."""


class Area(NamedTuple):
    """A group of schools: a level and one area of it."""

    level: str
    area: str


@dataclass(slots=True)
class _Sum:
    """What is added up of one group: each pupil counts once where every cohort is known, else each school."""

    counted: bool
    amount: float = 0.0
    weight: int = 0
    schools: int = 0
    hidden: set[int] = field(default_factory=set)

    def add(self, cell: SchoolCell, *, hidden: bool) -> None:
        weight = cell.cohort if self.counted and cell.cohort else 1
        self.amount += cell.value * weight
        self.weight += weight
        self.schools += 1
        if hidden:
            self.hidden.add(cell.urn)

    @property
    def value(self) -> float:
        """The mean."""
        return self.amount / self.weight


def refresh(connection: Connection, kind: str, source_id: int) -> None:
    """Make the comparisons anew that an import of this kind may have changed, in the import's transaction."""
    if kind in REGISTER_KINDS:
        for period in repository.periods(connection):
            _refresh(connection, list(measures()), period)
    elif measured := codes_of(kind):
        for period in repository.periods(connection, source_id):
            _refresh(connection, measured, period)


def _refresh(connection: Connection, measured: Sequence[str], period: str) -> None:
    known = repository.school_cells(connection, measured, period, codes().open_statuses)
    # a share that nobody may see, since its roll is unknown, is left out: it need not be protected then
    cells = [each for each in known if not is_of_unknown_whole(_given(each), each.pupils)]
    repository.replace_comparisons(connection, measured, period, list(_rows(cells, period)))


def _rows(cells: Sequence[SchoolCell], period: str) -> Iterator[tuple[object, ...]]:
    """Yield the rows of `measure_comparisons` of one year."""
    hidden = _hidden(cells)
    found: dict[tuple[str, str], list[SchoolCell]] = {}
    for cell in cells:
        found.setdefault((cell.measure, phases_of()[cell.phase]), []).append(cell)
    for (measure, phases), members in found.items():
        for area, total, told in _figures(members, hidden):
            value = round(total.value, measures()[measure].decimals) if told else None
            weighting = "pupils" if total.counted else "schools"
            status = VALUE if told else SUPPRESSED
            yield (measure, period, phases, *area, value, status, total.schools, weighting)


def _hidden(cells: Sequence[SchoolCell]) -> set[tuple[int, str]]:
    """Return (URN, measure) of the schools' cells that are not shown; the cells come by school."""
    hidden: set[tuple[int, str]] = set()
    for urn, group in groupby(cells, lambda cell: cell.urn):
        members = list(group)
        hidden.update((urn, code) for code in hidden_codes([*map(_given, members)], members[0].pupils))
    return hidden


def _given(cell: SchoolCell) -> Cell:
    return Cell(cell.measure, cell.value, cell.cohort)


def _figures(cells: Sequence[SchoolCell], hidden: set[tuple[int, str]]) -> Iterator[tuple[Area, _Sum, bool]]:
    """Yield each group of one measure and phase with its sum, and whether its figure may be shown."""
    counted = all(cell.cohort for cell in cells)
    sums: dict[Area, _Sum] = {}
    for cell in cells:
        unseen = (cell.urn, cell.measure) in hidden
        placed = cell._asdict()
        for level in levels():
            area = area_of(level, placed)
            if area is not None:
                sums.setdefault(Area(level["code"], area), _Sum(counted)).add(cell, hidden=unseen)
    kept = {
        cell.urn: hidden_cell(_given(cell), cell.pupils, float(cell.cohort or 1) if counted else 1.0)
        for cell in cells
        if (cell.urn, cell.measure) in hidden
    }
    told = {group: _told(total, kept, measures()[cells[0].measure].decimals) for group, total in sums.items()}
    held = held_back(told, kept, limits())
    for group, total in sums.items():
        yield group, total, group not in held


def _told(total: _Sum, cells: Mapping[int, HiddenCell], decimals: int) -> Told:
    """Return between which bounds a rounded mean and the schools that are shown tell the sum of the hidden ones."""
    half = 0.5 * 10.0**-decimals * total.weight
    amount = sum(cells[urn].amount for urn in total.hidden)
    off = (round(total.value, decimals) - total.value) * total.weight
    return Told(total.hidden, amount + off - half, amount + off + half)
