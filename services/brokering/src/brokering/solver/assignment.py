"""Mixed days: a generalised assignment problem, solved over a kernel of promising pairs and proven by reduced costs.

The linear relaxation gives a bound and a price for every day and place. A pair whose reduced cost is worse than the gap
between bound and best known answer can be in no better answer; so an integer programme over the pairs within the gap
settles the whole round. Where the relaxation is too large for its share of the time, prices found step by step bound
the round instead. Where time runs out first, the best answer is returned with the gap that remains.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np

from brokering.solver.bounds import best_of_every_need
from brokering.solver.columns import Floats, Mask
from brokering.solver.evening import evened
from brokering.solver.filling import Filling
from brokering.solver.flow import ceiling, match_worth
from brokering.solver.lagrangian import Asked, bounded
from brokering.solver.limits import Limit, limits_of
from brokering.solver.linear import Block, Infeasible, OutOfTime, maximise_integer
from brokering.solver.neighbourhoods import improved
from brokering.solver.problem import Bound, Ints, Problem, Solution
from brokering.solver.sifting import Sifted, sifted
from brokering.solver.tightening import tightened
from brokering.solver.twins import has_twin, twin_blocks

FIRST_KERNEL = 20
FIRST_SHARE_OF_TIME = 0.4
MOST_COLUMNS = 20_000
SHARE_OF_LINEAR = 0.5
SHARE_OF_PRICES = 0.4
SHARE_BEFORE_PARTS = 0.4
SECONDS_OF_A_PART = 2.0
WHOLE = 1 - 1e-6
ROUNDING = 1e-4
METHOD = "integer programme over pairs within the gap of the linear relaxation's bound"
METHOD_OF_PRICES = "integer programme over promising pairs; bound by prices of leaders' days and places"


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A problem with what is the same throughout: worth of a pair, limits, pinned needs, pairs that may be.

    `pinned` are the pairs that every assignment begins with: those pinned, and one each for the twins of their needs.
    """

    problem: Problem
    cost: Ints
    limits: tuple[Limit, ...]
    pinned: Ints
    forced: Mask
    open_pairs: Mask

    def blocks(self, columns: Ints) -> list[Block]:
        """Return the rows of a programme over these pairs: a leader for each need, and every limit."""
        problem, ones = self.problem, np.ones(len(columns), np.int64)
        free = np.full(problem.leaders, -np.inf)
        needs = Block(problem.need_of[columns], ones, np.where(self.forced, 1.0, -np.inf), np.ones(problem.needs))
        leaders = problem.leader_of[columns]
        limits = [Block(leaders, each.taken[columns], free, each.most.astype(float)) for each in self.limits]
        return [needs, *limits, *twin_blocks(problem, columns)]


@dataclass(frozen=True, slots=True, eq=False)
class _Relaxation:
    """What no assignment beats: `weighted` of the first aim, and of `worth` for each weighted match and suitability.

    `loss` is what each pair loses against the prices, `values` the fractions taken; `linear` tells that `total` and
    `loss` are in what a pair is worth to the integer programme.
    """

    values: Floats
    loss: Floats
    weighted: int
    total: int
    worth: int
    linear: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Best:
    """The best assignment known, as chosen pairs, and whether no better one exists."""

    chosen: Ints
    proven: bool


def solve_assignment(problem: Problem, pinned: Ints, seconds: float) -> Solution:
    """Return the best assignment found within the time, and its proof or gap; raises Infeasible for the pinned."""
    ends_at = time.monotonic() + seconds
    given = _with_twins(_given(tightened(problem), pinned), seconds)
    relaxation = _relaxed(given, seconds)
    best = _Best(_rounded(given, relaxation), proven=False)
    for share in (FIRST_SHARE_OF_TIME, 1.0):
        gap, short = _gap(given, relaxation, best), _short(given, relaxation, best.chosen)
        reach = FIRST_KERNEL if share < 1 or not relaxation.linear else gap
        seconds_left = (ends_at - time.monotonic()) * (SHARE_BEFORE_PARTS if short else share)
        if gap > 0 and seconds_left > 0:
            kernel = _kernel(given, relaxation, reach)
            best = _within(given, best, kernel, seconds_left)
            reach = reach if len(kernel) < MOST_COLUMNS else -1
            if not best.proven and _short(given, relaxation, best.chosen):
                best = _part_by_part(given, relaxation, best, ends_at)
        gap = _gap(given, relaxation, best)
        if gap == 0 or (relaxation.linear and best.proven and gap <= reach):
            return _solution(given, relaxation, best.chosen, proven=True, seconds=ends_at - time.monotonic())
    return _solution(given, relaxation, best.chosen, proven=False, seconds=0.0)


