"""What a solved round gives: the rows to be stored, and the transaction that stores them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Connection, RowMapping

from brokering.candidates.service import distance_document, part_document
from brokering.domain.flags import flag_notes
from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.splitting import outcome_of
from brokering.domain.suitability import suitability
from brokering.domain.values import ProposalState, Window, flags_of, in_days
from brokering.solver.explanations import Explainer
from brokering.solver.problem import Problem, Solution
from brokering.solving import repository as storing
from shared.ids import new_id

ROUND_FINISHED = "brokering.round.finished"
PROPOSAL_CHANGED = "brokering.proposal.changed"


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """A round with its solution."""

    round_id: UUID
    policy: MatchingPolicy
    window: Window
    needs: list[Need]
    leaders: list[Leader]
    need_rows: Mapping[str, RowMapping]
    leader_rows: Mapping[str, RowMapping]
    pinned: frozenset[tuple[str, str]]
    standing: frozenset[tuple[str, str]]
    problem: Problem
    solution: Solution
    explainer: Explainer
    upstream: list[dict[str, Any]]
    too_short_to_split: int

    @property
    def with_a_leader(self) -> frozenset[str]:
        """Return the ids of the needs of which a part, or the whole, has a leader."""
        return frozenset(self.needs[number].id for number in np.flatnonzero(self.solution.leader_of_need >= 0))


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows by table. Those of needs hold every pair: they are built as they are written, a chunk at a time."""

    proposals: list[dict[str, Any]]
    unmatched: list[dict[str, Any]]
    leaders: list[dict[str, Any]]


def round_row(connection: Connection, round_id: UUID) -> RowMapping:
    """Return what the round was asked to do."""
    return storing.round_row(connection, round_id)


def prepare(solved: Solved) -> Prepared:
    """Build all rows; nothing is written."""
    matched, served = solved.solution.leader_of_need >= 0, solved.with_a_leader
    return Prepared(
        proposals=[_proposal(solved, int(number)) for number in np.flatnonzero(matched)],
        unmatched=[_unmatched(solved, int(number), served) for number in np.flatnonzero(~matched)],
        leaders=[_round_leader(solved.round_id, number, leader) for number, leader in enumerate(solved.leaders)],
    )


def store(connection: Connection, solved: Solved, prepared: Prepared) -> dict[str, Any]:
    """Write everything, supersede what older rounds proposed for the same needs, tell the feed; return the outcome."""
    need_ids = sorted(need.id for need in solved.needs)
    storing.hold_needs(connection, need_ids)
    superseded = storing.supersede(connection, need_ids)
    storing.add_rows(connection, "round_leaders", prepared.leaders)
    storing.add_rows(connection, "round_needs", _round_needs(solved))
    storing.add_rows(connection, "round_unmatched", prepared.unmatched)
    storing.add_rows(connection, "proposals", prepared.proposals)
    outcome = _figures(solved)
    storing.finish(connection, solved.round_id, {**outcome, "split_outcome": _split_outcome(solved)}, _warnings(solved))
    told = [_told(row, ProposalState.SUPERSEDED) for row in superseded]
    told += [_told(row, ProposalState.PROPOSED) for row in prepared.proposals]
    finished = {"id": str(solved.round_id), "state": "succeeded", **outcome}
    storing.tell(connection, PROPOSAL_CHANGED, told)
    storing.tell(connection, ROUND_FINISHED, [finished])
    return outcome


def _told(row: Mapping[Any, Any], state: ProposalState) -> dict[str, Any]:
    ids = {name: str(row[name]) for name in ("id", "round_id", "need_id", "leader_id")}
    return {**ids, "state": state.value}


def _weigh_alike(problem: Problem) -> bool:
    """Tell whether to match the most needs and to match what weighs most are one aim."""
    return len(np.unique(problem.weights)) <= 1


def _figures(solved: Solved) -> dict[str, Any]:
    solution = solved.solution
    return {
        "needs": solved.problem.needs,
        "leaders": solved.problem.leaders,
        "pairs": solved.problem.pairs,
        "matched": solution.matched,
        "unmatched": solved.problem.needs - solution.matched,
        "weighted_matched": solution.weighted_matched,
        "total_suitability": solution.total_suitability,
        "bound_matched": solution.bound.matched if _weigh_alike(solved.problem) else None,
        "bound_weighted": solution.bound.weighted_matched,
        "bound_total_suitability": solution.bound.total_suitability,
        "optimal": solution.optimal,
        "gap": solution.gap,
        "kept": _kept(solved),
        "proof": {"method": solution.method, "balanced": solution.balanced},
        "upstream": solved.upstream,
    }


