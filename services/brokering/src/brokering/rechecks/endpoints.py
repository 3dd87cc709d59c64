"""Routes of re-checks of designations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.ledger.call import Call
from brokering.rechecks import service
from brokering.rechecks.schemas import Recheck, RecheckAnswer, RecheckPage
from brokering.reference.lists import OneOf
from brokering.scopes import DESIGNATIONS_DECIDE, LEADERS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["leaders"])

Now = Annotated[datetime, Depends(request_time)]
Reader = Annotated[Principal, Requires(LEADERS_READ)]
State = Annotated[str, OneOf("recheck_states")]


@router.get(
    "/v1/designation-rechecks",
    operation_id="list_designation_rechecks",
    responses={200: {"model": RecheckPage, "content": LINES_OR_TABLE}},
)
async def list_designation_rechecks(
    *,
    principal: Reader,
    request: Request,
    session: Db,
    page: PageRequest,
    now: Now,
    state: Annotated[State | None, Query()] = None,
    leader_id: Annotated[UUID | None, Query()] = None,
) -> Response:
    """List designations that an inspection of the leader's own school or trust has put in doubt; a leader its own."""
    filters: dict[str, Any] = {"state": state, "leader_id": leader_id}
    return await service.list_rechecks(Call(request, session, principal, now), page, filters)


@router.get(
    "/v1/designation-rechecks/{recheck_id}",
    operation_id="get_designation_recheck",
    responses={200: {"model": Recheck}},
)
async def get_designation_recheck(
    *, principal: Reader, request: Request, session: Db, recheck_id: UUID, now: Now
) -> Response:
    """Read which inspection put a designation in doubt, the conditions it breaks, and the answer."""
    return await service.read(Call(request, session, principal, now), recheck_id)


@router.post(
    "/v1/designation-rechecks/{recheck_id}/answer",
    operation_id="answer_designation_recheck",
    responses={200: {"model": Recheck}},
)
async def answer_designation_recheck(
    *,
    principal: Annotated[Principal, Requires(DESIGNATIONS_DECIDE, user=True)],
    request: Request,
    session: Db,
    once: Idempotent,
    recheck_id: UUID,
    now: Now,
    body: RecheckAnswer,
) -> Response:
    """Uphold a designation, or withdraw it from today. Once. Matches that were accepted stay as they are."""
    return await once(lambda: service.answer(Call(request, session, principal, now), recheck_id, body))