def _given(problem: Problem, pinned: Ints) -> Given:
    cost = match_worth(problem) * problem.weights[problem.need_of] + problem.suitability
    forced = np.zeros(problem.needs, bool)
    forced[problem.need_of[pinned]] = True
    open_pairs = ~forced[problem.need_of]
    open_pairs[pinned] = True
    return Given(problem, cost, limits_of(problem), pinned, forced, open_pairs)


def _with_twins(given: Given, seconds: float) -> Given:
    """Give each pinned need's twin a leader to begin with; it may change. Raises Infeasible where one has none."""
    problem, forced = given.problem, given.forced.copy()
    if problem.twin_of is None or not forced.any():
        return given
    forced[problem.twin_of[given.forced & has_twin(problem)]] = True
    held = replace(given, forced=forced)
    columns = np.flatnonzero(held.forced[problem.need_of] & held.open_pairs)
    nothing = np.zeros(len(columns), np.int64)
    result = maximise_integer(given.cost[columns], held.blocks(columns), start=nothing, seconds=seconds)
    chosen = columns[result.values > 0]
    if len(chosen) < int(forced.sum()):
        raise Infeasible("a pinned pair's other part cannot be matched beside it")
    return replace(held, pinned=chosen)


def _relaxed(given: Given, seconds: float) -> _Relaxation:
    try:
        return _by_linear_programme(given, seconds * SHARE_OF_LINEAR)
    except OutOfTime:
        return _by_prices(given, seconds * SHARE_OF_PRICES)


