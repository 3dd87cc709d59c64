"""Ranks the leaders for one need."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.candidates.ranking import Share, rank, rank_leaders
from brokering.domain.flags import flag_bits, flag_notes
from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.matching_rules import Barred
from brokering.domain.places import METRES_IN_A_KM
from brokering.domain.suitability import ScorePart, Suitability
from brokering.domain.values import Window, flags_of, in_days
from brokering.needs import repository as needs
from brokering.policies.documents import current_policy
from brokering.problems import NeedNotFound
from shared.auth.principal import Principal
from shared.pagination import PageParameters, page_of


async def candidates(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    need_id: UUID,
    share: Share,
    page: PageParameters,
    today: date,
) -> dict[str, Any]:
    """Return a page of the leaders for a share of a need, best first, and who is excluded; raises NeedNotFound."""
    if await needs.find(session, principal, need_id) is None:
        raise NeedNotFound("There is no need of this id that you may see.")
    policy, window = rules_of_today(today)
    ranked = await rank_leaders(session, policy, window, need_id, share)
    after = page.key(int, str)
    left = [pair for pair in ranked.feasible if after is None or rank(pair) > after][: page.limit + 1]
    shown = page_of(request, page, left, rank, total=len(ranked.feasible))
    return {
        "need_id": str(need_id),
        "part": ranked.need.part,
        "days": float(in_days(ranked.need.half_days)),
        "policy_version": policy.version,
        "feasible": len(ranked.feasible),
        "data": [_candidate(policy, window, ranked.need, leader, scored) for scored, leader in shown["data"]],
        "excluded": [_excluded(leader, barred) for leader, barred in ranked.excluded],
        "paging": shown["paging"],
    }


def rules_of_today(today: date) -> tuple[MatchingPolicy, Window]:
    """Return the newest policy and its window from today."""
    policy = current_policy()
    return policy, policy.window_from(today)


def _candidate(
    policy: MatchingPolicy, window: Window, need: Need, leader: Leader, scored: Suitability
) -> dict[str, Any]:
    flags = flags_of(flag_bits(policy, window, need, leader))
    return {
        "leader": _ref(leader),
        "leader_id": leader.id,
        "suitability": scored.total,
        "score_parts": [part_document(part) for part in scored.parts],
        "distance_km": distance_document(scored),
        "flags": flags,
        "flag_notes": [asdict(note) for note in flag_notes(flags, policy, window, need, leader)],
        "days_left": float(in_days(leader.half_days_left)),
        "places_left": leader.places_left,
    }


def _excluded(leader: Leader, barred: Barred) -> dict[str, Any]:
    return {"leader": _ref(leader), "leader_id": leader.id, "rule": barred.rule, "text": barred.text}


def _ref(leader: Leader) -> dict[str, Any]:
    return {"id": leader.id, "reference": leader.reference, "organisation": leader.organisation_name}


def part_document(part: ScorePart) -> dict[str, Any]:
    """Return a part of a score as the API shows it."""
    return {"part": part.part, "value": part.value, "weight": part.weight, "text": part.text}


def distance_document(scored: Suitability) -> float | None:
    """Return the distance in kilometres, to a tenth, or None where it is not known."""
    return None if scored.metres is None else round(scored.metres / METRES_IN_A_KM, 1)
