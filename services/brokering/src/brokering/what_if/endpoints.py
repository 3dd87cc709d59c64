"""Routes of what-ifs on days."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from brokering.scopes import BROKERING_MATCH, PROPOSALS_READ
from brokering.what_if import service
from brokering.what_if.schemas import DaysWhatIf, NewDaysWhatIf
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.responses import json_response

router = APIRouter(tags=["matching rounds"])

Reader = Annotated[Principal, Requires(PROPOSALS_READ)]
Matcher = Annotated[Principal, Requires(BROKERING_MATCH)]
ONE = "/v1/what-ifs/days/{what_if_id}"


@router.post(
    "/v1/what-ifs/days", operation_id="ask_for_days_what_if", status_code=202, responses={202: {"model": DaysWhatIf}}
)
async def ask_for_days_what_if(
    principal: Matcher, request: Request, session: Db, once: Idempotent, new: NewDaysWhatIf
) -> Response:
    """Try other numbers of days for every need: how many more would 6 days each serve? Nothing is proposed."""
    return await once(lambda: service.ask(request, session, principal, new))


@router.get(ONE, operation_id="get_days_what_if", responses={200: {"model": DaysWhatIf}})
async def get_days_what_if(principal: Reader, request: Request, session: Db, what_if_id: UUID) -> Response:
    """Read a what-if on days; those of one's own organisation only."""
    return json_response(request, await service.read(session, principal, what_if_id))


@router.delete(ONE, operation_id="cancel_days_what_if", responses={200: {"model": DaysWhatIf}})
async def cancel_days_what_if(principal: Matcher, request: Request, session: Db, what_if_id: UUID) -> Response:
    """Cancel a what-if that has not ended."""
    return json_response(request, await service.cancel(session, principal, what_if_id))
