"""Whole assignments made and mended pair by pair: what fits is taken, and nobody is left beside a place with room."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from brokering.solver.problem import Ints, Problem


class Filling:
    """An assignment that grows: the pair each need has (-1: none), and what every leader has left."""

    def __init__(self, problem: Problem, chosen: Iterable[int] = ()) -> None:
        self._need_of, self._leader_of = problem.need_of, problem.leader_of
        self._half_days, self._suitability = problem.half_days.tolist(), problem.suitability
        self.pair_of: list[int] = [-1] * problem.needs
        self._slots, self._days = problem.slots.tolist(), problem.capacity.tolist()
        self._held: list[int] = problem.loads.tolist()
        for pair in chosen:
            self._take(int(pair))

    def fill(self, order: Ints) -> None:
        """Take every pair in this order that still fits a need without a leader."""
        for pair in order.tolist():
            if self.pair_of[self._need_of[pair]] < 0 and self._fits(pair):
                self._take(pair)

    def mend(self, order: Ints, held: Ints) -> None:
        """Fill up, and move needs (but those `held` by number) to a better leader with room, until none can be.

        Among leaders that suit alike a need moves to one with at least two schools fewer.
        """
        fixed, moved = set(held.tolist()), True
        while moved:
            moved = False
            with_room = self._with_room(order)
            self.fill(with_room)
            for pair in with_room.tolist():
                need = int(self._need_of[pair])
                if need not in fixed and self._fits(pair) and self._better(pair, self.pair_of[need]):
                    self._give_up(self.pair_of[need])
                    self._take(pair)
                    moved = True

    def _with_room(self, order: Ints) -> Ints:
        leaders, asked = self._leader_of[order], np.array(self._half_days)[self._need_of[order]]
        return order[(np.array(self._slots)[leaders] > 0) & (np.array(self._days)[leaders] >= asked)]

    def chosen(self) -> Ints:
        """Return the numbers of the pairs taken."""
        return np.array(sorted(pair for pair in self.pair_of if pair >= 0), np.int64)

    def _fits(self, pair: int) -> bool:
        leader = self._leader_of[pair]
        return bool(self._slots[leader] > 0 and self._days[leader] >= self._half_days[self._need_of[pair]])

    def _better(self, pair: int, than: int) -> bool:
        if than < 0 or pair == than:
            return False
        gain = int(self._suitability[pair] - self._suitability[than])
        return gain > 0 or (gain == 0 and self._held[self._leader_of[pair]] + 1 < self._held[self._leader_of[than]])

    def _take(self, pair: int) -> None:
        self._count(pair, 1)
        self.pair_of[self._need_of[pair]] = pair

    def _give_up(self, pair: int) -> None:
        self._count(pair, -1)
        self.pair_of[self._need_of[pair]] = -1

    def _count(self, pair: int, more: int) -> None:
        leader = self._leader_of[pair]
        self._slots[leader] -= more
        self._held[leader] += more
        self._days[leader] -= more * self._half_days[self._need_of[pair]]
