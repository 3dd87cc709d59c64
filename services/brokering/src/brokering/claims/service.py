"""Claims for days used: made by the leader, signed off by the supported body, paid from the deployment grant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import Row

from brokering.budgets import repository as budgets
from brokering.budgets.funding import check_remaining
from brokering.budgets.rates import day_rate
from brokering.claims import repository
from brokering.claims.errors import ClaimNotFound, ClaimSettled, NoGrant, NothingToClaim
from brokering.claims.schemas import Claim, ClaimSignOff, NewClaim
from brokering.domain.ledger import to_days
from brokering.domain.money import pounds
from brokering.domain.values import HALF_DAYS_IN_A_DAY, half_days
from brokering.episodes import writing
from brokering.episodes.completion import only_supported_body
from brokering.ledger.call import Call
from brokering.listing import Rows, list_rows
from brokering.offers.errors import SignedByAuthor
from shared.errors import Forbidden, invalid
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import json_response

CLAIM_CHANGED = "brokering.claim.changed"
SETTLED = {
    "signed_off": "has been signed off and paid",
    "refused": "has been refused",
    "withdrawn": "has been withdrawn",
}


async def list_claims(call: Call, episode_id: UUID, page: PageParameters) -> Response:
    """Answer with one page of an episode's claims, or with all of them."""
    episode = await writing.seen(call, episode_id)
    rows = Rows(
        fetch=lambda session, after, limit: repository.page(session, episode.id, after=after, limit=limit),
        count=lambda: repository.count(call.session, episode.id),
    )
    return await list_rows(call.request, call.session, page, rows, document=_document, model=Claim)


async def get_claim(call: Call, episode_id: UUID, claim_id: UUID, status: int = 200) -> Response:
    """Answer with one claim."""
    episode = await writing.seen(call, episode_id)
    row = await _claim(call, episode.id, claim_id)
    headers = {"Location": f"/v1/episodes/{episode_id}/claims/{claim_id}"} if status == 201 else {}  # noqa: PLR2004
    return json_response(call.request, _document(row), status=status, headers=headers)


async def make(call: Call, episode_id: UUID, body: NewClaim) -> Response:
    """Claim days used, as their leader. Raises NothingToClaim beyond those used and not claimed."""
    seen = await writing.seen(call, episode_id)
    if call.principal.org.kind != "leader":
        raise Forbidden("The leader claims days.")
    await call.act_for_all()
    held = await writing.hold(call.session, seen)
    writing.allowed(held, "claim")
    deployment = await writing.deployment_of(call, held, body.deployment_id)
    halves = half_days(Decimal(str(body.days)))
    left = deployment.used_half_days - deployment.claimed_half_days
    if halves > left:
        raise NothingToClaim(f"{to_days(halves)} days are claimed, and {to_days(left)} are used and not claimed.")
    rate = deployment.day_rate_pence or day_rate(deployment.starts_on).pence
    claim_id = new_id()
    values = {
        "id": claim_id,
        "episode_id": held.id,
        "deployment_id": deployment.id,
        "leader_id": deployment.leader_id,
        "half_days": halves,
        "day_rate_pence": rate,
        "amount_pence": halves * rate // HALF_DAYS_IN_A_DAY,
        "state": "submitted",
        "note": body.note,
        "claimed_by": call.principal.subject,
        "claimed_for": str(call.principal.org),
        "claimed_at": call.now,
        "updated_at": call.now,
    }
    await repository.add(call.session, values)
    await _tell(call, claim_id, episode_id, "submitted")
    await _notify(call, held, "submitted", claim_id=claim_id, claimed=(deployment.leader_id, halves))
    await call.act_for_client()
    return await get_claim(call, episode_id, claim_id, status=201)


