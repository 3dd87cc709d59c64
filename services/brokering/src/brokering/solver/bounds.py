"""What is told beside an answer: how much better another could be."""

from __future__ import annotations

import numpy as np

from brokering.solver.problem import Bound, Ints, Problem


def bound_of(problem: Problem, most_weighted: int, most_total: int) -> Bound:
    """Return the bound where no answer weighs more, nor has more suitability among those that weigh no less than ours.

    Where that is not known any better, no answer has more than the best of every need.
    """
    matched = most_weighted // int(problem.weights.min(initial=1))
    return Bound(min(problem.needs, matched), most_weighted, min(most_total, best_of_every_need(problem)))


def best_of_every_need(problem: Problem) -> int:
    """Return the suitability of every need's best pair, of as many needs as leaders have places for."""
    best: Ints = np.zeros(problem.needs, np.int64)
    np.maximum.at(best, problem.need_of, problem.suitability)
    return int(np.sort(best)[::-1][: int(problem.slots.sum())].sum())


def gap(weighted: int, total: int, bound: Bound) -> float:
    """Return how far an answer is from its bound, as a share: in weight, and where that is reached in suitability."""
    if weighted < bound.weighted_matched:
        return (bound.weighted_matched - weighted) / bound.weighted_matched
    return (bound.total_suitability - total) / bound.total_suitability if bound.total_suitability else 0.0
