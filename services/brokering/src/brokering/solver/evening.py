"""The third aim where days are mixed: among assignments as good in both other aims, the one of most even loads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from brokering.solver.columns import Mask
from brokering.solver.linear import Block, maximise_integer
from brokering.solver.problem import Ints, Problem


def evened(
    problem: Problem, blocks: Callable[[Ints], list[Block]], tight: Mask, chosen: Ints, seconds: float
) -> tuple[Ints, bool]:
    """Return the assignment with the least sum of squared loads that is worth as much, and whether that is proven.

    `tight` are the pairs that an assignment worth as much can have; `blocks` gives the rows that pairs are held to.
    """
    tight[chosen] = True
    pairs = np.flatnonzero(tight)
    places = np.minimum(problem.slots, np.bincount(problem.leader_of[pairs], minlength=problem.leaders))
    if seconds <= 0:
        return chosen, False
    leader = np.repeat(np.arange(problem.leaders), places)
    number = np.arange(len(leader)) - np.repeat(np.cumsum(places) - places, places)
    price = 2 * (problem.loads[leader] + number) + 1
    taken = np.bincount(problem.leader_of[chosen], minlength=problem.leaders)
    start = np.concatenate([np.isin(pairs, chosen), number < taken[leader]]).astype(np.int64)
    rows = [*(_padded(block, len(leader)) for block in blocks(pairs)), *_as_good(problem, pairs, chosen, len(leader))]
    rows.append(_filled_places(problem, pairs, leader))
    gain = np.concatenate([np.zeros(len(pairs), np.int64), -price])
    result = maximise_integer(gain, rows, start=start, seconds=seconds)
    return pairs[result.values[: len(pairs)] > 0], result.proven


def _padded(block: Block, places: int) -> Block:
    """Return the rows with columns of places added, which take nothing of them."""
    nothing = np.zeros(places, np.int64)
    return Block(
        np.concatenate([block.row_of, nothing]), np.concatenate([block.value, nothing]), block.lower, block.upper
    )


def _as_good(problem: Problem, pairs: Ints, chosen: Ints, places: int) -> list[Block]:
    """Return a row for each of the first two aims: no less than the chosen pairs reach."""
    rows = []
    for gain in (problem.weights[problem.need_of], problem.suitability):
        value = np.concatenate([gain[pairs], np.zeros(places, np.int64)])
        reached = np.array([float(gain[chosen].sum())])
        rows.append(Block(np.zeros(len(value), np.int64), value, reached, np.array([np.inf])))
    return rows


def _filled_places(problem: Problem, pairs: Ints, leader: Ints) -> Block:
    """Return a row for each leader: as many of its places are filled as it has pairs."""
    value = np.concatenate([np.ones(len(pairs), np.int64), np.full(len(leader), -1)])
    nothing = np.zeros(problem.leaders)
    return Block(np.concatenate([problem.leader_of[pairs], leader]), value, nothing, nothing)
