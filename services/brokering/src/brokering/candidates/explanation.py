"""Why (not) this leader? One pair against every rule, its score, its rank, and what the last round did with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.candidates import repository
from brokering.candidates.ranking import Ranked, Share, rank_leaders
from brokering.candidates.service import distance_document, part_document, rules_of_today
from brokering.domain.flags import flag_bits, flag_notes
from brokering.domain.matching import Leader
from brokering.domain.matching_rules import barred_by, hard_rules
from brokering.domain.suitability import suitability
from brokering.domain.values import flags_of, half_days, in_days
from brokering.leaders import service as leaders
from brokering.needs import repository as needs
from brokering.problems import NeedNotFound, RoundNotFound
from brokering.reference.lists import code_lists
from shared.auth.principal import Principal
from shared.clock import utc_now


@dataclass(frozen=True, slots=True)
class _Pair:
    """The pair that is asked about, and the round, or None for the newest that has solved the need."""

    need_id: UUID
    leader_id: UUID
    round_id: UUID | None


async def explain(
    session: AsyncSession, principal: Principal, *, need_id: UUID, leader_id: UUID, share: Share, round_id: UUID | None
) -> dict[str, Any]:
    """Return everything there is to say of a leader for a share of a need, and of the pair in a round.

    Raises NeedNotFound, LeaderNotFound, RoundNotFound.
    """
    if await needs.find(session, principal, need_id) is None:
        raise NeedNotFound("There is no need of this id that you may see.")
    await leaders.read(session, principal, leader_id)
    policy, window = rules_of_today(utc_now().date())
    ranked = await rank_leaders(session, policy, window, need_id, share)
    leader = ranked.leader(str(leader_id))
    in_round = await _in_round(session, principal, _Pair(need_id, leader_id, round_id))
    return {
        "need_id": str(need_id),
        "leader_id": str(leader_id),
        "leader": {"id": leader.id, "reference": leader.reference, "organisation": leader.organisation_name},
        "part": ranked.need.part,
        "days": float(in_days(ranked.need.half_days)),
        "policy_version": policy.version,
        **_now(ranked, leader),
        "round": in_round,
    }


def _now(ranked: Ranked, leader: Leader) -> dict[str, Any]:
    rules = hard_rules(ranked.policy, ranked.window)
    barred = {each.rule: each.text for each in barred_by(rules, ranked.need, leader)}
    scored = suitability(ranked.policy, ranked.need, leader)
    flags = flags_of(flag_bits(ranked.policy, ranked.window, ranked.need, leader))
    ahead = [other for _, other in ranked.feasible]
    rank = None if barred else [other.id for other in ahead].index(leader.id) + 1
    labels = {entry["code"]: entry["label"] for entry in code_lists()["hard_rules"]}
    return {
        "feasible": not barred,
        "rules": [
            {"rule": code, "label": labels[code], "bars": code in barred, "text": barred.get(code)}
            for code in dict.fromkeys(rule.code for rule in rules)
        ],
        "suitability": scored.total,
        "score_parts": [part_document(part) for part in scored.parts],
        "distance_km": distance_document(scored),
        "flags": flags,
        "flag_notes": [asdict(note) for note in flag_notes(flags, ranked.policy, ranked.window, ranked.need, leader)],
        "days_left": float(in_days(leader.half_days_left)),
        "places_left": leader.places_left,
        "rank": rank,
        "of": len(ahead),
        "text": " ".join(barred.values()) or f"Number {rank} of {len(ahead)} who could, at suitability {scored.total}.",
    }


async def _in_round(session: AsyncSession, principal: Principal, pair: _Pair) -> dict[str, Any] | None:
    round_id = pair.round_id or await repository.last_round_of(session, principal, pair.need_id)
    if round_id is None:
        return None
    held = await repository.pair_in_round(session, principal, round_id, pair.need_id, pair.leader_id)
    if held is None:
        raise RoundNotFound("No round of this id that you may see has solved this need.")
    given = await repository.given_to(session, principal, round_id, pair.leader_id)
    outcome, text = _outcome(held, given, pair.leader_id)
    return {
        "round_id": str(round_id),
        "outcome": outcome,
        "text": text,
        "suitability": held["pair_suitability"],
        "proposed": _proposed(held),
        "given_to": [_given(row) for row in given],
    }


def _outcome(held: Mapping[Any, Any], given: Sequence[RowMapping], leader_id: UUID) -> tuple[str, str]:
    """Say what became of the pair in the round: a code and a sentence."""
    own, best = held["pair_suitability"], held["proposed_suitability"]
    if held["proposed_id"] == leader_id:
        return "proposed", "This leader was proposed."
    if held["max_concurrent"] is None:
        return "not_in_round", "The leader was not in the directory when the round was solved."
    if own is None:
        return "not_feasible", "A hard rule barred the pair when the round was solved."
    used = sum(half_days(row["days"]) for row in given)
    left = half_days(held["days_available"]) - used
    full = held["max_concurrent"] <= len(given) or left < half_days(held["days"])
    if full and (best is None or own >= best):
        where = ", ".join(str(row["subject_name"] or row["subject_id"]) for row in given)
        places = f" ({where})" if given else ""
        return "full", f"The leader's places and days go to other needs{places}, where they add more over the round."
    if best is not None and own < best:
        return "less_suitable", f"Suitability {own} against {best} of {held['proposed_reference']}."
    return "passed_over", "Over the whole round, the needs are served better or more evenly this way."


def _proposed(held: Mapping[Any, Any]) -> dict[str, Any] | None:
    if held["proposed_id"] is None:
        return None
    return {
        "leader_id": str(held["proposed_id"]),
        "leader_reference": held["proposed_reference"],
        "suitability": held["proposed_suitability"],
    }


def _given(row: Mapping[Any, Any]) -> dict[str, Any]:
    subject = {"kind": row["subject_kind"], "id": row["subject_id"], "name": row["subject_name"]}
    return {
        "need_id": str(row["need_id"]),
        "subject": subject,
        "days": float(row["days"]),
        "suitability": row["suitability"],
    }
