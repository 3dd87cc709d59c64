"""Limits brought down to what whole needs can fill, against all subsets."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from services.brokering.tests.unit.test_solver import Case

from brokering.solver.solve import solve
from brokering.solver.tightening import fillable


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 20), max_size=7), st.integers(0, 60), st.integers(0, 5))
def test_is_the_most_that_any_subset_fills(sizes: list[int], capacity: int, slots: int) -> None:
    fitting = [
        chosen
        for count in range(min(slots, len(sizes)) + 1)
        for chosen in combinations(sizes, count)
        if sum(chosen) <= capacity
    ]
    most = max(sum(chosen) for chosen in fitting), max(len(chosen) for chosen in fitting)
    assert fillable(Counter(sizes), capacity, slots) == most


def test_one_need_of_other_days_leaves_the_rest_as_sharp_as_a_flow() -> None:
    """Sixty leaders of 15 days, ninety needs of 10 and one of 5: the bound is not that of half needs."""
    pairs = tuple((need, leader, (need * 7 + leader * 13) % 500) for need in range(91) for leader in range(60))
    days = (10, *(20 for _ in range(90)))
    case = Case(days, (1,) * 91, (2,) * 60, (30,) * 60, pairs)
    solution = solve(case.problem(), seconds=20)
    assert (solution.matched, solution.bound.matched) == (61, 61)
    assert solution.optimal
