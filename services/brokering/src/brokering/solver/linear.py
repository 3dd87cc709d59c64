"""Linear and integer programmes for HiGHS, in the one shape that assignment needs.

Every column has exactly one entry in every block of rows: a pair has one need, one leader's days, one leader's places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from brokering.solver.problem import Ints

Floats = npt.NDArray[np.float64]
SEED = 20_230_901


class SolverFailed(RuntimeError):
    """HiGHS gave no answer to a programme that has one."""


class Infeasible(ValueError):
    """The pinned pairs cannot all be held."""


class OutOfTime(RuntimeError):
    """The time was up before the linear programme was solved."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Rows of which every column has one: `row_of[c]` with coefficient `value[c]`, between `lower` and `upper`."""

    row_of: Ints
    value: Ints
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True, eq=False)
class LinearResult:
    """An optimal basic solution: column values, and each row's dual (the objective is maximised)."""

    values: Floats
    duals: Floats
    objective: float


@dataclass(frozen=True, slots=True, eq=False)
class IntegerResult:
    """The best integer solution within the time."""

    values: Ints
    proven: bool


class Programme:
    """A linear programme to which columns are added; solved by simplex, each time from where it stood.

    All columns there may be are given with the rows; `columns` are those to begin with. The objective is maximised.
    """

    def __init__(self, cost: npt.NDArray[np.generic], blocks: Sequence[Block], columns: Ints) -> None:
        self._cost, self._blocks = cost, blocks
        given = [Block(block.row_of[columns], block.value[columns], block.lower, block.upper) for block in blocks]
        none = np.zeros(len(columns))
        self._highs = _loaded(cost[columns], none, none + np.inf, given)
        _by_simplex(self._highs)

    def add(self, columns: Ints) -> None:
        """Add columns, at nothing."""
        count, blocks = len(columns), self._blocks
        rows, values = _entries([Block(b.row_of[columns], b.value[columns], b.lower, b.upper) for b in blocks])
        none, starts = np.zeros(count), np.arange(0, count * len(blocks), len(blocks), dtype=np.int32)
        cost = self._cost[columns].astype(float)
        self._highs.addCols(count, cost, none, none + np.inf, len(rows), starts, rows, values)

    def solve(self) -> LinearResult:
        """Return an optimal vertex; raises Infeasible."""
        return _solved(self._highs)


def maximise(
    cost: npt.NDArray[np.generic], lower: Floats, upper: Floats, blocks: Sequence[Block], seconds: float
) -> LinearResult:
    """Solve the linear programme by simplex, so that a vertex is returned; raises OutOfTime and Infeasible."""
    if seconds <= 0:
        raise OutOfTime
    highs = _loaded(cost, lower, upper, blocks)
    _by_simplex(highs)
    highs.setOptionValue("time_limit", seconds)
    return _solved(highs)


def _by_simplex(highs: highspy.Highs) -> None:
    highs.setOptionValue("solver", "simplex")
    highs.setOptionValue("presolve", "off")


def _solved(highs: highspy.Highs) -> LinearResult:
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kTimeLimit:
        raise OutOfTime
    if status == highspy.HighsModelStatus.kInfeasible:
        raise Infeasible("the pinned pairs ask more of a leader than there is")
    if status not in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty}:
        raise SolverFailed(highs.modelStatusToString(status))
    solution = highs.getSolution()
    return LinearResult(
        np.array(solution.col_value, float),
        np.array(solution.row_dual, float),
        highs.getInfo().objective_function_value,
    )


def maximise_integer(
    cost: npt.NDArray[np.generic], blocks: Sequence[Block], *, start: Ints, seconds: float
) -> IntegerResult:
    """Solve with whole columns within a time limit; a feasible start is kept where nothing better is found.

    The start is not given to HiGHS: with its presolve, 1.16.0 calls some starts optimal that are not.
    """
    columns = len(cost)
    highs = _loaded(cost, np.zeros(columns), np.ones(columns), blocks)
    kinds = np.full(columns, int(highspy.HighsVarType.kInteger), np.uint8)
    highs.changeColsIntegrality(columns, np.arange(columns, dtype=np.int32), kinds)
    highs.setOptionValue("time_limit", max(0.05, seconds))
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", 0.5)
    highs.run()
    info = highs.getInfo()
    if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return IntegerResult(start, proven=False)
    values = np.rint(np.array(highs.getSolution().col_value, float)).astype(np.int64)
    if np.dot(cost, values) < np.dot(cost, start):
        return IntegerResult(start, proven=False)
    return IntegerResult(values, proven=highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _loaded(cost: npt.NDArray[np.generic], lower: Floats, upper: Floats, blocks: Sequence[Block]) -> highspy.Highs:
    columns = len(cost)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, sum(len(block.upper) for block in blocks)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = cost.astype(float)
    model.col_lower_, model.col_upper_ = lower, upper
    model.row_lower_ = np.concatenate([block.lower for block in blocks])
    model.row_upper_ = np.concatenate([block.upper for block in blocks])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.arange(0, len(blocks) * columns + 1, len(blocks), dtype=np.int32)
    model.a_matrix_.index_, model.a_matrix_.value_ = _entries(blocks)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy publishes no types for it
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", SEED)):
        highs.setOptionValue(option, value)
    highs.passModel(model)
    return highs


def _entries(blocks: Sequence[Block]) -> tuple[npt.NDArray[np.int32], Floats]:
    """Return the row of every entry, column by column, and its value."""
    starts = np.cumsum([0, *(len(block.upper) for block in blocks)])
    rows = [block.row_of + start for block, start in zip(blocks, starts[:-1], strict=True)]
    values = [block.value for block in blocks]
    return np.stack(rows, axis=1).ravel().astype(np.int32), np.stack(values, axis=1).ravel().astype(float)
