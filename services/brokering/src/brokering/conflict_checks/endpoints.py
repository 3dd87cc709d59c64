"""Routes of conflict checks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.conflict_checks import service
from brokering.conflict_checks.schemas import AnswerRequest, ConflictCheck, ConflictCheckPage
from brokering.ledger.call import Call
from brokering.reference.lists import OneOf
from brokering.scopes import OFFERS_AGREE, PROPOSALS_OFFER, PROPOSALS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["conflicts of interest"])

Now = Annotated[datetime, Depends(request_time)]
Reader = Annotated[Principal, Requires(PROPOSALS_READ)]
State = Annotated[str, OneOf("conflict_check_states")]


@router.post(
    "/v1/proposals/{proposal_id}/conflict-check",
    operation_id="ask_about_conflicts",
    status_code=201,
    responses={201: {"model": ConflictCheck}},
)
async def ask_about_conflicts(
    *,
    principal: Annotated[Principal, Requires(PROPOSALS_OFFER)],
    request: Request,
    session: Db,
    once: Idempotent,
    proposal_id: UUID,
    now: Now,
) -> Response:
    """Ask the responsible body about a proposed match; it has three working days, and an offer waits for it."""
    return await once(lambda: service.ask(Call(request, session, principal, now), proposal_id))


@router.get(
    "/v1/conflict-checks",
    operation_id="list_conflict_checks",
    responses={200: {"model": ConflictCheckPage, "content": LINES_OR_TABLE}},
)
async def list_conflict_checks(
    *,
    principal: Reader,
    request: Request,
    session: Db,
    page: PageRequest,
    state: Annotated[State | None, Query()] = None,
    need_id: Annotated[UUID | None, Query()] = None,
    leader_id: Annotated[UUID | None, Query()] = None,
) -> Response:
    """List the questions to responsible bodies; a body sees those that it was asked."""
    filters: dict[str, Any] = {"state": state, "need_id": need_id, "leader_id": leader_id}
    return await service.list_checks(request, session, principal, page, filters)


@router.get(
    "/v1/conflict-checks/{check_id}", operation_id="get_conflict_check", responses={200: {"model": ConflictCheck}}
)
async def get_conflict_check(principal: Reader, request: Request, session: Db, check_id: UUID) -> Response:
    """Read a question to a responsible body, what was found, and the answer."""
    return await service.read(request, session, principal, check_id)


@router.post(
    "/v1/conflict-checks/{check_id}/answer",
    operation_id="answer_conflict_check",
    responses={200: {"model": ConflictCheck}},
)
async def answer_conflict_check(
    *,
    principal: Annotated[Principal, Requires(OFFERS_AGREE, user=True)],
    request: Request,
    session: Db,
    once: Idempotent,
    check_id: UUID,
    now: Now,
    body: AnswerRequest,
) -> Response:
    """Answer for the responsible body: no objection, or an objection with its reason. Once."""
    return await once(lambda: service.answer(Call(request, session, principal, now), check_id, body))
