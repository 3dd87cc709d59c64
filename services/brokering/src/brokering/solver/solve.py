"""Solves a round: falls apart into components that share no leader, takes each by the method it allows, and adds up."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from brokering.solver.assignment import solve_assignment
from brokering.solver.bounds import gap
from brokering.solver.flow import solve_flow
from brokering.solver.linear import Infeasible
from brokering.solver.problem import Bound, Ints, Problem, Solution
from brokering.solver.twins import has_twin, hopeful_pairs, only, renumbered

NOTHING = "no pair is feasible"
LEAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A part of a problem with its own numbering, and the numbers in the whole."""

    problem: Problem
    needs: Ints
    leaders: Ints
    pinned: Ints


def solve(problem: Problem, pinned: Sequence[tuple[int, int]] = (), *, seconds: float = 60.0) -> Solution:
    """Return the best assignment: most weighted needs, then most suitability, then most even loads.

    `pinned` are (need, leader) numbers that must be together. Raises Infeasible where one is no feasible pair or a
    leader cannot take all of them. Where `seconds` run out, the best answer so far is returned with its gap.
    """
    hopeful = hopeful_pairs(problem)
    problem = problem if hopeful.all() else only(problem, hopeful)
    pins = _pinned_pairs(problem, pinned)
    labels = component_labels(problem)
    places, is_flow = _places(problem)
    by_flow = _flow_components(problem, labels, is_flow)
    groups = [group for group in (by_flow, *_others(labels, by_flow)) if len(group)]
    pieces = sorted(
        (_piece(problem, np.isin(labels, group), pins) for group in groups), key=lambda one: one.problem.pairs
    )
    solved: list[tuple[_Piece, Solution]] = []
    clock = _Clock(time.monotonic() + seconds, problem.pairs)
    for piece in pieces:
        flows = places[piece.leaders] if is_flow[piece.leaders].all() and piece.problem.twin_of is None else None
        solved.append((piece, _solved(piece, flows, clock.share(piece.problem.pairs))))
    return _added_up(problem, solved)


class _Clock:
    """Shares the time that is left among the pieces by their pairs, but a small piece is not held to its share."""

    def __init__(self, ends_at: float, pairs: int) -> None:
        self._ends_at, self._pairs = ends_at, pairs

    def share(self, pairs: int) -> float:
        """Return the seconds for the next piece."""
        left = max(0.0, self._ends_at - time.monotonic())
        share = left * pairs / self._pairs
        self._pairs -= pairs
        return max(share, min(left, LEAST_SECONDS))


def _solved(piece: _Piece, places: Ints | None, seconds: float) -> Solution:
    """Solve a piece as a flow where leaders have places for it, and as a general one where not."""
    if places is not None:
        return solve_flow(piece.problem, places, piece.pinned, seconds)
    return solve_assignment(piece.problem, piece.pinned, seconds)


def component_labels(problem: Problem) -> Ints:
    """Return for each pair the label of its connected component (the least leader number in it)."""
    of_leader = np.arange(problem.leaders, dtype=np.int64)
    twins = has_twin(problem)
    while True:
        of_need = np.full(problem.needs, problem.leaders, np.int64)
        np.minimum.at(of_need, problem.need_of, of_leader[problem.leader_of])
        if problem.twin_of is not None:
            of_need[twins] = np.minimum(of_need[twins], of_need[problem.twin_of[twins]])
        spread = of_leader.copy()
        np.minimum.at(spread, problem.leader_of, of_need[problem.need_of])
        if np.array_equal(spread, of_leader):
            return of_leader[problem.leader_of]
        of_leader = spread


def _places(problem: Problem) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return how many needs each leader can take, and whether that number says all there is to say of its days."""
    asked = problem.half_days[problem.need_of]
    least, most = np.full(problem.leaders, np.iinfo(np.int64).max), np.zeros(problem.leaders, np.int64)
    np.minimum.at(least, problem.leader_of, asked)
    np.maximum.at(most, problem.leader_of, asked)
    places = np.minimum(problem.slots, problem.capacity // np.maximum(most, 1))
    same, never_short = least >= most, problem.slots * most <= problem.capacity
    return places, same | never_short


def _flow_components(problem: Problem, labels: Ints, is_flow: npt.NDArray[np.bool_]) -> Ints:
    return np.setdiff1d(labels, labels[~is_flow[problem.leader_of] | has_twin(problem)[problem.need_of]])


def _others(labels: Ints, by_flow: Ints) -> list[Ints]:
    return [np.array([label]) for label in np.setdiff1d(labels, by_flow)]


def _pinned_pairs(problem: Problem, pinned: Sequence[tuple[int, int]]) -> Ints:
    pair_of = {}
    if pinned:
        asked = np.isin(problem.need_of, [need for need, _ in pinned])
        pair_of = {(int(problem.need_of[p]), int(problem.leader_of[p])): int(p) for p in np.flatnonzero(asked)}
    missing = [pin for pin in pinned if pin not in pair_of]
    if missing or len({need for need, _ in pinned}) < len(pinned):
        raise Infeasible("a pinned pair breaks a hard rule, or a need is pinned twice")
    return np.array([pair_of[pin] for pin in pinned], np.int64)


def _piece(problem: Problem, pairs: npt.NDArray[np.bool_], pins: Ints) -> _Piece:
    needs, need_of = np.unique(problem.need_of[pairs], return_inverse=True)
    leaders, leader_of = np.unique(problem.leader_of[pairs], return_inverse=True)
    numbering = np.cumsum(pairs) - 1
    part = Problem(
        half_days=problem.half_days[needs],
        weights=problem.weights[needs],
        slots=problem.slots[leaders],
        capacity=problem.capacity[leaders],
        loads=problem.loads[leaders],
        need_of=need_of.astype(np.int64),
        leader_of=leader_of.astype(np.int64),
        suitability=problem.suitability[pairs],
        flags=problem.flags[pairs],
        twin_of=renumbered(problem, needs),
    )
    return _Piece(part, needs, leaders, numbering[pins[pairs[pins]]])


def _added_up(problem: Problem, solved: Sequence[tuple[_Piece, Solution]]) -> Solution:
    leader_of_need = np.full(problem.needs, -1, np.int64)
    for piece, solution in solved:
        has = solution.leader_of_need >= 0
        leader_of_need[piece.needs[has]] = piece.leaders[solution.leader_of_need[has]]
    parts = [solution for _, solution in solved]
    bound = Bound(
        sum(part.bound.matched for part in parts),
        sum(part.bound.weighted_matched for part in parts),
        sum(part.bound.total_suitability for part in parts),
    )
    weighted, total = sum(part.weighted_matched for part in parts), sum(part.total_suitability for part in parts)
    return Solution(
        leader_of_need=leader_of_need,
        weighted_matched=weighted,
        total_suitability=total,
        bound=bound,
        optimal=all(part.optimal for part in parts),
        gap=gap(weighted, total, bound),
        method="; ".join(sorted({part.method for part in parts})) or NOTHING,
        balanced=all(part.balanced for part in parts),
    )