def _by_linear_programme(given: Given, seconds: float) -> _Relaxation:
    problem, columns = given.problem, np.flatnonzero(given.open_pairs)
    result = _sifted(given, given.cost, given.blocks(columns), seconds)
    after_limits = problem.needs + len(given.limits) * problem.leaders
    duals = np.maximum(result.duals[problem.needs : after_limits], 0.0).reshape(len(given.limits), problem.leaders)
    gain = given.cost - _paid_to_twins(problem, result.duals[after_limits:])
    priced = Asked(problem, given.limits, gain, given.forced, given.open_pairs).priced(list(duals))
    values = np.zeros(problem.pairs)
    values[columns] = result.values
    total, worth = math.floor(priced.bound + ROUNDING), match_worth(problem)
    return _Relaxation(values, priced.loss, total // worth, total, worth, linear=True)


def _sifted(given: Given, gain: Ints, blocks: list[Block], seconds: float) -> Sifted:
    """Solve the linear programme over all open pairs, of which the blocks are; raises OutOfTime."""
    if seconds <= 0:
        raise OutOfTime
    columns, ends_at = np.flatnonzero(given.open_pairs), time.thread_time() + seconds
    first = np.searchsorted(columns, given.pinned)
    result = sifted(gain[columns], blocks, given.problem.need_of[columns], first, lambda: ends_at - time.thread_time())
    if not result.complete:
        raise OutOfTime
    return result


def _paid_to_twins(problem: Problem, duals: Floats) -> Floats:
    """Return what each pair pays at prices of being matched with the twin, which for the two together is nothing."""
    rows = twin_blocks(problem, np.arange(problem.pairs))
    return np.asarray(sum((duals[each.row_of] * each.value for each in rows), np.zeros(problem.pairs)))


def _by_prices(given: Given, seconds: float) -> _Relaxation:
    """Bound each aim by prices of its own: of the number matched alone, and with a match worth twice a suitability."""
    problem, worth = given.problem, 2 * ceiling(given.problem)
    weights = problem.weights[problem.need_of]
    gain, began = worth * weights + problem.suitability, time.monotonic()
    known = _filled(given, np.argsort(-gain, kind="stable"))
    asked = Asked(problem, given.limits, gain, given.forced, given.open_pairs)
    second = bounded(asked, int(gain[known].sum()), began + seconds * 2 / 3)
    known = _filled(given, np.argsort(second.loss, kind="stable"))
    asked = Asked(problem, given.limits, weights, given.forced, given.open_pairs)
    first = bounded(asked, int(weights[known].sum()), began + seconds)
    weighted, total = math.floor(first.bound + ROUNDING), math.floor(second.bound + ROUNDING)
    return _Relaxation(np.zeros(problem.pairs), second.loss, weighted, total, worth, linear=False)


def _filled(given: Given, order: Ints) -> Ints:
    filling = Filling(given.problem, given.pinned)
    filling.fill(order[given.open_pairs[order]])
    return filling.chosen()


def _rounded(given: Given, relaxation: _Relaxation) -> Ints:
    """Keep what the relaxation takes whole, then fill up, fullest share and least loss first."""
    whole = relaxation.values >= WHOLE
    order = np.lexsort((-given.cost, relaxation.loss, -relaxation.values, ~whole))
    return _mended(given, _filled(given, order))


def _mended(given: Given, chosen: Ints) -> Ints:
    filling = Filling(given.problem, chosen)
    order = np.argsort(-given.cost, kind="stable")
    filling.mend(order[given.open_pairs[order]], np.flatnonzero(given.forced))
    return filling.chosen()


def _kernel(given: Given, relaxation: _Relaxation, reach: int) -> Ints:
    """Return the pairs that lose no more than this, or as many of the least loss as an integer programme can hold."""
    near = np.flatnonzero(given.open_pairs & (relaxation.loss <= reach + ROUNDING))
    return near[np.argsort(relaxation.loss[near], kind="stable")[:MOST_COLUMNS]]


def _within(given: Given, best: _Best, kernel: Ints, seconds: float) -> _Best:
    """Improve the best assignment with pairs of the kernel only."""
    columns = np.union1d(kernel, best.chosen)
    start = np.isin(columns, best.chosen).astype(np.int64)
    result = maximise_integer(given.cost[columns], given.blocks(columns), start=start, seconds=seconds)
    return _Best(columns[result.values > 0], result.proven)


def _short(given: Given, relaxation: _Relaxation, chosen: Ints) -> bool:
    """Tell whether fewer needs, by weight, have a leader than the bound leaves possible."""
    return _figures(given, chosen)[0] < relaxation.weighted


def _part_by_part(given: Given, relaxation: _Relaxation, best: _Best, ends_at: float) -> _Best:
    """Improve the best assignment by small parts solved anew, until the first aim's bound is reached or time is up."""

    def left() -> float:
        return ends_at - time.monotonic()

    def better(chosen: Ints, pairs: Ints) -> Ints:
        return _within(given, _Best(chosen, proven=False), pairs, min(SECONDS_OF_A_PART, left())).chosen

    def go_on(chosen: Ints) -> bool:
        return left() > 0 and _short(given, relaxation, chosen)

    return _Best(improved(given.problem, given.open_pairs, best.chosen, better, go_on), proven=False)


def _figures(given: Given, chosen: Ints) -> tuple[int, int]:
    """Return the weighted number matched and the total suitability."""
    problem = given.problem
    return int(problem.weights[problem.need_of[chosen]].sum()), int(problem.suitability[chosen].sum())


def _gap(given: Given, relaxation: _Relaxation, best: _Best) -> int:
    """Return how far the best assignment stays behind the bound; 0 only where both aims reach theirs."""
    weighted, total = _figures(given, best.chosen)
    if relaxation.linear:
        return relaxation.total - relaxation.worth * weighted - total
    short = relaxation.weighted - weighted
    return short * match_worth(given.problem) if short else relaxation.total - relaxation.worth * weighted - total


def _solution(given: Given, relaxation: _Relaxation, chosen: Ints, *, proven: bool, seconds: float) -> Solution:
    problem, balanced = given.problem, False
    if proven:
        tight = given.open_pairs & (relaxation.loss <= _gap(given, relaxation, _Best(chosen, proven)) + ROUNDING)
        chosen, balanced = evened(problem, given.blocks, tight, chosen, seconds)
    else:
        chosen = _mended(given, chosen)
    leader_of_need = np.full(problem.needs, -1, np.int64)
    leader_of_need[problem.need_of[chosen]] = problem.leader_of[chosen]
    weighted, total = _figures(given, chosen)
    most_weighted = weighted if proven else relaxation.weighted
    reached = weighted == most_weighted
    most_total = min(relaxation.total - relaxation.worth * weighted, best_of_every_need(problem))
    most_total = total if proven else most_total
    short = (most_weighted - weighted) / most_weighted if most_weighted else 0.0
    return Solution(
        leader_of_need=leader_of_need,
        weighted_matched=weighted,
        total_suitability=total,
        bound=Bound(min(problem.needs, most_weighted // int(problem.weights.min())), most_weighted, most_total),
        optimal=reached and total == most_total,
        gap=(most_total - total) / max(most_total, 1) if reached else short,
        method=METHOD if relaxation.linear else METHOD_OF_PRICES,
        balanced=balanced,
    )
