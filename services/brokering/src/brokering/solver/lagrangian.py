"""A bound without a linear programme: prices of leaders' days and places, moved towards what is asked too much of.

At any prices, every need taking the leader that leaves it most, or none, earns no less (with what the limits are worth)
than any assignment. Good prices make the bound sharp; the search for them can be stopped at any time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from brokering.solver.columns import Floats, Mask
from brokering.solver.limits import Limit, prices_of_pairs
from brokering.solver.problem import Ints, Problem

MOST_STEPS = 400
PATIENCE = 15
FIRST_STEP = 1.0
LEAST_STEP = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """A bound on the total gain, and how much each pair loses against its need's best choice at the prices."""

    bound: float
    loss: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """The bound at some prices, and by how much the needs' choices leave (or exceed, below 0) each limit."""

    bound: float
    left: list[Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is bounded: open pairs with their gain; needs that are `forced` take a leader at any price."""

    problem: Problem
    limits: Sequence[Limit]
    gain: Ints | Floats
    forced: Mask
    open_pairs: Mask

    def margins(self, prices: Sequence[Floats]) -> tuple[Floats, Floats]:
        """Return what each pair leaves its need at the prices, and what each need's best choice leaves it."""
        price = prices_of_pairs(self.problem, self.limits, prices)
        margin = np.where(self.open_pairs, self.gain - price, -np.inf)
        of_need = np.where(self.forced, -np.inf, 0.0)
        first = np.flatnonzero(np.diff(self.problem.need_of, prepend=-1))
        if len(first):
            present = self.problem.need_of[first]
            of_need[present] = np.maximum(of_need[present], np.maximum.reduceat(margin, first))
        return margin, of_need

    def priced(self, prices: Sequence[Floats]) -> Priced:
        """Return the bound at these prices, and the losses."""
        margin, of_need = self.margins(prices)
        worth = sum(float((price * limit.most).sum()) for limit, price in zip(self.limits, prices, strict=True))
        return Priced(float(of_need.sum()) + worth, of_need[self.problem.need_of] - margin)


def bounded(asked: Asked, known: int, ends_at: float) -> Priced:
    """Return the best bound found until then (by `time.monotonic`); `known` is the gain of a known assignment."""
    prices = _first_prices(asked)
    best, best_prices = np.inf, prices
    step, since = FIRST_STEP, 0
    for _ in range(MOST_STEPS):
        state = _at(asked, prices)
        since += 1
        if state.bound < best - 1e-9 * abs(best if np.isfinite(best) else 0.0):
            best, best_prices, since = state.bound, prices, 0
        square = sum(float((left * left).sum()) for left in state.left)
        if since >= PATIENCE:
            step, since, prices = step / 2, 0, best_prices
            continue
        if step < LEAST_STEP or not square or best < known + 1 or time.monotonic() >= ends_at:
            break
        far = step * (state.bound - known) / square
        prices = [np.maximum(price - far * left, 0.0) for price, left in zip(prices, state.left, strict=True)]
    return asked.priced(best_prices)


def _first_prices(asked: Asked) -> list[Floats]:
    """Return nothing for everything, or the greatest gain for each place, whichever bounds better."""
    free = [np.zeros(asked.problem.leaders) for _ in asked.limits]
    dear = [free[0], free[1] + float(asked.gain.max(initial=0)), *free[2:]]
    return min((free, dear), key=lambda prices: asked.priced(prices).bound)


def _at(asked: Asked, prices: Sequence[Floats]) -> _State:
    margin, of_need = asked.margins(prices)
    need_of = asked.problem.need_of
    takes = asked.forced | (of_need > 0)
    chosen = np.flatnonzero(takes[need_of] & (margin >= of_need[need_of]))
    chosen = chosen[np.diff(need_of[chosen], prepend=-1) > 0]
    leaders = asked.problem.leader_of[chosen]
    used = [np.bincount(leaders, limit.taken[chosen], asked.problem.leaders) for limit in asked.limits]
    worth = sum(float((price * limit.most).sum()) for limit, price in zip(asked.limits, prices, strict=True))
    left = [np.asarray(limit.most - taken, float) for limit, taken in zip(asked.limits, used, strict=True)]
    return _State(float(of_need.sum()) + worth, left)
