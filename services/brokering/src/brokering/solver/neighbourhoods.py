"""Better assignments by solving small parts anew: a few leaders, the needs that they hold, and needs that nobody has.

Where many leaders are alike, an integer programme over all of them is lost among equal answers. A part of it is solved
in a moment, and its answer is never worse than what stood there. Parts are drawn with a fixed seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from brokering.solver.columns import Mask
from brokering.solver.linear import SEED
from brokering.solver.problem import Ints, Problem

FEWEST_LEADERS, MOST_LEADERS = 8, 24
MOST_NEEDS = 40
PATIENCE = 12

Better = Callable[[Ints, Ints], Ints]
GoOn = Callable[[Ints], bool]


@dataclass(slots=True)
class _Parts:
    """Draws parts around needs that have no leader, or around leaders where every need has one."""

    problem: Problem
    open_pairs: Mask
    chance: np.random.Generator

    def draw(self, chosen: Ints, leaders: int) -> Ints:
        """Return the open pairs of a part of so many leaders."""
        problem = self.problem
        without = self._without(chosen)
        near = self._leaders_near(without, chosen, leaders)
        free = np.zeros(problem.needs, bool)
        free[problem.need_of[chosen[near[problem.leader_of[chosen]]]]] = True
        free[self.chance.permutation(without)[:MOST_NEEDS]] = True
        return np.flatnonzero(self.open_pairs & near[problem.leader_of] & free[problem.need_of])

    def _without(self, chosen: Ints) -> Ints:
        """Return the needs without a leader that might have one."""
        waiting = np.zeros(self.problem.needs, bool)
        waiting[self.problem.need_of[self.open_pairs]] = True
        waiting[self.problem.need_of[chosen]] = False
        return np.flatnonzero(waiting)

    def _leaders_near(self, without: Ints, chosen: Ints, count: int) -> Mask:
        """Tell which leaders are of the part: of those that might serve one need, then of those that share needs."""
        problem, near = self.problem, np.zeros(self.problem.leaders, bool)
        needs = without if len(without) else problem.need_of[chosen]
        around = needs[self.chance.integers(len(needs), size=1)]
        while near.sum() < count:
            reached = np.isin(problem.need_of, around) & self.open_pairs
            leaders = np.setdiff1d(problem.leader_of[reached], np.flatnonzero(near))
            if not len(leaders):
                break
            near[self.chance.permutation(leaders)[: count - int(near.sum())]] = True
            around = problem.need_of[chosen[near[problem.leader_of[chosen]]]]
        return near


def improved(problem: Problem, open_pairs: Mask, chosen: Ints, better: Better, go_on: GoOn) -> Ints:
    """Return the assignment made better part by part, for as long as `go_on(chosen)` says.

    `better(chosen, pairs)` returns the best assignment where only these pairs, and none of the others', may change.
    """
    if not open_pairs.any():
        return chosen
    parts, leaders = _Parts(problem, open_pairs, np.random.default_rng(SEED)), _sizes()
    size, since = next(leaders), 0
    while go_on(chosen):
        now = better(chosen, parts.draw(chosen, size))
        since = since + 1 if np.array_equal(now, chosen) else 0
        chosen = now
        if since >= PATIENCE:
            size, since = next(leaders), 0
    return chosen


def _sizes() -> Iterator[int]:
    while True:
        yield from range(FEWEST_LEADERS, MOST_LEADERS + 1, 4)
