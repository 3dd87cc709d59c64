"""Asking for rounds, and reading what they gave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.cursors import id_after
from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.values import flags_of, in_days
from brokering.jobs import JOBS, MATCHING_ROUND
from brokering.listing import page_after_page, streamed
from brokering.policies.documents import matching_policy, with_weights
from brokering.problems import RoundNotFound
from brokering.reference.lists import code_lists
from brokering.rounds import repository
from brokering.rounds.schemas import NewRound, Round, RoundLeader, RoundWindow, Scope, Unmatched
from shared.auth.principal import Principal
from shared.clock import utc_now
from shared.db.session import streaming_session
from shared.errors import FieldProblem, Unprocessable, invalid
from shared.ids import new_id
from shared.pagination import PageParameters, page_of
from shared.responses import dumps, json_response, ndjson, page_response

FIGURES = (
    "needs",
    "leaders",
    "pairs",
    "matched",
    "weighted_matched",
    "unmatched",
    "total_suitability",
    "optimal",
    "gap",
    "proof",
    "upstream",
)


OPTIONS = ("pinned", "excluded", "cross_region", "distance_cap_km", "stability", "kept")


def document(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a round as the API shows it."""
    bound = {name: row[f"bound_{name}"] for name in ("matched", "total_suitability")}
    return {
        "id": str(row["id"]),
        "state": row["job_state"],
        "progress": {"done": row["job_done"], "total": row["job_total"], "step": row["job_step"]},
        "problem": row["job_problem"],
        "scope": row["scope"],
        "window": {"from": row["window_from"], "to": row["window_to"]},
        "weights": row["weights"],
        **{name: row[name] for name in OPTIONS},
        "split": _split_document(row),
        "policy_version": row["policy_version"],
        **{name: row[name] for name in FIGURES},
        "bound": None if row["matched"] is None else {**bound, "weighted_matched": row["bound_weighted"]},
        "warnings": row["warnings"],
        "created_at": row["created_at"],
        "finished_at": row["finished_at"] or row["job_finished_at"],
    }


def _split_document(row: Mapping[Any, Any]) -> dict[str, Any] | None:
    if row["split"] is None:
        return None
    outcome = row["split_outcome"] or {}
    counts = {name: outcome.get(name) for name in ("split", "both", "half", "none")}
    return {"both_or_none_by": None, **row["split"], **counts}


