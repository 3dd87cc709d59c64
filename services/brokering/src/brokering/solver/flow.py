"""The exact case: where a leader's days come down to a number of places, assignment is a flow.

One linear programme, solved at a vertex, is then integral. The aims are taken in order: weighted number matched first
(a match is worth more than all suitability together), then total suitability, then balance: among all assignments that
are optimal in both, the one with the least sum of squared loads. The proof is in whole numbers: at the leaders' duals,
rounded, all needs together can earn no more than the assignment does.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from brokering.domain.suitability import FULL
from brokering.solver.bounds import bound_of, gap
from brokering.solver.columns import Mask
from brokering.solver.lagrangian import Asked
from brokering.solver.limits import Limit
from brokering.solver.linear import Block, OutOfTime, maximise
from brokering.solver.problem import Bound, Ints, Problem, Solution
from brokering.solver.sifting import sifted

METHOD = "integral linear programme; bound by its dual in whole numbers"


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A problem with what is the same throughout: worth of a pair, places, pinned needs, pairs that may be."""

    problem: Problem
    cost: Ints
    places: Ints
    pinned: Ints
    forced: Mask
    open_pairs: Mask


@dataclass(frozen=True, slots=True, eq=False)
class _Optimum:
    """An assignment, and a bound on what any earns: by what leaders cost, what each need and each pair leaves then.

    `of_need` is what a need's best pair leaves it (0: it may as well stay without), `tight` are the pairs that leave
    their need as much.
    """

    chosen: Ints
    leader_duals: Ints
    of_need: Ints
    tight: Mask
    bound: int


def match_worth(problem: Problem) -> int:
    """Return what a match of weight 1 is worth: more than the suitability of all that can be matched together."""
    return ceiling(problem) * min(problem.needs, int(problem.slots.sum())) + 1


def ceiling(problem: Problem) -> int:
    """Return the most that a pair's suitability may be: 1000, or more where a pair that stands is worth more."""
    return max(FULL, int(problem.suitability.max(initial=0)))


def solve_flow(problem: Problem, places: Ints, pinned: Ints, seconds: float) -> Solution:
    """Return the optimal assignment for leaders with these numbers of places.

    `pinned` are the numbers of pairs that must be in; raises Infeasible where they cannot all be. `seconds` are a
    safety limit, of CPU time so that a busy machine changes no answer; past it the best assignment so far is returned.
    """
    ends_at = time.thread_time() + seconds
    asked = _asked(problem, places, pinned)
    optimum = _optimum(asked, ends_at)
    chosen, balanced = optimum.chosen, False
    exact = optimum.bound == int(asked.cost[chosen].sum())
    if exact:
        with suppress(OutOfTime):
            chosen, balanced = _balanced(asked, optimum, ends_at - time.thread_time()), True
    return _solution(asked, chosen, optimum.bound, balanced=balanced)


def _asked(problem: Problem, places: Ints, pinned: Ints) -> _Asked:
    cost = match_worth(problem) * problem.weights[problem.need_of] + problem.suitability
    forced = np.zeros(problem.needs, bool)
    forced[problem.need_of[pinned]] = True
    open_pairs = ~forced[problem.need_of]
    open_pairs[pinned] = True
    return _Asked(problem, cost, places, pinned, forced, open_pairs)


def _optimum(asked: _Asked, ends_at: float) -> _Optimum:
    problem, forced, columns = asked.problem, asked.forced, np.flatnonzero(asked.open_pairs)
    ones, need_of = np.ones(len(columns), np.int64), problem.need_of[columns]
    needs = Block(need_of, ones, np.where(forced, 1.0, -np.inf), np.ones(problem.needs))
    unbounded = np.full(problem.leaders, -np.inf)
    leaders = Block(problem.leader_of[columns], ones, unbounded, asked.places.astype(float))
    first = np.searchsorted(columns, asked.pinned)
    result = sifted(asked.cost[columns], [needs, leaders], need_of, first, lambda: ends_at - time.thread_time())
    duals = np.maximum(np.rint(result.duals[problem.needs :]), 0).astype(np.int64)
    limit = Limit(np.ones(problem.pairs, np.int64), asked.places)
    margin, of_need = Asked(problem, [limit], asked.cost, forced, asked.open_pairs).margins([duals.astype(float)])
    return _Optimum(
        chosen=columns[result.values > 0.5],  # noqa: PLR2004 - integral up to rounding
        leader_duals=duals,
        of_need=of_need.astype(np.int64),
        tight=margin == of_need[problem.need_of],
        bound=int(of_need.sum()) + int((duals * asked.places).sum()),
    )


def _balanced(asked: _Asked, optimum: _Optimum, seconds: float) -> Ints:
    """Return the most even assignment on the optimal face: tight pairs only, rows with a price or a pin kept full."""
    problem, places, tight = asked.problem, asked.places, np.flatnonzero(optimum.tight)
    full_needs = asked.forced | (optimum.of_need != 0)
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


def _solution(asked: _Asked, chosen: Ints, most: int, *, balanced: bool) -> Solution:
    """State an answer beside the most that any can be worth."""
    problem, worth = asked.problem, match_worth(asked.problem)
    leader_of_need = np.full(problem.needs, -1, np.int64)
    leader_of_need[problem.need_of[chosen]] = problem.leader_of[chosen]
    weighted = int(problem.weights[problem.need_of[chosen]].sum())
    total = int(problem.suitability[chosen].sum())
    optimal = most == worth * weighted + total
    bound = Bound(len(chosen), weighted, total)
    if not optimal:
        bound = bound_of(problem, most // worth, most - worth * weighted)
    return Solution(
        leader_of_need=leader_of_need,
        weighted_matched=weighted,
        total_suitability=total,
        bound=bound,
        optimal=optimal,
        gap=gap(weighted, total, bound),
        method=METHOD,
        balanced=balanced,
    )
