"""Figures of areas, England and schools of like intake: made anew when an import changes what they come from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from sqlalchemy import Connection

from inspection.dashboards import repository
from inspection.dashboards.figures import SUPPRESSED, VALUE, Cell, hidden_codes
from inspection.dashboards.measures import area_of, codes_of, levels, measures, phases_of
from inspection.dashboards.repository import SchoolCell
from inspection.dashboards.rule import rule
from inspection.reference.service import codes

REGISTER_KINDS: Final = frozenset({"ofsted-latest-inspections", "gias-establishments"})
"""Kinds of file that may change a school's area, phase, fifth, roll or status."""


class Area(NamedTuple):
    """A group of schools: a level and one area of it."""

    level: str
    area: str


@dataclass(slots=True)
class _Mean:
    """The mean of one group: each pupil counts once where every cohort is known, else each school."""

    counted: bool
    amount: float = 0.0
    weight: int = 0
    schools: int = 0

    def add(self, cell: SchoolCell) -> None:
        weight = cell.cohort if self.counted and cell.cohort else 1
        self.amount += cell.value * weight
        self.weight += weight
        self.schools += 1

    def told(self, decimals: int) -> tuple[float | None, str]:
        """Return the value and its status; no figure where every school's own is hidden."""
        return (round(self.amount / self.weight, decimals), VALUE) if self.schools else (None, SUPPRESSED)


def refresh(connection: Connection, kind: str, source_id: int) -> None:
    """Decide and make anew what an import of this kind may have changed, in the import's transaction."""
    if kind in REGISTER_KINDS:
        periods = repository.periods(connection)
    else:
        periods = repository.periods(connection, source_id) if codes_of(kind) else []
    for period in periods:
        refresh_year(connection, period)


def stale_periods(connection: Connection) -> list[str]:
    """Return the academic years of which something is stored under another rule than the present one."""
    return repository.stale_periods(connection, rule())


def refresh_year(connection: Connection, period: str) -> None:
    """Decide which figures of a year may be told, and make its comparisons anew."""
    measured = list(measures())
    cells = decide(connection, measured, period)
    rows = [(*row, rule()) for row in _rows([cell for cell in cells if cell.status in codes().open_statuses], period)]
    repository.replace_comparisons(connection, measured, period, rows)


def decide(connection: Connection, measured: Sequence[str], period: str) -> list[SchoolCell]:
    """Decide of every figure of a year whether it may be told, store that, and return them.

    It is the one decision: dashboards, means and statistics all read what is stored here.
    """
    cells = repository.school_cells(connection, measured, period)
    hidden = _hidden(cells)
    decided = [cell._replace(told=(cell.urn, cell.measure) not in hidden) for cell in cells]
    told = [(cell.urn, cell.measure) for cell in decided if cell.told]
    repository.mark_told(connection, measured, period, told, rule())
    return decided


def _rows(cells: Sequence[SchoolCell], period: str) -> Iterator[tuple[object, ...]]:
    """Yield the rows of `measure_comparisons` of one year, without the rule."""
    found: dict[tuple[str, str], list[SchoolCell]] = {}
    for cell in cells:
        found.setdefault((cell.measure, phases_of()[cell.phase]), []).append(cell)
    for (measure, phases), members in found.items():
        for area, mean in _means(members).items():
            weighting = "pupils" if mean.counted else "schools"
            yield (measure, period, phases, *area, *mean.told(measures()[measure].decimals), mean.schools, weighting)


def _hidden(cells: Sequence[SchoolCell]) -> set[tuple[int, str]]:
    """Return (URN, measure) of the schools' cells that are not shown; the cells come by school."""
    hidden: set[tuple[int, str]] = set()
    for urn, group in groupby(cells, lambda cell: cell.urn):
        members = list(group)
        given = [Cell(cell.measure, cell.value, cell.cohort) for cell in members]
        hidden.update((urn, code) for code in hidden_codes(given, members[0].rolls))
    return hidden


def _means(cells: Sequence[SchoolCell]) -> dict[Area, _Mean]:
    """Return the mean of each group of one measure and phase, made from schools' figures that anybody may read.

    What is hidden enters no figure of a group, so no figure and no difference of figures tells of it (ADR 0012).
    """
    counted = all(cell.cohort for cell in cells)
    means: dict[Area, _Mean] = {}
    for cell in cells:
        placed = cell._asdict()
        for level in levels():
            area = area_of(level, placed)
            if area is None:
                continue
            mean = means.setdefault(Area(level["code"], area), _Mean(counted))
            if cell.told:
                mean.add(cell)
    return means