async def sign_off(call: Call, episode_id: UUID, claim_id: UUID, body: ClaimSignOff) -> Response:
    """Sign a claim off, as the supported body, which pays it from the grant; or refuse it with a reason.

    Raises NoGrant or BudgetExceeded where there is nothing to pay from.
    """
    seen = await writing.seen(call, episode_id)
    only_supported_body(call)
    if not body.signed_off and not body.reason:
        raise invalid("/reason", "Say why.", "reason_required")
    await call.act_for_all()
    held = await writing.hold(call.session, seen)
    writing.allowed(held, "answer_claim")
    claim = await _open_claim(call, held, claim_id)
    if claim.claimed_by == call.principal.subject:
        raise SignedByAuthor("Whoever made a claim does not sign it off.")
    grant_id = await _paying_grant(call, held, claim) if body.signed_off else None
    state = "signed_off" if body.signed_off else "refused"
    await _settle(call, claim, state, body.reason, grant_id)
    await _notify(call, held, state, claim_id=claim.id, claimed=(claim.leader_id, claim.half_days))
    await call.act_for_client()
    return await get_claim(call, episode_id, claim_id)


async def withdraw(call: Call, episode_id: UUID, claim_id: UUID, reason: str) -> Response:
    """Take a claim back that has not been answered, as the leader who made it; its days can be claimed again."""
    seen = await writing.seen(call, episode_id)
    await call.act_for_all()
    held = await writing.hold(call.session, seen)
    writing.allowed(held, "answer_claim")
    claim = await _open_claim(call, held, claim_id)
    if claim.claimed_for != str(call.principal.org):
        raise ClaimNotFound("The episode has no such claim of yours.")
    await _settle(call, claim, "withdrawn", reason, None)
    await call.act_for_client()
    return await get_claim(call, episode_id, claim_id)


async def _claim(call: Call, episode_id: UUID, claim_id: UUID) -> Row[Any]:
    row = await repository.find(call.session, episode_id, claim_id)
    if row is None:
        raise ClaimNotFound("The episode has no such claim.")
    return row


async def _open_claim(call: Call, held: Row[Any], claim_id: UUID) -> Row[Any]:
    claim = await _claim(call, held.id, claim_id)
    if claim.state != "submitted":
        raise ClaimSettled(f"The claim {SETTLED[claim.state]}.")
    return claim


async def _paying_grant(call: Call, held: Row[Any], claim: Row[Any]) -> UUID:
    """Return the grant the deployment is committed to, or else the region's of today, which must have enough left."""
    promised = await repository.grant_of(call.session, claim.deployment_id)
    if promised is not None:
        return promised
    grant = await budgets.lock_grant(call.session, held.tenancy_region, call.now.date())
    if grant is None:
        raise NoGrant(f"{held.tenancy_region or 'The region'} has no deployment grant in force today.")
    check_remaining(grant, claim.amount_pence)
    return UUID(str(grant.id))


async def _settle(call: Call, claim: Row[Any], state: str, reason: str | None, grant_id: UUID | None) -> None:
    answer = {
        "reason": reason,
        "by": call.principal.subject,
        "on_behalf_of": str(call.principal.org),
        "at": call.now.isoformat(),
    }
    values = {"state": state, "answer": answer, "grant_id": grant_id, "updated_at": call.now}
    await repository.settle(call.session, claim.id, values)
    await _tell(call, claim.id, claim.episode_id, state)


async def _tell(call: Call, claim_id: UUID, episode_id: UUID, state: str) -> None:
    data = {"id": str(claim_id), "episode_id": str(episode_id), "state": state}
    await append_async(call.session, [NewEvent(CLAIM_CHANGED, str(claim_id), data)])


async def _notify(call: Call, held: Row[Any], state: str, *, claim_id: UUID, claimed: tuple[UUID, int]) -> None:
    leader_id, halves = claimed
    about = {"claim_id": str(claim_id), "leader_id": str(leader_id), "days": to_days(halves)}
    await writing.notify_parties(call, held, f"claim_{state}", about)


def _document(row: Row[Any]) -> dict[str, Any]:
    kept = ("state", "note", "claimed_by", "claimed_for", "claimed_at", "answer", "updated_at")
    return {
        "id": str(row.id),
        "episode_id": str(row.episode_id),
        "deployment_id": str(row.deployment_id),
        "leader_id": str(row.leader_id),
        "days": to_days(row.half_days),
        "day_rate": pounds(row.day_rate_pence),
        "amount": pounds(row.amount_pence),
        "grant_id": str(row.grant_id) if row.grant_id else None,
        **{name: getattr(row, name) for name in kept},
    }
