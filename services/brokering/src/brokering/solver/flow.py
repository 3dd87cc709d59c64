"""The exact case: where a leader's days come down to a number of places, assignment is a flow.

One linear programme, solved at a vertex, is then integral. The aims are taken in order: weighted number matched first
(a match is worth more than all suitability together), then total suitability, then balance: among all assignments that
are optimal in both, the one with the least sum of squared loads. The proof is in whole numbers: the duals, rounded,
must cover every pair, and cost exactly what the assignment earns.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from brokering.domain.suitability import FULL
from brokering.solver.linear import Block, OutOfTime, maximise
from brokering.solver.problem import Bound, Ints, Problem, Solution

Mask = npt.NDArray[np.bool_]
METHOD = "integral linear programme; bound by its dual in whole numbers"


@dataclass(frozen=True, slots=True, eq=False)
class _Optimum:
    """An optimal vertex with duals in whole numbers: of needs, and of leaders."""

    chosen: Ints
    need_duals: Ints
    leader_duals: Ints


def match_worth(problem: Problem) -> int:
    """Return what a match of weight 1 is worth: more than the suitability of all that can be matched together."""
    return ceiling(problem) * min(problem.needs, int(problem.slots.sum())) + 1


def ceiling(problem: Problem) -> int:
    """Return the most that a pair's suitability may be: 1000, or more where a pair that stands is worth more."""
    return max(FULL, int(problem.suitability.max(initial=0)))


def solve_flow(problem: Problem, places: Ints, pinned: Ints, seconds: float) -> Solution:
    """Return the optimal assignment for leaders with these numbers of places.

    `pinned` are the numbers of pairs that must be in; raises Infeasible where they cannot all be, and OutOfTime.
    """
    ends_at = time.monotonic() + seconds
    worth = match_worth(problem)
    cost = worth * problem.weights[problem.need_of] + problem.suitability
    forced = np.zeros(problem.needs, bool)
    forced[problem.need_of[pinned]] = True
    open_pairs = ~forced[problem.need_of]
    open_pairs[pinned] = True
    optimum = _optimum(problem, cost, places, forced=forced, open_pairs=open_pairs, seconds=seconds)
    bound = int(optimum.need_duals.sum() + (optimum.leader_duals * places).sum())
    exact = _covers(problem, cost, forced, open_pairs, optimum) and bound == int(cost[optimum.chosen].sum())
    chosen, balanced = optimum.chosen, exact
    if exact:
        try:
            chosen = _balanced(
                problem, cost, places, optimum, forced=forced, open_pairs=open_pairs, seconds=ends_at - time.monotonic()
            )
        except OutOfTime:
            balanced = False
    return _solution(problem, chosen, bound, worth, balanced=balanced, exact=exact)


def _optimum(problem: Problem, cost: Ints, places: Ints, *, forced: Mask, open_pairs: Mask, seconds: float) -> _Optimum:
    columns = np.flatnonzero(open_pairs)
    ones = np.ones(len(columns), np.int64)
    needs = Block(problem.need_of[columns], ones, np.where(forced, 1.0, -np.inf), np.ones(problem.needs))
    leaders = Block(problem.leader_of[columns], ones, np.full(problem.leaders, -np.inf), places.astype(float))
    result = maximise(cost[columns], np.zeros(len(columns)), np.full(len(columns), np.inf), [needs, leaders], seconds)
    duals = np.rint(result.duals).astype(np.int64)
    chosen = columns[result.values > 0.5]  # noqa: PLR2004 - integral up to rounding
    return _Optimum(chosen, duals[: problem.needs], duals[problem.needs :])


def _covers(problem: Problem, cost: Ints, forced: Mask, open_pairs: Mask, optimum: _Optimum) -> bool:
    signs = bool((optimum.need_duals[~forced] >= 0).all() and (optimum.leader_duals >= 0).all())
    slack = optimum.need_duals[problem.need_of] + optimum.leader_duals[problem.leader_of] - cost
    return signs and bool((slack[open_pairs] >= 0).all())


def _balanced(
    problem: Problem,
    cost: Ints,
    places: Ints,
    optimum: _Optimum,
    *,
    forced: Mask,
    open_pairs: Mask,
    seconds: float,
) -> Ints:
    """Return the most even assignment on the optimal face: tight pairs only, rows with a price or a pin kept full."""
    slack = optimum.need_duals[problem.need_of] + optimum.leader_duals[problem.leader_of] - cost
    tight = np.flatnonzero(open_pairs & (slack == 0))
    full_needs = forced | (optimum.need_duals != 0)
    slot_leader = np.repeat(np.arange(problem.leaders), places)
    slot_number = np.arange(len(slot_leader)) - np.repeat(np.cumsum(places) - places, places) + 1
    price = 2 * (problem.loads[slot_leader] + slot_number) - 1
    spare_row = np.full(len(slot_leader), problem.needs)
    needs = Block(
        np.concatenate([problem.need_of[tight], spare_row]),
        np.ones(len(tight) + len(slot_leader), np.int64),
        np.append(full_needs.astype(float), 0.0),
        np.append(np.ones(problem.needs), np.inf),
    )
    leaders = Block(
        np.concatenate([problem.leader_of[tight], slot_leader]),
        np.concatenate([np.ones(len(tight), np.int64), np.full(len(slot_leader), -1)]),
        np.zeros(problem.leaders),
        np.zeros(problem.leaders),
    )
    full_leaders = (optimum.leader_duals > 0)[slot_leader]
    none_yet = np.zeros(len(tight))
    result = maximise(
        np.concatenate([none_yet.astype(np.int64), -price]),
        np.concatenate([none_yet, full_leaders.astype(float)]),
        np.concatenate([none_yet + np.inf, np.ones(len(slot_leader))]),
        [needs, leaders],
        seconds,
    )
    return tight[result.values[: len(tight)] > 0.5]  # noqa: PLR2004 - integral up to rounding


def _solution(problem: Problem, chosen: Ints, bound: int, worth: int, *, balanced: bool, exact: bool) -> Solution:
    leader_of_need = np.full(problem.needs, -1, np.int64)
    leader_of_need[problem.need_of[chosen]] = problem.leader_of[chosen]
    weighted = int(problem.weights[problem.need_of[chosen]].sum())
    total = int(problem.suitability[chosen].sum())
    most_weighted = bound // worth
    reached = exact and bound == worth * weighted + total
    return Solution(
        leader_of_need=leader_of_need,
        weighted_matched=weighted,
        total_suitability=total,
        bound=Bound(len(chosen) if reached else problem.needs, most_weighted, bound - worth * most_weighted),
        optimal=reached,
        gap=0.0 if reached else (bound - worth * weighted - total) / bound,
        method=METHOD,
        balanced=balanced,
    )
