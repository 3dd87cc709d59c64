"""What a leader's days and places allow, as rows that no whole assignment breaks and that fractions of needs do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from brokering.solver.columns import Floats
from brokering.solver.problem import Ints, Problem


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """`taken` by every pair (an entry a pair) of what its leader has at `most` (an entry a leader)."""

    taken: Ints
    most: Ints


def limits_of(problem: Problem) -> tuple[Limit, ...]:
    """Return the limits of half days, of places, and of needs that are large beside the leader's days."""
    asked = problem.half_days[problem.need_of]
    days, places = Limit(asked, problem.capacity), Limit(np.ones(problem.pairs, np.int64), problem.slots)
    return days, places, _of_large_needs(problem, asked)


def prices_of_pairs(problem: Problem, limits: Sequence[Limit], prices: Sequence[Floats]) -> Floats:
    """Return what each pair costs where a unit of each limit has a price at each leader."""
    parts = [limit.taken * price[problem.leader_of] for limit, price in zip(limits, prices, strict=True)]
    return np.asarray(sum(parts))


def _of_large_needs(problem: Problem, asked: Ints) -> Limit:
    """Count a need once for every whole share of 1/(k + 1) of the days that it exceeds: k of these fit at most.

    Such shares add up to less than k + 1, so whole ones to k. With k as many as fit of the commonest size, needs of
    one size are a flow but for those that differ.
    """
    capacity = np.maximum(problem.capacity, 1)
    fit = np.maximum(np.minimum(problem.slots - 1, problem.capacity // _commonest(problem, asked)), 0)
    shares = (fit + 1)[problem.leader_of] * asked
    return Limit(-(-shares // capacity[problem.leader_of]) - 1, fit)


def _commonest(problem: Problem, asked: Ints) -> Ints:
    """Return the half days that most of each leader's needs ask for; 1 where there are none."""
    size = int(asked.max(initial=0)) + 1
    counts = np.bincount(problem.leader_of * size + asked, minlength=problem.leaders * size)
    return np.asarray(np.maximum(counts.reshape(problem.leaders, size).argmax(axis=1), 1))
