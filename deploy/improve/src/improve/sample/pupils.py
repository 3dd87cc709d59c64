"""Draws made-up pupil measures: census, absence and key stages of an academic year, in the official formats."""

from __future__ import annotations

from random import Random
from typing import Any

from .data import table
from .model import School

BLANK_SHARE, ZERO_SHARE, LOW_COVERAGE_SHARE, NO_ENTRIES_SHARE = 0.02, 0.02, 0.02, 0.15
MIDDLE_FIFTH = 3

Rows = list[list[str]]


class PupilFiles:
    """The rows of the pupil files of one academic year; the same seed and year always give the same."""

    def __init__(self, schools: tuple[School, ...], seed: int, year: int) -> None:
        self._rng = Random(f"{seed}-{year}")  # noqa: S311 - made-up data has to be repeatable, not secret
        self._schools = [school for school in schools if school.in_newer_file]
        self._year = f"{year}/{(year + 1) % 100:02d}"
        self._levels: dict[str, Any] = table("pupils")

    def census(self) -> Rows:
        """Free meals in six years, first language and special needs; one row's share is above a hundred."""
        rows = []
        for school, (language, plan, support) in self._of("census"):
            free_meals = self._levels["fsm_by_fifth"][(school.quintile or MIDDLE_FIFTH) - 1]
            cells = [self._percent(mean, 6.0) for mean in (free_meals, language, plan, support)]
            rows.append([str(school.urn), *self._gaps(cells, 2)])
        rows.append([str(self._schools[0].urn + 90_000), "112.5", "1.0", "2.0", "3.0"])
        return rows

    def absence(self) -> Rows:
        """Absence of schools, and the line of England that the official file begins with."""
        rows = [["NAT", "PRI", "", "5.5", "14.6"]]
        for school, (all_sessions, persistent) in self._of("absence"):
            cells = [self._percent(all_sessions, 1.5), self._percent(persistent, 6.0)]
            rows.append([school.place.code, str(school.number), str(school.urn), *self._gaps(cells, 2)])
        return rows

    def key_stage_2(self) -> Rows:
        """Attainment and progress at eleven: small schools are suppressed whole; one row has a word for a figure."""
        rows = []
        for school, (expected, higher) in self._of("ks2"):
            cells = [self._percent(expected, 12.0), self._percent(higher, 5.0)]
            progress = [self._score(0.0, 2.2, 1) for _ in range(3)]
            if self._rng.random() < LOW_COVERAGE_SHARE:
                progress = [self._levels["low_coverage"]] * 3
            rows.append([str(school.urn), *self._whole(school, [*self._gaps(cells, 0), *progress]), self._year])
        rows.append([str(self._schools[0].urn + 90_000), "most", "8.0", "0.1", "0.2", "0.3", self._year])
        return rows

    def key_stage_4(self) -> Rows:
        """Attainment and progress at sixteen; one row's Attainment 8 lies above the scale."""
        rows = []
        for school, (attainment, fives, fours, entered, passed) in self._of("ks4"):
            shares = [f"{self._share(mean, 9.0):.0f}" for mean in (fives, fours, entered, passed)]
            progress = [self._score(0.0, 0.4, 2), self._score(attainment, 7.0, 1, least=0.0)]
            poorer = self._score(-0.5, 0.4, 2)
            if self._rng.random() < NO_ENTRIES_SHARE:
                shares[2:] = [self._levels["no_entries"]] * 2
            rows.append([str(school.urn), *self._whole(school, [*progress, *shares, poorer]), self._year])
        rows.append([str(self._schools[0].urn + 90_000), "0.1", "460", "45", "65", "39", "25", "-0.5", self._year])
        return rows

    def _of(self, file: str) -> list[tuple[School, list[float]]]:
        phases = self._levels["phases"]
        return [(one, phases[one.phase][file]) for one in self._schools if file in phases[one.phase]]

    def _share(self, mean: float, spread: float) -> float:
        return min(max(self._rng.gauss(mean, spread), 0.0), 100.0)

    def _percent(self, mean: float, spread: float) -> str:
        return f"{self._share(mean, spread):.1f}"

    def _score(self, mean: float, spread: float, decimals: int, least: float = -9.0) -> str:
        return str(round(max(self._rng.gauss(mean, spread), least), decimals))

    def _gaps(self, cells: list[str], first: int) -> list[str]:
        """Leave some rows' cells from `first` on blank, and make some of them zero."""
        drawn = self._rng.random()
        if drawn < BLANK_SHARE:
            return [*cells[:first], *[""] * (len(cells) - first)]
        return [*cells[:-1], "0.0"] if drawn < BLANK_SHARE + ZERO_SHARE else cells

    def _whole(self, school: School, cells: list[str]) -> list[str]:
        """Suppress all figures of a school with few pupils."""
        small = school.pupils is not None and school.pupils < self._levels["small_roll"]
        return [self._levels["suppressed"]] * len(cells) if small else cells
