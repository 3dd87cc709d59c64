"""Solves a round again from what it publishes (`/pairs` and `/leaders`), by a linear programme of its own.

Nothing of the service's solver is used: the rows are written down here from the published lines alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Published:
    """A round as published: pairs, and the leaders by id."""

    pairs: Sequence[Mapping[str, Any]]
    leaders: Mapping[str, Mapping[str, Any]]

    @property
    def is_flow(self) -> bool:
        """Whether every need asks for the same days: the programme's corners are then whole."""
        return len({pair["need_days"] for pair in self.pairs}) == 1


def most_weighted(given: Published) -> float:
    """The most weighted needs that fractions of leaders could serve: no assignment serves more."""
    return _Programme(given).maximise([pair["priority_weight"] for pair in given.pairs])


def most_suitability(given: Published, weighted: int) -> float:
    """The greatest total suitability of any (fractional) assignment that serves so many weighted needs."""
    programme = _Programme(given)
    programme.at_least([pair["priority_weight"] for pair in given.pairs], weighted)
    return programme.maximise([pair["suitability"] for pair in given.pairs])


def overbooked(given: Published, proposals: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what an answer breaks: a pair that is none, a need served twice, a leader's days or places."""
    feasible = {(pair["need_id"], pair["leader_id"]): pair for pair in given.pairs}
    days, places, served, wrong = dict[str, float](), dict[str, int](), set[str](), list[str]()
    for each in proposals:
        pair, leader = feasible.get((each["need_id"], each["leader_id"])), each["leader_id"]
        if pair is None or each["need_id"] in served or pair["suitability"] != each["suitability"]:
            wrong.append(f"pair {each['need_id']} {leader}")
            continue
        served.add(each["need_id"])
        days[leader] = days.get(leader, 0) + pair["need_days"]
        places[leader] = places.get(leader, 0) + 1
    wrong += [f"days {one}" for one, used in days.items() if used > given.leaders[one]["days_available"]]
    wrong += [f"places {one}" for one, used in places.items() if used > given.leaders[one]["max_concurrent"]]
    return wrong


class _Programme:
    """One column a pair; a row a need (at most one), a leader's days, a leader's places."""

    def __init__(self, given: Published) -> None:
        needs = {one: row for row, one in enumerate(sorted({pair["need_id"] for pair in given.pairs}))}
        leaders = {one: row for row, one in enumerate(sorted({pair["leader_id"] for pair in given.pairs}))}
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]  # published without types
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        self._solver.setOptionValue(
            "solver", "simplex" if given.is_flow else "ipm"
        )  # mixed days: 10 minutes by simplex
        self._columns = len(given.pairs)
        limits = [1.0] * len(needs)
        for quantity in ("days_available", "max_concurrent"):
            limits += [float(given.leaders[one][quantity]) for one in leaders]
        if given.is_flow:  # days that cannot make up a whole need serve nobody
            each = given.pairs[0]["need_days"]
            first = len(needs)
            limits[first : first + len(leaders)] = [
                each * math.floor(limit / each) for limit in limits[first : first + len(leaders)]
            ]
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self._columns, len(limits)
        model.sense_ = highspy.ObjSense.kMaximize
        model.col_cost_ = np.zeros(self._columns)
        model.col_lower_, model.col_upper_ = np.zeros(self._columns), np.ones(self._columns)
        model.row_lower_, model.row_upper_ = np.full(len(limits), -np.inf), np.array(limits)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.arange(0, 3 * self._columns + 1, 3)
        rows = [
            (needs[pair["need_id"]], len(needs) + at, len(needs) + len(leaders) + at)
            for pair in given.pairs
            for at in (leaders[pair["leader_id"]],)
        ]
        model.a_matrix_.index_ = np.array(rows, np.int32).reshape(-1)
        model.a_matrix_.value_ = np.array([(1.0, pair["need_days"], 1.0) for pair in given.pairs]).reshape(-1)
        self._solver.passModel(model)

    def at_least(self, coefficients: Sequence[int], least: int) -> None:
        columns = np.arange(self._columns, dtype=np.int32)
        self._solver.addRow(float(least), np.inf, self._columns, columns, np.array(coefficients, float))

    def maximise(self, gains: Sequence[int]) -> float:
        columns = np.arange(self._columns, dtype=np.int32)
        self._solver.changeColsCost(self._columns, columns, np.array(gains, float))
        self._solver.run()
        assert self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return float(self._solver.getInfo().objective_function_value)
