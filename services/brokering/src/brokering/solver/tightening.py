"""Limits of leaders brought down to what whole needs can fill, which changes no answer and makes the bound sharper.

Fifteen days serve one need of ten: the relaxation would serve one and a half. Where the sizes of a leader's needs
cannot add up to its days, the days that no sum reaches are taken off.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from brokering.solver.problem import Problem


def tightened(problem: Problem) -> Problem:
    """Return the same problem with every leader's half days and places at the most that its needs can fill."""
    order = np.argsort(problem.leader_of, kind="stable")
    edges = np.searchsorted(problem.leader_of[order], np.arange(problem.leaders + 1))
    asked = problem.half_days[problem.need_of[order]]
    capacity, slots = problem.capacity.copy(), problem.slots.copy()
    for leader in range(problem.leaders):
        sizes = Counter(asked[edges[leader] : edges[leader + 1]].tolist())
        capacity[leader], slots[leader] = fillable(sizes, int(capacity[leader]), int(slots[leader]))
    return replace(problem, capacity=capacity, slots=slots)


def fillable(sizes: Counter[int], capacity: int, slots: int) -> tuple[int, int]:
    """Return the most half days, and the most needs, that fit; `sizes` counts a leader's needs by their half days.

    Bit `s` of `reached[c]` says that `c` needs can add up to `s` half days.
    """
    within = (1 << (capacity + 1)) - 1
    reached = [1, *([0] * slots)]
    for size, count in sizes.items():
        for _ in range(min(count, slots)):
            for taken in range(slots, 0, -1):
                reached[taken] |= (reached[taken - 1] << size) & within
    most = max(mask.bit_length() for mask in reached) - 1
    return most, max(taken for taken, mask in enumerate(reached) if mask)
