"""The route of a need's candidates."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from brokering.candidates import service
from brokering.candidates.schemas import Candidates
from brokering.scopes import LEADERS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import utc_now
from shared.db.session import Db
from shared.pagination import PageRequest
from shared.responses import page_response

router = APIRouter(tags=["candidates"])


@router.get("/v1/needs/{need_id}/candidates", operation_id="list_candidates", responses={200: {"model": Candidates}})
async def list_candidates(
    *,
    principal: Annotated[Principal, Requires(LEADERS_READ)],
    request: Request,
    session: Db,
    need_id: UUID,
    now: Annotated[datetime, Depends(utc_now)],
    page: PageRequest,
) -> Response:
    """Rank the leaders for a need, part by part, and say which rule excludes each of the others.

    Pages are of `data`; every page has all of `excluded`.
    """
    found = await service.candidates(request, session, principal, need_id=need_id, page=page, today=now.date())
    return page_response(request, found)
