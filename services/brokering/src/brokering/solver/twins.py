"""Needs that are matched with their twin or not at all: the two parts of split support, where a round asks for both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from brokering.solver.linear import Block
from brokering.solver.problem import Ints, Problem


def has_twin(problem: Problem) -> npt.NDArray[np.bool_]:
    """Tell of each need whether it has a twin."""
    return np.zeros(problem.needs, bool) if problem.twin_of is None else problem.twin_of >= 0


def hopeful_pairs(problem: Problem) -> npt.NDArray[np.bool_]:
    """Tell of each pair whether its need's twin, where there is one, has a pair at all."""
    twins = has_twin(problem)
    if problem.twin_of is None or not twins.any():
        return np.ones(problem.pairs, bool)
    hopeful = np.bincount(problem.need_of, minlength=problem.needs) > 0
    hopeful[twins] &= hopeful[problem.twin_of[twins]]
    return hopeful[problem.need_of]


def renumbered(problem: Problem, needs: Ints) -> Ints | None:
    """Return the twins of these needs, in their numbering; a twin is never without the other among them."""
    if problem.twin_of is None or not has_twin(problem)[needs].any():
        return None
    places = np.full(problem.needs + 1, -1, np.int64)
    places[needs] = np.arange(len(needs))
    return places[problem.twin_of[needs]]


def twin_blocks(problem: Problem, columns: Ints) -> list[Block]:
    """Return the rows that hold twins together in a programme over these pairs: both have a leader or neither."""
    if problem.twin_of is None:
        return []
    needs, nothing = problem.need_of[columns], np.zeros(problem.needs)
    twins = problem.twin_of[needs]
    value = np.where(twins < 0, 0, np.where(needs < twins, 1, -1))
    return [Block(np.where(twins < 0, needs, np.minimum(needs, twins)), value, nothing, nothing)]


def only(problem: Problem, pairs: npt.NDArray[np.bool_]) -> Problem:
    """Return the problem with these pairs alone; needs and leaders keep their numbers."""
    return replace(
        problem,
        need_of=problem.need_of[pairs],
        leader_of=problem.leader_of[pairs],
        suitability=problem.suitability[pairs],
        flags=problem.flags[pairs],
    )
