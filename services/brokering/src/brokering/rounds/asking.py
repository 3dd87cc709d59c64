"""Asking for rounds: what may be asked, and the job that solves it."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.values import Window, in_days
from brokering.jobs import JOBS, MATCHING_ROUND
from brokering.policies.documents import matching_policy, with_weights
from brokering.reference.lists import code_lists
from brokering.rounds import repository
from brokering.rounds.schemas import NewRound, RoundWindow, Scope
from brokering.rounds.service import read
from shared.auth.principal import Principal
from shared.clock import utc_now
from shared.errors import FieldProblem, Unprocessable, invalid
from shared.ids import new_id
from shared.responses import json_response


async def ask(request: Request, session: AsyncSession, principal: Principal, new: NewRound) -> Response:
    """Store a round and queue the job that solves it."""
    policy = _policy(new)
    regions = regions_of(principal, new.scope)
    await _check_pairs(session, principal, new)
    needs_from = new.scope.needs_from or policy.needs_from
    window = window_of(new.window, policy, utc_now().date())
    round_id = new_id()
    values = {
        "id": round_id,
        "scope": {"regions": regions, "needs_from": needs_from.value},
        "scope_regions": regions,
        "window_from": window.starts_on,
        "window_to": window.ends_on,
        "weights": {part.value: weight for part, weight in policy.suitability.weights.items()},
        "pinned": [pin.model_dump(mode="json") for pin in new.pinned],
        "excluded": [pin.model_dump(mode="json") for pin in new.excluded],
        "cross_region": policy.cross_region if new.cross_region is None else new.cross_region,
        "stability": policy.stability if new.stability is None else new.stability,
        "distance_cap_km": new.distance_cap_km,
        "split": _split(new, policy),
        "broker": str(principal.org),
        "policy_version": policy.version,
        "requested_by": principal.subject,
    }
    await repository.add(session, values)
    await JOBS.submit(session, MATCHING_ROUND, {}, principal, job_id=round_id)
    made = await read(session, principal, round_id)
    return json_response(request, made, status=202, headers={"Location": f"/v1/matching-rounds/{round_id}"})


def _policy(new: NewRound) -> MatchingPolicy:
    policy = matching_policy(new.policy_version)
    if policy is None:
        raise invalid("/policy_version", "The matching policy has no such version.", "unknown_version")
    try:
        return with_weights(policy, {part.value: weight for part, weight in new.weights.items()})
    except ValueError as error:
        raise invalid("/weights", "One weight at least is above zero.", "no_weight") from error


def _split(new: NewRound, policy: MatchingPolicy) -> dict[str, Any] | None:
    """Return how the round splits needs; raises Unprocessable where both parts together are beyond the cap."""
    if new.split is None:
        return None
    cap = float(in_days(policy.half_days_cap))
    if new.split.ceo_days + new.split.nle_days > cap:
        raise invalid("/split", f"Both parts together are at most {cap:g} days.", "beyond_cap")
    told = new.split.both_or_none is not None
    return {
        "ceo_days": new.split.ceo_days,
        "nle_days": new.split.nle_days,
        "both_or_none": new.split.both_or_none if told else policy.both_or_none,
        "both_or_none_by": "request" if told else "policy",
    }


def regions_of(principal: Principal, scope: Scope) -> list[str]:
    """Return the regions of a round: those asked for, as far as the client's own reach."""
    every = [entry["code"] for entry in code_lists()["regions"]]
    own = every if principal.sees_everything else [region for region in every if region in principal.regions]
    asked = scope.regions or own
    beyond = sorted(set(asked) - set(own))
    if beyond or not asked:
        raise invalid("/scope/regions", f"Not within your regions: {', '.join(beyond) or 'any'}.", "outside_tenancy")
    return [region for region in every if region in asked]


async def _check_pairs(session: AsyncSession, principal: Principal, new: NewRound) -> None:
    """Refuse pairs of what is not there; whether a need is still open is known once the feeds are caught up with."""
    named = [("pinned", number, pair) for number, pair in enumerate(new.pinned)]
    named += [("excluded", number, pair) for number, pair in enumerate(new.excluded)]
    pairs = [pair for _, _, pair in named]
    needs, leaders = await repository.known(
        session, principal, [pair.need_id for pair in pairs], [pair.leader_id for pair in pairs]
    )
    problems = [
        FieldProblem(f"/{where}/{number}/{kind}_id", f"There is no {kind} {asked} that you may see.", f"unknown_{kind}")
        for where, number, pair in named
        for kind, asked, held in (("need", pair.need_id, needs), ("leader", pair.leader_id, leaders))
        if asked not in held
    ]
    problems += [
        FieldProblem(f"/excluded/{number}", "This pair is pinned as well.", "pinned_and_excluded")
        for number, pair in enumerate(new.excluded)
        if pair in new.pinned
    ]
    if problems:
        raise Unprocessable("A pair cannot be as it is asked for.", errors=problems)


def window_of(asked: RoundWindow | None, policy: MatchingPolicy, today: date) -> Window:
    """Return the window asked for, or the policy's from today; raises Unprocessable for one that is past."""
    if asked is None:
        return policy.window_from(today)
    if asked.to < today:
        raise invalid("/window/to", "The window is past: no support can be given within it any more.", "in_the_past")
    return Window(asked.from_, asked.to)
