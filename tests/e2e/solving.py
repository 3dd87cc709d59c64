"""Solves a round again from its published pairs: most needs met first, then the greatest total suitability.

Every need asks for the same days, so a leader's days and places are a number of schools, and the problem is a flow:
the linear programme over it has whole-number corners, which is why its optimum is the true one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import highspy
import numpy as np
from tests.e2e.platform import Document


@dataclass(frozen=True)
class Round:
    """Needs and leaders by position; `edges` as (need, leader, suitability)."""

    needs: list[str]
    leaders: list[str]
    edges: list[tuple[int, int, int]]
    capacity: list[int]


def read_round(pairs: list[Document], leaders: dict[str, Document]) -> Round:
    """The round of its pairs; a leader takes as many schools as its days and its places allow."""
    days = {pair["need_days"] for pair in pairs}
    weights = {pair["priority_weight"] for pair in pairs}
    assert len(days) == 1, f"needs of different days are no flow: {days}"
    assert len(weights) == 1, f"several priority classes: {weights}"
    need_days = days.pop()
    needs = {need: at for at, need in enumerate(sorted({pair["need_id"] for pair in pairs}))}
    ids = {leader: at for at, leader in enumerate(sorted({pair["leader_id"] for pair in pairs}))}
    capacity = [int(min(leaders[one]["days_available"] // need_days, leaders[one]["max_concurrent"])) for one in ids]
    edges = [(needs[pair["need_id"]], ids[pair["leader_id"]], pair["suitability"]) for pair in pairs]
    return Round(list(needs), list(ids), edges, capacity)


def most_matched(given: Round) -> int:
    """How many needs can be met at most, found by augmenting paths."""
    return _Matching(given).size()


class _Matching:
    """A growing matching. Leaders reached by a search that failed stay out of later ones: none can succeed there."""

    def __init__(self, given: Round) -> None:
        self._given = given
        self._near: list[list[int]] = [[] for _ in given.needs]
        for need, leader, _ in given.edges:
            self._near[need].append(leader)
        self._taken: dict[int, int] = {}
        self._held: list[set[int]] = [set() for _ in given.leaders]
        self._hopeless: set[int] = set()

    def size(self) -> int:
        for need in range(len(self._given.needs)):
            self._meet(need)
        return len(self._taken)

    def _meet(self, need: int) -> None:
        came_from: dict[int, int] = {}
        queue = deque([need])
        while queue:
            here = queue.popleft()
            for leader in self._near[here]:
                if leader in came_from or leader in self._hopeless:
                    continue
                came_from[leader] = here
                if len(self._held[leader]) < self._given.capacity[leader]:
                    self._hand_over(leader, came_from)
                    return
                queue.extend(self._held[leader])
        self._hopeless.update(came_from)

    def _hand_over(self, leader: int, came_from: dict[int, int]) -> None:
        """Give the last need of the path to `leader`, its former leader to the need before, and so on."""
        next_leader: int | None = leader
        while next_leader is not None:
            need = came_from[next_leader]
            before = self._taken.get(need)
            self._taken[need] = next_leader
            self._held[next_leader].add(need)
            if before is not None:
                self._held[before].discard(need)
            next_leader = before


def best_suitability(given: Round, matched: int) -> int:
    """The greatest total suitability of any way to meet `matched` needs."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # published without types
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)  # a process has one scheduler: all that solve in it must agree
    rows = len(given.needs) + len(given.leaders)
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = len(given.edges), rows + 1
    programme.sense_ = highspy.ObjSense.kMaximize
    programme.col_cost_ = np.array([suitability for _, _, suitability in given.edges], dtype=float)
    programme.col_lower_ = np.zeros(len(given.edges))
    programme.col_upper_ = np.ones(len(given.edges))
    programme.row_lower_ = np.array([*[0.0] * rows, float(matched)])
    programme.row_upper_ = np.array([*[1.0] * len(given.needs), *map(float, given.capacity), float(matched)])
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_ = np.arange(0, 3 * len(given.edges) + 1, 3)
    cells = [(need, len(given.needs) + leader, rows) for need, leader, _ in given.edges]
    programme.a_matrix_.index_ = np.array(cells).reshape(-1)
    programme.a_matrix_.value_ = np.ones(3 * len(given.edges))
    solver.passModel(programme)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return round(solver.getInfo().objective_function_value)
