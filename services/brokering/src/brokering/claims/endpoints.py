"""Routes of claims."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from brokering.claims import service
from brokering.claims.schemas import Claim, ClaimPage, ClaimSignOff, ClaimWithdrawal, NewClaim
from brokering.ledger.call import Call
from brokering.scopes import CLAIMS_WRITE, EPISODES_READ, SUPPORT_SIGN_OFF
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["claims"])

Now = Annotated[datetime, Depends(request_time)]
Reader = Annotated[Principal, Requires(EPISODES_READ)]
Claimant = Annotated[Principal, Requires(CLAIMS_WRITE, user=True)]
Signer = Annotated[Principal, Requires(SUPPORT_SIGN_OFF, user=True)]

CLAIMS = "/v1/episodes/{episode_id}/claims"
ONE_CLAIM = CLAIMS + "/{claim_id}"


@router.get(CLAIMS, operation_id="list_claims", responses={200: {"model": ClaimPage, "content": LINES_OR_TABLE}})
async def list_claims(
    *, request: Request, episode_id: UUID, principal: Reader, session: Db, page: PageRequest, now: Now
) -> Response:
    """List the claims of an episode, newest first."""
    return await service.list_claims(Call(request, session, principal, now), episode_id, page)


@router.post(CLAIMS, operation_id="make_claim", status_code=201, responses={201: {"model": Claim}})
async def make_claim(
    *,
    request: Request,
    episode_id: UUID,
    body: NewClaim,
    principal: Claimant,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Claim days used at the day rate, as their leader. 409 beyond those used and not claimed."""
    return await once(lambda: service.make(Call(request, session, principal, now), episode_id, body))


@router.get(ONE_CLAIM, operation_id="get_claim", responses={200: {"model": Claim}})
async def get_claim(
    *, request: Request, episode_id: UUID, claim_id: UUID, principal: Reader, session: Db, now: Now
) -> Response:
    """Read one claim."""
    return await service.get_claim(Call(request, session, principal, now), episode_id, claim_id)


@router.post(ONE_CLAIM + "/sign-off", operation_id="sign_claim_off", responses={200: {"model": Claim}})
async def sign_claim_off(
    *,
    request: Request,
    episode_id: UUID,
    claim_id: UUID,
    body: ClaimSignOff,
    principal: Signer,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Sign a claim off, as the supported body, or refuse it. Signed, it is paid from the deployment grant at once."""
    call = Call(request, session, principal, now)
    return await once(lambda: service.sign_off(call, episode_id, claim_id, body))


@router.post(ONE_CLAIM + "/withdrawal", operation_id="withdraw_claim", responses={200: {"model": Claim}})
async def withdraw_claim(
    *,
    request: Request,
    episode_id: UUID,
    claim_id: UUID,
    body: ClaimWithdrawal,
    principal: Claimant,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Take back a claim that has not been answered, as the leader who made it."""
    call = Call(request, session, principal, now)
    return await once(lambda: service.withdraw(call, episode_id, claim_id, body.reason))