def _split_outcome(solved: Solved) -> dict[str, int] | None:
    if solved.policy.split is None:
        return None
    has_leader = (solved.solution.leader_of_need >= 0).tolist()
    every = zip(solved.needs, has_leader, strict=True)
    parts = ((need.id, has) for need, has in every if need.part is not None and not need.beside_support)
    return asdict(outcome_of(parts))


def _kept(solved: Solved) -> int:
    matched = np.flatnonzero(solved.solution.leader_of_need >= 0)
    chosen = ((solved.needs[n].id, solved.leaders[solved.solution.leader_of_need[n]].id) for n in matched)
    return sum(pair in solved.standing for pair in chosen)


def _warnings(solved: Solved) -> list[str]:
    behind = [each["service"] for each in solved.upstream if not each["reached_head"]]
    told = [f"{name} could not be asked for its latest changes: solved on what is held of it." for name in behind]
    if short := solved.too_short_to_split:
        what = "need of a school asks" if short == 1 else "needs of schools ask"
        told.append(
            f"{short} {what} for fewer days than both parts together, and {'was' if short == 1 else 'were'} not split."
        )
    return told


def _proposal(solved: Solved, number: int) -> dict[str, Any]:
    need, leader = solved.needs[number], solved.leaders[int(solved.solution.leader_of_need[number])]
    row, leader_row = solved.need_rows[need.id], solved.leader_rows[leader.id]
    scored = suitability(solved.policy, need, leader)
    flags = flags_of(_flags(solved, number))
    return {
        "id": new_id(),
        "round_id": solved.round_id,
        "need_id": row["id"],
        "leader_id": leader_row["id"],
        "part": need.part,
        "need_no": number,
        "subject_kind": need.subject_kind,
        "subject_id": need.subject_id,
        "subject_name": need.name,
        "leader_reference": leader.reference,
        "days": in_days(need.half_days),
        "suitability": scored.total,
        "score_parts": [part_document(part) for part in scored.parts],
        "distance_km": distance_document(scored),
        "flags": flags,
        "flag_notes": [asdict(note) for note in flag_notes(flags, solved.policy, solved.window, need, leader)],
        "next_best": [asdict(each) for each in solved.explainer.next_best(number)],
        "pinned": (need.id, leader.id) in solved.pinned,
        "state": ProposalState.PROPOSED.value,
        "party_orgs": [*row["party_orgs"], *leader_row["tenancy_orgs"]],
        "tenancy_region": row["tenancy_region"],
    }


def _flags(solved: Solved, number: int) -> int:
    problem = solved.problem
    first, last = np.searchsorted(problem.need_of, [number, number + 1])
    leader = solved.solution.leader_of_need[number]
    return int(problem.flags[first:last][problem.leader_of[first:last] == leader][0])


def _unmatched(solved: Solved, number: int, served: frozenset[str]) -> dict[str, Any]:
    need = solved.needs[number]
    row = solved.need_rows[need.id]
    return {
        "round_id": solved.round_id,
        "need_no": number,
        "need_id": row["id"],
        "part": need.part,
        "half_matched": None if need.part is None else need.beside_support or need.id in served,
        "reasons": [asdict(each) for each in solved.explainer.reasons(number)],
        "relaxations": [asdict(each) for each in solved.explainer.relaxations(number)],
        "tenancy_region": row["tenancy_region"],
    }


def _round_needs(solved: Solved) -> Iterator[dict[str, Any]]:
    problem = solved.problem
    edges = np.searchsorted(problem.need_of, np.arange(problem.needs + 1))
    for number, need in enumerate(solved.needs):
        here = slice(edges[number], edges[number + 1])
        row = solved.need_rows[need.id]
        yield {
            "round_id": solved.round_id,
            "need_no": number,
            "need_id": row["id"],
            "part": need.part,
            "days": in_days(need.half_days),
            "priority_weight": int(problem.weights[number]),
            "leader_nos": problem.leader_of[here].tolist(),
            "suitabilities": problem.suitability[here].tolist(),
            "flag_bits": problem.flags[here].tolist(),
            "tenancy_region": row["tenancy_region"],
        }


def _round_leader(round_id: UUID, number: int, leader: Leader) -> dict[str, Any]:
    return {
        "round_id": round_id,
        "leader_no": number,
        "leader_id": UUID(leader.id),
        "reference": leader.reference,
        "days_available": in_days(leader.half_days_left),
        "max_concurrent": leader.places_left,
        "open_deployments": leader.open_deployments,
    }
