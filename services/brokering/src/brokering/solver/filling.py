"""Whole assignments made and mended pair by pair: what fits is taken, and nobody is left beside a place with room.

A need with a twin is taken together with it or not at all.
"""

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
        self._twin_of: list[int] | None = None if problem.twin_of is None else problem.twin_of.tolist()
        for pair in chosen:
            self._take(int(pair))

    def fill(self, order: Ints) -> None:
        """Take every pair in this order that still fits a need without a leader, and its twin's first that fits."""
        alone, pairs_of = set[int](), self._pairs_of_twins(order)
        for pair in order.tolist():
            need = int(self._need_of[pair])
            if self.pair_of[need] < 0 and need not in alone and self._fits(pair):
                self._take(pair)
                if not self._joined_by_twin(need, pairs_of):
                    self._give_up(pair)
                    alone.add(need)

    def _pairs_of_twins(self, order: Ints) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for pair in order.tolist() if self._twin_of is not None else ():
            found.setdefault(int(self._need_of[pair]), []).append(pair)
        return found

    def _joined_by_twin(self, need: int, pairs_of: dict[int, list[int]]) -> bool:
        twin = -1 if self._twin_of is None else self._twin_of[need]
        if twin < 0 or self.pair_of[twin] >= 0:
            return True
        pair = next((pair for pair in pairs_of.get(twin, ()) if self._fits(pair)), None)
        if pair is not None:
            self._take(pair)
        return pair is not None

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
