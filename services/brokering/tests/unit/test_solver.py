"""The solver against enumeration, against an independent min-cost flow, and against itself in another order."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokering.solver.linear import Infeasible
from brokering.solver.problem import Problem, Solution
from brokering.solver.solve import solve
from brokering.solver.stability import solve_steadily, standing_pairs


@dataclass(frozen=True)
class Case:
    half_days: tuple[int, ...]
    weights: tuple[int, ...]
    slots: tuple[int, ...]
    capacity: tuple[int, ...]
    pairs: tuple[tuple[int, int, int], ...]
    loads: tuple[int, ...] = ()

    def problem(self) -> Problem:
        pairs = sorted(self.pairs)
        columns = np.array(pairs, np.int64).reshape(-1, 3).T
        return Problem(
            half_days=np.array(self.half_days, np.int64),
            weights=np.array(self.weights, np.int64),
            slots=np.array(self.slots, np.int64),
            capacity=np.array(self.capacity, np.int64),
            loads=np.array(self.loads or [0] * len(self.slots), np.int64),
            need_of=columns[0],
            leader_of=columns[1],
            suitability=columns[2],
            flags=np.zeros(len(pairs), np.int64),
        )


@st.composite
def cases(draw: st.DrawFn, *, mixed: bool, odd: bool = False) -> Case:
    needs, leaders = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    days = [draw(st.integers(1, 6)) if mixed or (odd and number == 0) else 4 for number in range(needs)]
    capacity = [draw(st.integers(0, 12)) for _ in range(leaders)]
    every = [(n, k) for n in range(needs) for k in range(leaders) if days[n] <= capacity[k]]
    chosen = draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    return Case(
        tuple(days),
        tuple(draw(st.integers(1, 3)) for _ in range(needs)),
        tuple(draw(st.integers(0, 3)) for _ in range(leaders)),
        tuple(capacity),
        tuple((n, k, draw(st.sampled_from([0, 500, 1000]) | st.integers(0, 1000))) for n, k in chosen),
        tuple(draw(st.integers(0, 2)) for _ in range(leaders)),
    )


def best_by_enumeration(case: Case) -> tuple[int, int, int]:
    """Return (weighted matched, suitability, minus sum of squared loads) of the best of all assignments."""
    score = {(n, k): s for n, k, s in case.pairs}
    choices = [[None, *(k for k in range(len(case.slots)) if (n, k) in score)] for n in range(len(case.half_days))]
    best = (-1, -1, 0)
    for assignment in itertools.product(*choices):
        taken = [(n, k) for n, k in enumerate(assignment) if k is not None]
        counts = [sum(1 for _, k in taken if k == leader) for leader in range(len(case.slots))]
        used = [sum(case.half_days[n] for n, k in taken if k == leader) for leader in range(len(case.slots))]
        if any(c > s for c, s in zip(counts, case.slots, strict=True)):
            continue
        if any(u > c for u, c in zip(used, case.capacity, strict=True)):
            continue
        even = -sum((load + count) ** 2 for load, count in zip(case.loads, counts, strict=True))
        best = max(best, (sum(case.weights[n] for n, _ in taken), sum(score[pair] for pair in taken), even))
    return best


def holds_every_limit(problem: Problem, solution: Solution) -> bool:
    pairs = set(zip(problem.need_of.tolist(), problem.leader_of.tolist(), strict=True))
    taken = [(n, k) for n, k in enumerate(solution.leader_of_need.tolist()) if k >= 0]
    for leader in range(problem.leaders):
        mine = [n for n, k in taken if k == leader]
        if len(mine) > problem.slots[leader] or sum(problem.half_days[n] for n in mine) > problem.capacity[leader]:
            return False
    return all(pair in pairs for pair in taken)


class TestAgainstEnumeration:
    @settings(max_examples=120, deadline=None)
    @given(cases(mixed=False))
    def test_equal_days_are_optimal_in_all_three_aims(self, case: Case) -> None:
        problem = case.problem()
        solution = solve(problem)
        counts = np.bincount(solution.leader_of_need[solution.leader_of_need >= 0], minlength=problem.leaders)
        even = -int(((np.array(case.loads) + counts) ** 2).sum())
        assert (solution.weighted_matched, solution.total_suitability, even) == best_by_enumeration(case)
        assert solution.optimal
        assert solution.gap == 0
        assert solution.bound.weighted_matched == solution.weighted_matched
        assert solution.bound.total_suitability == solution.total_suitability
        assert solution.bound.matched == solution.matched
        assert holds_every_limit(problem, solution)

    @settings(max_examples=120, deadline=None)
    @given(cases(mixed=True) | cases(mixed=False, odd=True))
    def test_mixed_days_are_optimal_in_all_three_aims_and_never_overbook(self, case: Case) -> None:
        solution = solve(case.problem())
        assert holds_every_limit(case.problem(), solution)
        counts = np.bincount(solution.leader_of_need[solution.leader_of_need >= 0], minlength=len(case.slots))
        even = -int(((np.array(case.loads) + counts) ** 2).sum())
        assert (solution.weighted_matched, solution.total_suitability, even) == best_by_enumeration(case)
        assert solution.balanced
        assert solution.optimal
        assert solution.bound.matched >= solution.matched

    @settings(max_examples=50, deadline=None)
    @given(cases(mixed=True) | cases(mixed=False))
    def test_what_is_stated_without_time_holds(self, case: Case) -> None:
        hurried = solve(case.problem(), seconds=0)
        weighted, total, _ = best_by_enumeration(case)
        assert holds_every_limit(case.problem(), hurried)
        assert hurried.weighted_matched <= weighted <= hurried.bound.weighted_matched
        if hurried.bound.weighted_matched == weighted:
            assert total <= hurried.bound.total_suitability
        assert hurried.optimal == (hurried.gap == 0)
        assert not hurried.optimal or (hurried.weighted_matched, hurried.total_suitability) == (weighted, total)


def random_case(needs: int, leaders: int, *, mixed: bool, seed: int) -> Case:
    rng = random.Random(seed)
    days = [rng.choice((6, 10, 14, 20)) if mixed else 20 for _ in range(needs)]
    capacity = [rng.choice((15, 20, 40, 50, 80)) for _ in range(leaders)]
    pairs = [
        (n, k, rng.randrange(1001))
        for n in range(needs)
        for k in range(leaders)
        if days[n] <= capacity[k] and rng.random() < 0.15
    ]
    return Case(
        tuple(days), (1,) * needs, tuple(rng.choice((1, 2, 3)) for _ in range(leaders)), tuple(capacity), tuple(pairs)
    )


def dense_case(seed: int, *, capacity: int, step: int = 1, priorities: tuple[int, ...] = (1,)) -> Case:
    """Give 90 needs that all would rather have the same few of 40 leaders: more than the solver begins with."""
    rng = random.Random(seed)
    pairs = tuple((n, k, min(20 * k + rng.randrange(200), 1000) // step * step) for n in range(90) for k in range(40))
    weights = tuple(rng.choice(priorities) for _ in range(90))
    return Case((20,) * 90, weights, tuple(rng.choice((1, 2, 3)) for _ in range(40)), (capacity,) * 40, pairs)


EQUAL_DAYS = {
    **{f"few pairs, seed {seed}": random_case(120, 40, mixed=False, seed=seed) for seed in range(3)},
    "slack": dense_case(1, capacity=120),
    "scarce": dense_case(2, capacity=20),
    "scarce, with priorities": dense_case(3, capacity=40, priorities=(1, 2, 5)),
    "scarce, many alike": dense_case(4, capacity=20, step=250),
}


def worth_by_min_cost_flow(case: Case) -> int:
    """Return what the best assignment is worth, a million for each weight matched, by an algorithm of its own."""
    graph = nx.DiGraph()
    for n, k, score in case.pairs:
        graph.add_edge(("need", n), ("leader", k), capacity=1, weight=-(1_000_000 * case.weights[n] + score))
    for n in range(len(case.half_days)):
        graph.add_edge("source", ("need", n), capacity=1, weight=0)
        graph.add_edge(("need", n), "sink", capacity=1, weight=0)
    for k, (slots, capacity) in enumerate(zip(case.slots, case.capacity, strict=True)):
        graph.add_edge(("leader", k), "sink", capacity=min(slots, capacity // 20), weight=0)
    graph.nodes["source"]["demand"] = -len(case.half_days)
    graph.nodes["sink"]["demand"] = len(case.half_days)
    cost, _ = nx.network_simplex(graph)
    return -int(cost)


@pytest.mark.parametrize("name", EQUAL_DAYS)
def test_agrees_with_an_independent_min_cost_flow(name: str) -> None:
    case = EQUAL_DAYS[name]
    solution = solve(case.problem())
    assert 1_000_000 * solution.weighted_matched + solution.total_suitability == worth_by_min_cost_flow(case)
    assert (solution.optimal, solution.balanced) == (True, True)


@pytest.mark.parametrize("name", EQUAL_DAYS)
def test_a_flow_cut_short_states_what_it_may_have_missed(name: str) -> None:
    case = EQUAL_DAYS[name]
    hurried, best = solve(case.problem(), seconds=0.0), worth_by_min_cost_flow(case)
    weighted, total = divmod(best, 1_000_000)
    assert holds_every_limit(case.problem(), hurried)
    assert 1_000_000 * hurried.weighted_matched + hurried.total_suitability <= best
    assert hurried.bound.weighted_matched >= weighted
    assert 1000 * hurried.bound.matched > hurried.bound.total_suitability >= total
    assert hurried.optimal == (hurried.gap == 0)


@pytest.mark.parametrize("mixed", [False, True])
def test_the_order_of_rows_plays_no_part(mixed: bool) -> None:
    case = random_case(80, 25, mixed=mixed, seed=7)
    shuffled = list(case.pairs)
    random.Random(1).shuffle(shuffled)
    other = Case(case.half_days, case.weights, case.slots, case.capacity, tuple(shuffled))
    assert np.array_equal(solve(case.problem()).leader_of_need, solve(other.problem()).leader_of_need)


def test_mixed_days_in_the_middle_size_are_proven() -> None:
    solution = solve(random_case(150, 40, mixed=True, seed=3).problem(), seconds=20)
    assert solution.optimal
    assert solution.gap == 0


def test_one_need_of_other_days_among_equal_ones_is_proven_all_the_same() -> None:
    case = random_case(120, 40, mixed=False, seed=5)
    odd = replace(case, half_days=(6, *case.half_days[1:]))
    solution = solve(odd.problem(), seconds=20)
    assert (solution.optimal, solution.balanced, solution.gap) == (True, True, 0)


def test_without_time_the_gap_is_told_and_nothing_is_claimed() -> None:
    problem = random_case(150, 40, mixed=True, seed=3).problem()
    hurried, patient = solve(problem, seconds=0.0), solve(problem, seconds=20)
    assert holds_every_limit(problem, hurried)
    assert hurried.bound.weighted_matched >= patient.weighted_matched
    assert hurried.optimal == (hurried.gap == 0)


class TestBalance:
    """Four needs that both leaders suit alike, and who has room for all of them."""

    EVERY = tuple((n, k, 500) for n in range(4) for k in range(2))

    def loads(self, *under_way: int) -> list[int]:
        case = Case((4,) * 4, (1,) * 4, (4, 4), (16, 16), self.EVERY, under_way)
        return [int(count) for count in np.bincount(solve(case.problem()).leader_of_need, minlength=2)]

    def test_loads_are_even_among_equal_answers(self) -> None:
        assert self.loads(0, 0) == [2, 2]

    def test_schools_under_way_count(self) -> None:
        assert self.loads(2, 0) == [1, 3]
        assert self.loads(0, 4) == [4, 0]


class TestPinned:
    CASE = Case((4, 4), (1, 1), (1, 1), (4, 4), ((0, 0, 900), (0, 1, 100), (1, 0, 800), (1, 1, 700)))

    def test_is_held_at_the_cost_of_suitability(self) -> None:
        solution = solve(self.CASE.problem(), [(0, 1)])
        assert solution.leader_of_need.tolist() == [1, 0]
        assert solution.optimal

    def test_of_no_feasible_pair_is_refused(self) -> None:
        with pytest.raises(Infeasible):
            solve(Case((4, 4), (1, 1), (1, 1), (4, 4), ((0, 0, 900),)).problem(), [(1, 1)])

    def test_beyond_a_leaders_places_is_refused(self) -> None:
        with pytest.raises(Infeasible):
            solve(self.CASE.problem(), [(0, 0), (1, 0)])


class TestStability:
    """Two needs that are alike and two leaders: the best answer changes hands by a hair."""

    CASE = Case((4, 4), (1, 1), (1, 1), (4, 4), ((0, 0, 500), (0, 1, 540), (1, 0, 500), (1, 1, 500)))

    def after(self, stability: int) -> Solution:
        problem = self.CASE.problem()
        return solve_steadily(problem, standing_pairs(problem, [(0, 0), (1, 1)]), stability, (), 5)

    def test_without_it_the_best_answer_wins(self) -> None:
        assert self.after(0).leader_of_need.tolist() == [1, 0]

    def test_what_stands_is_kept_while_it_costs_no_more_than_asked(self) -> None:
        assert self.after(19).leader_of_need.tolist() == [1, 0]
        steady = self.after(21)
        assert steady.leader_of_need.tolist() == [0, 1]
        assert (steady.total_suitability, steady.bound.total_suitability, steady.optimal) == (1000, 1000, True)

    def test_no_match_is_given_up_for_it(self) -> None:
        case = Case((4, 4), (1, 1), (1, 1), (4, 4), ((0, 0, 0), (0, 1, 0), (1, 0, 0)))
        problem = case.problem()
        assert solve_steadily(problem, standing_pairs(problem, [(0, 0)]), 1000, (), 5).matched == 2

    @settings(max_examples=60, deadline=None)
    @given(cases(mixed=False), st.integers(0, 1000))
    def test_solving_again_disturbs_nothing_that_was_best(self, case: Case, stability: int) -> None:
        problem = case.problem()
        first = solve(problem)
        standing = [(n, k) for n, k in enumerate(first.leader_of_need.tolist()) if k >= 0]
        again = solve_steadily(problem, standing_pairs(problem, standing), stability + 1, (), 5)
        assert again.leader_of_need.tolist() == first.leader_of_need.tolist()
        assert (again.total_suitability, again.bound) == (first.total_suitability, first.bound)


def test_a_round_without_pairs_is_an_answer() -> None:
    solution = solve(Case((4,), (1,), (1,), (0,), ()).problem())
    assert (solution.matched, solution.optimal, solution.gap) == (0, True, 0.0)


@pytest.mark.parametrize("loads", [(0, 0), (1, 0), (0, 1)])
@pytest.mark.parametrize("leader", [0, 1])
@pytest.mark.parametrize("need", [0, 1, 2])
def test_a_pin_is_held_among_needs_that_are_alike(need: int, leader: int, loads: tuple[int, int]) -> None:
    pairs = tuple((number, who, (700, 620)[who]) for number in range(3) for who in range(2))
    alike = Case((4, 4, 4), (1, 1, 1), (1, 1), (8, 8), pairs, loads)
    solution = solve(alike.problem(), [(need, leader)])
    assert solution.leader_of_need[need] == leader
    assert (solution.matched, solution.optimal) == (2, True)
