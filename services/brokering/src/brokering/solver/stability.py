"""A round that keeps to what already stands: a proposal that comes out the same is worth some suitability more.

What is added plays its part within total suitability only, so no match is ever given up for it; it is taken off again
from the figures, and from the bound as far as the answer earned it, so that the gap stays what it was.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from brokering.solver.problem import Ints, Problem, Solution
from brokering.solver.solve import solve


def standing_pairs(problem: Problem, standing: Collection[tuple[int, int]]) -> Ints:
    """Return the numbers of the feasible pairs among these (need, leader) numbers."""
    keys = problem.need_of * problem.leaders + problem.leader_of
    return np.flatnonzero(np.isin(keys, [need * problem.leaders + leader for need, leader in standing]))


def solve_steadily(
    problem: Problem, standing: Ints, stability: int, pinned: Sequence[tuple[int, int]], seconds: float
) -> Solution:
    """Solve with `stability` more for each standing pair; suitabilities of the answer are without it."""
    if not stability or not len(standing):
        return solve(problem, pinned, seconds=seconds)
    worth = problem.suitability.copy()
    worth[standing] += stability
    solution = solve(replace(problem, suitability=worth), pinned, seconds=seconds)
    kept = int((solution.leader_of_need[problem.need_of[standing]] == problem.leader_of[standing]).sum())
    bound = replace(solution.bound, total_suitability=solution.bound.total_suitability - stability * kept)
    return replace(solution, total_suitability=solution.total_suitability - stability * kept, bound=bound)
