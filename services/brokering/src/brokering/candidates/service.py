"""Ranks the leaders for one need."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.matching import Leader, Need
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.matching_rules import Barred, first_bar, flag_bits, flag_notes, hard_rules
from brokering.domain.places import METRES_IN_A_KM, Place
from brokering.domain.suitability import ScorePart, Suitability, suitability
from brokering.domain.values import Window, flags_of, in_days
from brokering.matching import repository
from brokering.matching.roster import leaders_of, need_of, trusts_among
from brokering.needs import repository as needs
from brokering.policies.documents import current_policy
from brokering.problems import NeedNotFound
from shared.auth.principal import Principal
from shared.pagination import PageParameters, page_of


async def candidates(
    request: Request, session: AsyncSession, principal: Principal, *, need_id: UUID, page: PageParameters, today: date
) -> dict[str, Any]:
    """Return a page of the leaders for a need, best first, and everyone who is excluded; raises NeedNotFound."""
    if await needs.find(session, principal, need_id) is None:
        raise NeedNotFound("There is no need of this id that you may see.")
    policy = current_policy()
    window = Window(today, today + timedelta(days=policy.window_days))
    need = await _need(session, need_id)
    dates = {"starts_on": window.starts_on, "ends_on": window.ends_on}
    leaders = leaders_of(await repository.async_roster_rows(session, dates))
    rules = hard_rules(policy, window)
    judged = [(leader, first_bar(rules, need, leader)) for leader in leaders]
    scored = [(suitability(policy, need, leader), leader) for leader, barred in judged if barred is None]
    feasible = sorted(scored, key=_rank)
    excluded = sorted(((leader, barred) for leader, barred in judged if barred), key=lambda pair: pair[0].reference)
    after = page.key(int, str)
    left = [pair for pair in feasible if after is None or _rank(pair) > after][: page.limit + 1]
    shown = page_of(request, page, left, _rank, total=len(feasible))
    return {
        "need_id": str(need_id),
        "policy_version": policy.version,
        "feasible": len(feasible),
        "data": [_candidate(policy, need, leader, scored) for scored, leader in shown["data"]],
        "excluded": [_excluded(leader, barred) for leader, barred in excluded],
        "paging": shown["paging"],
    }


def _rank(pair: tuple[Suitability, Leader]) -> tuple[int, str]:
    """The most suitable come first; a reference is one leader's alone."""
    return -pair[0].total, pair[1].reference


async def _need(session: AsyncSession, need_id: UUID) -> Need:
    row = (await repository.async_rows(session, repository.ONE_NEED, {"need_id": need_id}))[0]
    centre = None
    if uids := trusts_among([row]):
        found = await repository.async_rows(session, repository.TRUST_PLACES, {"uids": uids})
        centre = Place(found[0]["lat"], found[0]["lng"]) if found else None
    return need_of(row, centre)


def _candidate(policy: MatchingPolicy, need: Need, leader: Leader, scored: Suitability) -> dict[str, Any]:
    flags = flags_of(flag_bits(policy, need, leader))
    return {
        "leader": _ref(leader),
        "leader_id": leader.id,
        "suitability": scored.total,
        "score_parts": [part_document(part) for part in scored.parts],
        "distance_km": distance_document(scored),
        "flags": flags,
        "flag_notes": [asdict(note) for note in flag_notes(flags, need, leader)],
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
