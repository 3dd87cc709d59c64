"""Mixed days: a generalised assignment problem, solved over a kernel of promising pairs and proven by reduced costs.

The linear relaxation gives a bound and a price for every day and place. A pair whose reduced cost is worse than the gap
between bound and best known answer can be in no better answer; so an integer programme over the pairs within the gap
settles the whole round. Where time runs out first, the best answer is returned with the gap that remains.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from brokering.solver.flow import ceiling, match_worth
from brokering.solver.linear import Block, Floats, maximise, maximise_integer
from brokering.solver.problem import Bound, Ints, Problem, Solution
from brokering.solver.tightening import tightened

FIRST_KERNEL = 20
FIRST_SHARE_OF_TIME = 0.4
WHOLE = 1 - 1e-6
ROUNDING = 1e-4
METHOD = "integer programme over pairs within the gap of the linear relaxation's bound"


@dataclass(frozen=True, slots=True, eq=False)
class _Relaxation:
    """The relaxation's values, its bound in whole numbers, and how much each pair loses against its prices."""

    values: Floats
    bound: int
    loss: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Best:
    """The best assignment known, as chosen pairs, and whether no better one exists."""

    chosen: Ints
    proven: bool


def solve_assignment(problem: Problem, pinned: Ints, seconds: float) -> Solution:
    """Return the best assignment found within the time, and its proof or gap; raises Infeasible for the pinned."""
    ends_at = time.monotonic() + seconds
    problem = tightened(problem)
    cost = match_worth(problem) * problem.weights[problem.need_of] + problem.suitability
    forced = np.zeros(problem.needs, bool)
    forced[problem.need_of[pinned]] = True
    open_pairs = ~forced[problem.need_of]
    open_pairs[pinned] = True
    relaxation = _relax(problem, cost, forced, open_pairs)
    best = _Best(_rounded(problem, cost, relaxation, pinned, open_pairs), proven=False)
    for share in (FIRST_SHARE_OF_TIME, 1.0):
        gap = relaxation.bound - int(cost[best.chosen].sum())
        reach = FIRST_KERNEL if share < 1 else gap
        seconds_left = (ends_at - time.monotonic()) * share
        kernel = open_pairs & (relaxation.loss <= reach + ROUNDING)
        best = _within(problem, cost, best, forced=forced, kernel=kernel, seconds=seconds_left)
        gap = relaxation.bound - int(cost[best.chosen].sum())
        if gap == 0 or (best.proven and gap <= reach):
            return _solution(problem, cost, best.chosen, int(cost[best.chosen].sum()))
    return _solution(problem, cost, best.chosen, relaxation.bound)


def _blocks(problem: Problem, columns: Ints, forced: npt.NDArray[np.bool_]) -> list[Block]:
    needs, leaders = problem.need_of[columns], problem.leader_of[columns]
    ones, free = np.ones(len(columns), np.int64), np.full(problem.leaders, -np.inf)
    return [
        Block(needs, ones, np.where(forced, 1.0, -np.inf), np.ones(problem.needs)),
        Block(leaders, problem.half_days[needs], free, problem.capacity.astype(float)),
        Block(leaders, ones, free, problem.slots.astype(float)),
    ]


def _relax(
    problem: Problem, cost: Ints, forced: npt.NDArray[np.bool_], open_pairs: npt.NDArray[np.bool_]
) -> _Relaxation:
    columns = np.flatnonzero(open_pairs)
    none = np.zeros(len(columns))
    result = maximise(cost[columns], none, none + np.inf, _blocks(problem, columns, forced))
    days = np.maximum(result.duals[problem.needs : problem.needs + problem.leaders], 0.0)
    places = np.maximum(result.duals[problem.needs + problem.leaders :], 0.0)
    price = days[problem.leader_of] * problem.half_days[problem.need_of] + places[problem.leader_of]
    margin = np.where(open_pairs, cost - price, -np.inf)
    of_need = np.where(forced, -np.inf, 0.0)
    np.maximum.at(of_need, problem.need_of, margin)
    bound = of_need.sum() + (days * problem.capacity).sum() + (places * problem.slots).sum()
    values = np.zeros(problem.pairs)
    values[columns] = result.values
    return _Relaxation(values, math.floor(bound + ROUNDING), of_need[problem.need_of] - margin)


def _rounded(
    problem: Problem, cost: Ints, relaxation: _Relaxation, pinned: Ints, open_pairs: npt.NDArray[np.bool_]
) -> Ints:
    """Keep what the relaxation takes whole, then fill up, fullest share and best pair first."""
    capacity, slots = problem.capacity.copy(), problem.slots.copy()
    taken = np.zeros(problem.needs, bool)
    whole = relaxation.values >= WHOLE
    whole[pinned] = True
    candidates = np.flatnonzero(open_pairs)
    order = np.lexsort((candidates, -cost[candidates], -relaxation.values[candidates], ~whole[candidates]))
    chosen: list[int] = []
    for pair in candidates[order].tolist():
        need, leader = int(problem.need_of[pair]), int(problem.leader_of[pair])
        if not taken[need] and slots[leader] > 0 and capacity[leader] >= problem.half_days[need]:
            taken[need] = True
            slots[leader] -= 1
            capacity[leader] -= problem.half_days[need]
            chosen.append(pair)
    return np.array(sorted(chosen), np.int64)


def _within(
    problem: Problem,
    cost: Ints,
    best: _Best,
    *,
    forced: npt.NDArray[np.bool_],
    kernel: npt.NDArray[np.bool_],
    seconds: float,
) -> _Best:
    """Improve the best assignment with pairs of the kernel only."""
    kernel[best.chosen] = True
    columns = np.flatnonzero(kernel)
    start = np.isin(columns, best.chosen).astype(np.int64)
    result = maximise_integer(cost[columns], _blocks(problem, columns, forced), start=start, seconds=seconds)
    if result.values is None:
        return best
    chosen = columns[result.values > 0]
    better = chosen if cost[chosen].sum() >= cost[best.chosen].sum() else best.chosen
    return _Best(better, result.proven)


def _solution(problem: Problem, cost: Ints, chosen: Ints, bound: int) -> Solution:
    worth, value = match_worth(problem), int(cost[chosen].sum())
    leader_of_need = np.full(problem.needs, -1, np.int64)
    leader_of_need[problem.need_of[chosen]] = problem.leader_of[chosen]
    weighted = int(problem.weights[problem.need_of[chosen]].sum())
    total = int(problem.suitability[chosen].sum())
    most_weighted = bound // worth
    most_total = bound - worth * weighted if weighted == most_weighted else ceiling(problem) * problem.needs
    most_matched = min(problem.needs, most_weighted // int(problem.weights.min()))
    first_aim_open = weighted < most_weighted
    return Solution(
        leader_of_need=leader_of_need,
        weighted_matched=weighted,
        total_suitability=total,
        bound=Bound(most_matched, most_weighted, most_total),
        optimal=value == bound,
        gap=(most_weighted - weighted) / most_weighted if first_aim_open else (most_total - total) / max(most_total, 1),
        method=METHOD,
        balanced=False,
    )
