"""Twins are matched together or not at all: against enumeration, in any order of rows, with pins, and without time."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from services.brokering.tests.unit.test_solver import Case, holds_every_limit, random_case

from brokering.solver.assignment import ROUNDING, _by_linear_programme, _given
from brokering.solver.linear import Infeasible, maximise
from brokering.solver.problem import Ints, Problem, Solution
from brokering.solver.solve import solve
from brokering.solver.tightening import tightened

Score = tuple[int, int, int]


@dataclass(frozen=True)
class Twinned(Case):
    """Needs 0 and 1 are twins, and so are 2 and 3, as far as `couples` go; the rest are whole."""

    couples: int = 1

    def twins(self) -> Ints:
        twins = np.full(len(self.half_days), -1, np.int64)
        for first in range(0, 2 * self.couples, 2):
            twins[[first, first + 1]] = [first + 1, first]
        return twins

    def problem(self) -> Problem:
        plain = Case.problem(self)
        return Problem(
            plain.half_days,
            plain.weights,
            plain.slots,
            plain.capacity,
            plain.loads,
            plain.need_of,
            plain.leader_of,
            plain.suitability,
            plain.flags,
            self.twins(),
        )


@st.composite
def cases(draw: st.DrawFn) -> Twinned:
    couples = draw(st.integers(1, 3))
    needs, leaders = 2 * couples + draw(st.integers(0, 1)), draw(st.integers(1, 4))
    mixed = draw(st.booleans())
    days = [draw(st.integers(1, 6)) if mixed else 4 for _ in range(needs)]
    capacity = [draw(st.integers(0, 12)) for _ in range(leaders)]
    every = [(n, k) for n in range(needs) for k in range(leaders) if days[n] <= capacity[k]]
    chosen = draw(st.lists(st.sampled_from(every), unique=True, min_size=len(every) // 2)) if every else []
    weights = [draw(st.integers(1, 2)) for _ in range(needs)]
    return Twinned(
        tuple(days),
        tuple(weights),
        tuple(draw(st.integers(0, 3)) for _ in range(leaders)),
        tuple(capacity),
        tuple((n, k, draw(st.integers(0, 1000))) for n, k in chosen),
        tuple(draw(st.integers(0, 2)) for _ in range(leaders)),
        couples,
    )


def every_assignment(case: Twinned) -> list[tuple[tuple[int | None, ...], Score]]:
    """All assignments that hold every limit and no twin without the other, with what each reaches aim by aim."""
    score, twins, found = {(n, k): s for n, k, s in case.pairs}, case.twins().tolist(), []
    choices = [[None, *(k for k in range(len(case.slots)) if (n, k) in score)] for n in range(len(case.half_days))]
    for chosen in itertools.product(*choices):
        taken = [(n, k) for n, k in enumerate(chosen) if k is not None]
        counts = [sum(k == leader for _, k in taken) for leader in range(len(case.slots))]
        used = [sum(case.half_days[n] for n, k in taken if k == leader) for leader in range(len(case.slots))]
        fits = all(map(int.__le__, counts, case.slots)) and all(map(int.__le__, used, case.capacity))
        if fits and all((chosen[n] is None) == (chosen[twin] is None) for n, twin in enumerate(twins) if twin >= 0):
            even = -sum((load + count) ** 2 for load, count in zip(case.loads, counts, strict=True))
            reached = sum(case.weights[n] for n, _ in taken), sum(score[pair] for pair in taken), even
            found.append((chosen, reached))
    return found


def best(case: Twinned) -> Score:
    return max(reached for _, reached in every_assignment(case))


def together(case: Twinned, solution: Solution) -> bool:
    has, twins = solution.leader_of_need >= 0, case.twins()
    return bool((has[twins >= 0] == has[twins[twins >= 0]]).all())


@settings(max_examples=150, deadline=None)
@given(cases())
def test_small_rounds_equal_enumeration_in_all_three_aims(case: Twinned) -> None:
    problem = case.problem()
    solution = solve(problem)
    counts = np.bincount(solution.leader_of_need[solution.leader_of_need >= 0], minlength=problem.leaders)
    even = -int(((np.array(case.loads) + counts) ** 2).sum())
    alone = solve(Case.problem(case)).weighted_matched
    event(f"twins change the answer: {alone > solution.weighted_matched}")
    assert (solution.weighted_matched, solution.total_suitability, even) == best(case)
    assert (solution.optimal, solution.balanced, solution.gap) == (True, True, 0)
    assert together(case, solution)
    assert holds_every_limit(problem, solution)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_what_is_stated_without_time_holds(case: Twinned) -> None:
    hurried = solve(case.problem(), seconds=0)
    weighted, total, _ = best(case)
    assert together(case, hurried)
    assert holds_every_limit(case.problem(), hurried)
    assert hurried.weighted_matched <= weighted <= hurried.bound.weighted_matched
    assert hurried.bound.weighted_matched > weighted or total <= hurried.bound.total_suitability
    assert not hurried.optimal or (hurried.weighted_matched, hurried.total_suitability) == (weighted, total)


@settings(max_examples=80, deadline=None)
@given(cases(), st.data())
def test_a_pin_is_held_with_the_best_of_what_is_left_or_refused(case: Twinned, data: st.DataObject) -> None:
    if not case.pairs:
        return
    need, leader, _ = data.draw(st.sampled_from(case.pairs))
    with_it = [reached for chosen, reached in every_assignment(case) if chosen[need] == leader]
    if not with_it:
        with pytest.raises(Infeasible):
            solve(case.problem(), [(need, leader)])
        return
    solution = solve(case.problem(), [(need, leader)])
    assert solution.leader_of_need[need] == leader
    assert (solution.weighted_matched, solution.total_suitability) == max(with_it)[:2]
    assert solution.optimal
    assert together(case, solution)


def middle_sized(seed: int) -> Twinned:
    case = random_case(120, 40, mixed=True, seed=seed)
    return Twinned(case.half_days, case.weights, case.slots, case.capacity, case.pairs, couples=50)


def test_the_order_of_rows_plays_no_part() -> None:
    case = middle_sized(7)
    shuffled = list(case.pairs)
    random.Random(1).shuffle(shuffled)
    other = Twinned(case.half_days, case.weights, case.slots, case.capacity, tuple(shuffled), couples=case.couples)
    assert np.array_equal(solve(case.problem()).leader_of_need, solve(other.problem()).leader_of_need)


@pytest.mark.parametrize("seed", range(3))
def test_the_middle_size_is_proven_and_nothing_false_is_claimed_without_time(seed: int) -> None:
    case = middle_sized(seed)
    solution, hurried = solve(case.problem(), seconds=30), solve(case.problem(), seconds=0)
    assert (solution.optimal, together(case, solution)) == (True, True)
    assert together(case, hurried)
    assert hurried.weighted_matched <= solution.weighted_matched <= hurried.bound.weighted_matched


def test_the_linear_bound_is_as_sharp_as_its_programme() -> None:
    case = middle_sized(3)
    given = _given(tightened(case.problem()), np.empty(0, np.int64))
    columns = np.arange(given.problem.pairs)
    free = np.zeros(len(columns))
    programme = maximise(given.cost, free, free + np.inf, given.blocks(columns), 30)
    assert _by_linear_programme(given, 30).total == math.floor(programme.objective + ROUNDING)
