"""Routes of visits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from brokering.ledger.call import Call
from brokering.scopes import EPISODES_READ, EPISODES_WRITE
from brokering.visits import service
from brokering.visits.schemas import NewVisit, Visit, VisitPage, VisitWithdrawal
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["visits"])

Now = Annotated[datetime, Depends(request_time)]
Reader = Annotated[Principal, Requires(EPISODES_READ)]
Writer = Annotated[Principal, Requires(EPISODES_WRITE)]


@router.get(
    "/v1/episodes/{episode_id}/visits",
    operation_id="list_visits",
    responses={200: {"model": VisitPage, "content": LINES_OR_TABLE}},
)
async def list_visits(
    *, request: Request, episode_id: UUID, principal: Reader, session: Db, page: PageRequest, now: Now
) -> Response:
    """List the visits of an episode, newest entry first."""
    return await service.list_visits(Call(request, session, principal, now), episode_id, page)


@router.post(
    "/v1/episodes/{episode_id}/visits",
    operation_id="record_visit",
    status_code=201,
    responses={201: {"model": Visit}},
)
async def record_visit(
    *,
    request: Request,
    episode_id: UUID,
    body: NewVisit,
    principal: Writer,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Record a visit, as its leader or the partner; its days are used in the ledger. 409 unless the episode is open."""
    return await once(lambda: service.record(Call(request, session, principal, now), episode_id, body))


@router.get("/v1/episodes/{episode_id}/visits/{visit_id}", operation_id="get_visit", responses={200: {"model": Visit}})
async def get_visit(
    *, request: Request, episode_id: UUID, visit_id: UUID, principal: Reader, session: Db, now: Now
) -> Response:
    """Read one visit."""
    return await service.get_visit(Call(request, session, principal, now), episode_id, visit_id)


@router.post(
    "/v1/episodes/{episode_id}/visits/{visit_id}/withdrawal",
    operation_id="withdraw_visit",
    responses={200: {"model": Visit}},
)
async def withdraw_visit(
    *,
    request: Request,
    episode_id: UUID,
    visit_id: UUID,
    body: VisitWithdrawal,
    principal: Writer,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Withdraw a visit recorded by mistake; its days are given back, unless they have been claimed."""
    call = Call(request, session, principal, now)
    return await once(lambda: service.withdraw(call, episode_id, visit_id, body))
