"""What bounds a round with mixed days: limits that no assignment breaks, and prices that no assignment beats."""

from __future__ import annotations

import time
from itertools import combinations
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from services.brokering.tests.unit.test_solver import Case, best_by_enumeration, cases, random_case

from brokering.solver.flow import match_worth
from brokering.solver.lagrangian import Asked, bounded
from brokering.solver.limits import limits_of
from brokering.solver.problem import Problem
from brokering.solver.solve import solve


def asked(problem: Problem) -> Asked:
    """Every pair open, none pinned, a match worth more than all suitability."""
    gain = match_worth(problem) * problem.weights[problem.need_of] + problem.suitability
    nobody = np.zeros(problem.needs, bool)
    return Asked(problem, limits_of(problem), gain, nobody, np.ones(problem.pairs, bool))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=7), st.integers(0, 60), st.integers(0, 5))
def test_no_needs_that_fit_a_leader_break_a_limit(sizes: list[int], capacity: int, slots: int) -> None:
    pairs = tuple((number, 0, 500) for number in range(len(sizes)))
    problem = Case(tuple(sizes), (1,) * len(sizes), (slots,), (capacity,), pairs).problem()
    for count in range(min(slots, len(sizes)) + 1):
        for chosen in combinations(range(len(sizes)), count):
            if sum(sizes[number] for number in chosen) <= capacity:
                for limit in limits_of(problem):
                    assert limit.taken[list(chosen)].sum() <= limit.most[0]


def test_needs_of_one_size_leave_no_part_of_a_need_beside_an_odd_one() -> None:
    pairs = tuple((number, 0, 500) for number in range(4))
    problem = Case((6, 20, 20, 20), (1,) * 4, (3,), (46,), pairs).problem()
    large = limits_of(problem)[2]
    assert (large.taken.tolist(), large.most.tolist()) == ([0, 1, 1, 1], [2])


@settings(max_examples=40, deadline=None)
@given(cases(mixed=True))
def test_no_assignment_beats_the_bound_of_prices(case: Case) -> None:
    problem = case.problem()
    weighted, total, _ = best_by_enumeration(case)
    best = match_worth(problem) * weighted + total
    assert bounded(asked(problem), best, time.monotonic() + 20).bound >= best - 1e-3


@pytest.mark.parametrize("mixed", [False, True])
def test_prices_come_close_to_a_known_answer(mixed: bool) -> None:
    problem = random_case(150, 40, mixed=mixed, seed=3).problem()
    priced = asked(problem)
    loose = priced.priced([np.zeros(problem.leaders) for _ in priced.limits]).bound
    found = bounded(priced, int(loose / 2), time.monotonic() + 60).bound
    assert found < 0.9 * loose


def test_a_start_that_is_not_the_best_is_not_called_optimal() -> None:
    """A round of 25 needs of half a day to ten days: HiGHS 1.16.0, given a start and its presolve, stayed at 44."""
    document = orjson.loads((Path(__file__).parent / "start_called_optimal.json").read_bytes())
    pairs = tuple(tuple(pair) for pair in document.pop("pairs"))
    case = Case(**{name: tuple(values) for name, values in document.items()}, pairs=pairs)
    found = solve(case.problem())
    assert (found.weighted_matched, found.total_suitability, found.optimal) == (45, 11326, True)
