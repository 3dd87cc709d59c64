"""Parts solved anew make an assignment better where many leaders are alike, and never worse."""

from __future__ import annotations

import random
from itertools import count

import numpy as np
from services.brokering.tests.unit.test_solver import Case, holds_every_limit

from brokering.solver.filling import Filling
from brokering.solver.limits import limits_of
from brokering.solver.linear import Block, maximise_integer
from brokering.solver.neighbourhoods import improved
from brokering.solver.problem import Ints, Problem
from brokering.solver.solve import solve

LEADERS = 30
FULL = 20
PARTS = 60


def alike() -> Problem:
    """Leaders of ten days and two places, and needs that fill them to the last half day, two and two."""
    chance = random.Random(7)
    halves = [chance.randint(6, 10) for _ in range(LEADERS)]
    sizes = [*halves, *(FULL - half for half in halves)]
    pairs = [(need, leader, chance.randint(0, 1000)) for need in range(len(sizes)) for leader in range(LEADERS)]
    return Case(tuple(sizes), (1,) * len(sizes), (2,) * LEADERS, (FULL,) * LEADERS, tuple(pairs)).problem()


def in_turn(problem: Problem) -> Ints:
    filling = Filling(problem)
    filling.fill(np.argsort(-problem.suitability, kind="stable"))
    return filling.chosen()


def within(problem: Problem, chosen: Ints, pairs: Ints) -> Ints:
    columns = np.union1d(pairs, chosen)
    least = np.full(problem.leaders, -np.inf)
    each = Block(
        problem.need_of[columns],
        np.ones(len(columns), np.int64),
        np.full(problem.needs, -np.inf),
        np.ones(problem.needs),
    )
    limits = [
        Block(problem.leader_of[columns], limit.taken[columns], least, limit.most.astype(float))
        for limit in limits_of(problem)
    ]
    gain = 100_000 + problem.suitability[columns]
    start = np.isin(columns, chosen).astype(np.int64)
    return columns[maximise_integer(gain, [each, *limits], start=start, seconds=5.0).values > 0]


def test_needs_left_out_find_a_place() -> None:
    problem, left = alike(), count(PARTS, -1)
    start, all_open = in_turn(problem), np.ones(problem.pairs, bool)
    grew = [len(start)]

    def better(chosen: Ints, pairs: Ints) -> Ints:
        now = within(problem, chosen, pairs)
        grew.append(len(now))
        return now

    found = improved(problem, all_open, start, better, lambda _: next(left) > 0)
    assert grew == sorted(grew)
    assert len(found) == len({*problem.need_of[found]}) >= len(start) + 5
    taken = np.zeros(problem.leaders, np.int64)
    np.add.at(taken, problem.leader_of[found], problem.half_days[problem.need_of[found]])
    assert taken.max() <= FULL


def test_without_a_pair_there_is_no_part() -> None:
    problem = Case((4,), (1,), (1,), (4,), ()).problem()
    nothing = np.zeros(0, np.int64)
    assert not len(improved(problem, np.zeros(0, bool), nothing, lambda chosen, _: chosen, lambda _: True))


def test_a_round_of_alike_leaders_holds_every_limit() -> None:
    problem = alike()
    solution = solve(problem, seconds=3.0)
    assert holds_every_limit(problem, solution)
    assert solution.weighted_matched <= solution.bound.weighted_matched
