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


def maximise(
    cost: npt.NDArray[np.generic], lower: Floats, upper: Floats, blocks: Sequence[Block], seconds: float
) -> LinearResult:
    """Solve the linear programme by dual simplex, so that a vertex is returned; raises OutOfTime and Infeasible."""
    if seconds <= 0:
        raise OutOfTime
    highs = _loaded(cost, lower, upper, blocks)
    highs.setOptionValue("solver", "simplex")
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("time_limit", seconds)
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
    columns, starts = len(cost), np.cumsum([0, *(len(block.upper) for block in blocks)])
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, int(starts[-1])
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = cost.astype(float)
    model.col_lower_, model.col_upper_ = lower, upper
    model.row_lower_ = np.concatenate([block.lower for block in blocks])
    model.row_upper_ = np.concatenate([block.upper for block in blocks])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.arange(0, len(blocks) * columns + 1, len(blocks), dtype=np.int32)
    rows = [block.row_of + start for block, start in zip(blocks, starts[:-1], strict=True)]
    model.a_matrix_.index_ = np.stack(rows, axis=1).ravel().astype(np.int32)
    model.a_matrix_.value_ = np.stack([block.value for block in blocks], axis=1).ravel().astype(float)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy publishes no types for it
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", SEED)):
        highs.setOptionValue(option, value)
    highs.passModel(model)
    return highs
