"""A linear programme over very many pairs, solved over few of them and priced over all.

Duals of a programme over some pairs tell which of the others would improve it. Those are added, the best of each need,
until there is none: what is then optimal over the few is optimal over all of them, and so are its duals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from brokering.solver.columns import Floats, Mask
from brokering.solver.linear import Block, Programme
from brokering.solver.problem import Ints

FIRST_OF_A_NEED = 10
MORE_OF_A_NEED = 5
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Sifted:
    """A vertex over all pairs and each row's dual; `complete` where no pair that was left out would improve it."""

    values: Floats
    duals: Floats
    complete: bool


def sifted(
    cost: Ints, blocks: Sequence[Block], need_of: Ints, first: Ints, seconds_left: Callable[[], float]
) -> Sifted:
    """Maximise over pairs of at least 0, one column of the `blocks` each; `need_of` says whose they are.

    `first` are pairs to begin with beside the best of each need: with them the rows must be feasible where they are at
    all. Without time (before each step `seconds_left()` is asked) the last step's answer is returned; the first step
    is always taken. Raises Infeasible.
    """
    taken = np.zeros(len(cost), bool)
    taken[first] = True
    taken[_best_of_each(cost, np.arange(len(cost)), need_of, FIRST_OF_A_NEED)] = True
    columns = np.flatnonzero(taken)
    programme = Programme(cost, blocks, columns)
    while True:
        result = programme.solve()
        more = _improving(cost - _paid(blocks, result.duals), taken, need_of)
        if not len(more) or seconds_left() <= 0:
            break
        programme.add(more)
        taken[more] = True
        columns = np.concatenate([columns, more])
    values = np.zeros(len(cost))
    values[columns] = result.values
    return Sifted(values, result.duals, complete=not len(more))


def _paid(blocks: Sequence[Block], duals: Floats) -> Floats:
    """Return what each pair pays for what it takes of every row."""
    starts = np.cumsum([0, *(len(block.upper) for block in blocks)])
    parts = [block.value * duals[block.row_of + start] for block, start in zip(blocks, starts[:-1], strict=True)]
    return np.asarray(sum(parts))


def _improving(gain: Floats, taken: Mask, need_of: Ints) -> Ints:
    left_out = np.flatnonzero((gain > ROUNDING) & ~taken)
    return np.sort(_best_of_each(gain[left_out], left_out, need_of, MORE_OF_A_NEED))


def _best_of_each(gain: Ints | Floats, pairs: Ints, need_of: Ints, most: int) -> Ints:
    """Return these pairs, but of each need no more than so many: those with the greatest gain."""
    order = np.lexsort((-gain, need_of[pairs]))
    need = need_of[pairs][order]
    starts = np.flatnonzero(np.diff(need, prepend=-1))
    number = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return pairs[order[number < most]]