async def ask(request: Request, session: AsyncSession, principal: Principal, new: NewRound) -> Response:
    """Store a round and queue the job that solves it."""
    policy = _policy(new)
    regions = regions_of(principal, new.scope)
    await _check_pairs(session, principal, new)
    needs_from = new.scope.needs_from or policy.needs_from
    starts_on, ends_on = window_of(new.window, policy, utc_now().date())
    round_id = new_id()
    values = {
        "id": round_id,
        "scope": {"regions": regions, "needs_from": needs_from.value},
        "scope_regions": regions,
        "window_from": starts_on,
        "window_to": ends_on,
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


def window_of(asked: RoundWindow | None, policy: MatchingPolicy, today: date) -> tuple[date, date]:
    """Return the first and last day of the window asked for, or of the policy's from today."""
    if asked is not None:
        return asked.from_, asked.to
    return today, today + timedelta(days=policy.window_days)


async def read(session: AsyncSession, principal: Principal, round_id: UUID) -> dict[str, Any]:
    """Return a round's document; raises RoundNotFound."""
    row = await repository.find(session, principal, round_id)
    if row is None:
        raise RoundNotFound("There is no round of this id that you may see.")
    return document(row)


async def cancel(request: Request, session: AsyncSession, principal: Principal, round_id: UUID) -> Response:
    """Cancel a round that has not ended."""
    await read(session, principal, round_id)
    await JOBS.cancel(session, round_id, principal)
    return json_response(request, await read(session, principal, round_id))


async def list_rounds(
    request: Request, session: AsyncSession, principal: Principal, page: PageParameters, state: str | None
) -> Response:
    """Answer with a page of rounds, newest first, or with all of them."""

    def every(streaming: AsyncSession) -> AsyncIterator[Any]:
        async def fetch(after: UUID | None, limit: int) -> Sequence[Any]:
            return await repository.page(streaming, principal, state, after, limit)

        return page_after_page(fetch, lambda row: UUID(str(row["id"])))

    if whole := streamed(request, every, document=document, model=Round):
        return whole
    rows = await repository.page(session, principal, state, id_after(page), page.limit + 1)
    total = await repository.count(session, principal, state) if page.include_total else None
    shown = [document(row) for row in rows]
    return page_response(request, page_of(request, page, shown, lambda row: (row["id"],), total=total))


async def list_unmatched(
    request: Request, session: AsyncSession, principal: Principal, round_id: UUID, page: PageParameters
) -> Response:
    """Answer with a page of unmatched needs, or with all of them."""
    await read(session, principal, round_id)

    def every(streaming: AsyncSession) -> AsyncIterator[Any]:
        return repository.stream_unmatched(streaming, principal, round_id)

    if whole := streamed(request, every, document=_unmatched, model=Unmatched):
        return whole
    after = page.key(int)
    rows = await repository.unmatched(session, principal, round_id, _number(after), page.limit + 1)
    total = await repository.count_unmatched(session, principal, round_id) if page.include_total else None
    shown = page_of(request, page, rows, lambda row: (row["need_no"],), total=total)
    return page_response(request, {**shown, "data": [_unmatched(row) for row in shown["data"]]})


def _unmatched(row: Mapping[Any, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("part", "half_matched", "reasons", "relaxations")}
    return {"need_id": str(row["need_id"]), **kept}


async def list_leaders(
    request: Request, session: AsyncSession, principal: Principal, round_id: UUID, page: PageParameters
) -> Response:
    """Answer with a page of the round's leaders, or with all of them."""
    await read(session, principal, round_id)

    def every(streaming: AsyncSession) -> AsyncIterator[Any]:
        async def fetch(after: int | None, limit: int) -> Sequence[Any]:
            return await repository.leaders(streaming, round_id, -1 if after is None else after, limit)

        return page_after_page(fetch, lambda row: int(row["leader_no"]))

    if whole := streamed(request, every, document=_leader, model=RoundLeader):
        return whole
    after = page.key(int)
    rows = await repository.leaders(session, round_id, _number(after), page.limit + 1)
    total = await repository.count_leaders(session, round_id) if page.include_total else None
    shown = page_of(request, page, rows, lambda row: (row["leader_no"],), total=total)
    return page_response(request, {**shown, "data": [_leader(row) for row in shown["data"]]})


def _leader(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "leader_id": str(row["leader_id"]),
        "reference": row["reference"],
        "days_available": float(row["days_available"]),
        "max_concurrent": row["max_concurrent"],
        "open_deployments": row["open_deployments"],
    }


async def stream_pairs(request: Request, session: AsyncSession, principal: Principal, round_id: UUID) -> Response:
    """Stream every feasible pair, one a line."""
    await read(session, principal, round_id)
    return ndjson(_all_pairs(request, principal, round_id))


async def _all_pairs(request: Request, principal: Principal, round_id: UUID) -> AsyncIterator[bytes]:
    async with streaming_session(request) as session:
        leaders = [str(row["leader_id"]) for row in await repository.leaders(session, round_id, -1, None)]
        async for row in repository.stream_needs(session, principal, round_id):
            if row["leader_nos"]:
                yield b"\n".join(_pair_lines(row, leaders))


def _pair_lines(row: Mapping[Any, Any], leaders: list[str]) -> list[bytes]:
    need_id, days, weight = str(row["need_id"]), float(row["days"]), row["priority_weight"]
    columns = zip(row["leader_nos"], row["suitabilities"], row["flag_bits"], strict=True)
    return [
        dumps(
            {
                "need_id": need_id,
                "part": row["part"],
                "leader_id": leaders[leader],
                "need_days": days,
                "suitability": suitability,
                "priority_weight": weight,
                "flags": flags_of(bits),
            }
        )
        for leader, suitability, bits in columns
    ]


def _number(after: tuple[Any, ...] | None) -> int:
    return int(after[0]) if after else -1
