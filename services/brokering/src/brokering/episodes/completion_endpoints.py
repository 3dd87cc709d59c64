"""Routes of completion, and of the end of one leader's deployment."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from brokering.episodes import completion
from brokering.episodes.schemas import Completion, CompletionRequest, EndRequest, Episode, SignOffRequest
from brokering.ledger.call import Call
from brokering.scopes import EPISODES_READ, EPISODES_WRITE, SUPPORT_SIGN_OFF
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db
from shared.idempotency import Idempotent

router = APIRouter(tags=["episodes"])

Now = Annotated[datetime, Depends(request_time)]
Reader = Annotated[Principal, Requires(EPISODES_READ)]
Writer = Annotated[Principal, Requires(EPISODES_WRITE)]
Signer = Annotated[Principal, Requires(SUPPORT_SIGN_OFF, user=True)]


@router.get(
    "/v1/episodes/{episode_id}/completion", operation_id="get_completion", responses={200: {"model": Completion}}
)
async def get_completion(*, request: Request, episode_id: UUID, principal: Reader, session: Db, now: Now) -> Response:
    """Read how an episode's completion stands."""
    return await completion.get(Call(request, session, principal, now), episode_id)


@router.post(
    "/v1/episodes/{episode_id}/completion", operation_id="ask_for_completion", responses={200: {"model": Completion}}
)
async def ask_for_completion(
    *,
    request: Request,
    episode_id: UUID,
    body: CompletionRequest,
    principal: Writer,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Ask the supported body to sign the episode off, as its leader or partner. Nothing is written to it meanwhile."""
    return await once(lambda: completion.ask(Call(request, session, principal, now), episode_id, body))


@router.post(
    "/v1/episodes/{episode_id}/completion/sign-off",
    operation_id="sign_completion_off",
    responses={200: {"model": Completion}},
)
async def sign_completion_off(
    *,
    request: Request,
    episode_id: UUID,
    body: SignOffRequest,
    principal: Signer,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Sign the completion off, as the supported body, or send it back. Signed, the need is met and days go back."""
    return await once(lambda: completion.sign_off(Call(request, session, principal, now), episode_id, body))


@router.post(
    "/v1/episodes/{episode_id}/deployments/{deployment_id}/end",
    operation_id="end_deployment",
    responses={200: {"model": Episode}},
)
async def end_deployment(
    *,
    request: Request,
    episode_id: UUID,
    deployment_id: UUID,
    body: EndRequest,
    principal: Writer,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """End one leader's part in an episode, as at a hand-over; the next leader is offered the days that come back."""
    call = Call(request, session, principal, now)
    return await once(lambda: completion.end_deployment(call, episode_id, deployment_id, body))
