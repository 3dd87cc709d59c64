"""`sio-2019-20` read from the domain page over the monthly files alone: the tiers of a school's inspection history.

A history is the overall grades of all graded inspections up to a day, oldest first. Where the files do not show all of
it, every history that it can have been is tried.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from .eligibility import EVERY_GRADE, SHOWN, Registered
from .evidence import Evidence

REQUIRES_IMPROVEMENT = 3
LONG = 4
Grades = tuple[int | None, ...]


@dataclass(frozen=True)
class Tiers:
    """A result and, of an eligible school, each tier that it can be in."""

    result: str
    possible: tuple[int, ...] = ()


def tier_outcomes(evidence: Evidence, register: dict[int, Registered], as_of: dt.date) -> dict[int, Tiers]:
    """Every school of the files on a day."""
    found = {}
    for urn in register:
        held = [one for one in evidence.schools.get(urn, []) if one.kind == "graded"]
        visible = [one for one in evidence.visible(urn, as_of) if one.kind == "graded"]
        oldest_first = tuple(one.overall for one in sorted(visible, key=lambda one: one.starts_on))
        found[urn] = _over_all(oldest_first, more_before=len(held) >= SHOWN)
    return found


@cache
def _over_all(shown: Grades, *, more_before: bool) -> Tiers:
    tiers = {_tier(history) for history in _histories(shown, more_before=more_before)}
    if None not in tiers:
        return Tiers("eligible", tuple(sorted(tier for tier in tiers if tier)))
    return Tiers("ineligible" if tiers == {None} else "undetermined")


def _histories(shown: Grades, *, more_before: bool) -> Iterator[tuple[int, ...]]:
    """All histories that end in what is shown: a grade that is not known, and those before, can be any."""
    for before in range(LONG + 1 if more_before else 1):
        yield from product(*[EVERY_GRADE] * before, *[EVERY_GRADE if one is None else (one,) for one in shown])


def _tier(history: tuple[int, ...]) -> int | None:
    if not history or history[-1] != REQUIRES_IMPROVEMENT:
        return None
    if len(history) >= LONG and min(history) >= REQUIRES_IMPROVEMENT:
        return 3
    if len(history) == 1 or history[-2] == REQUIRES_IMPROVEMENT:
        return 2
    return 1
