"""The route of a need's candidates."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.candidates import explanation, service
from brokering.candidates.ranking import Share
from brokering.candidates.schemas import Candidates, Explanation
from brokering.domain.values import LeaderRole, half_days
from brokering.needs.schemas import NeedDays
from brokering.scopes import LEADERS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db
from shared.pagination import PageRequest
from shared.responses import json_response, page_response

router = APIRouter(tags=["candidates"])


async def share_asked_for(
    part: Annotated[
        LeaderRole | None, Query(description="of split support: only leaders of this role may take it")
    ] = None,
    days: Annotated[NeedDays | None, Query(description="for so many days of the need; all of it unless told")] = None,
) -> Share:
    """Read what of the need is to be given."""
    return Share(part, None if days is None else half_days(days))


AskedShare = Annotated[Share, Depends(share_asked_for)]


@router.get("/v1/needs/{need_id}/candidates", operation_id="list_candidates", responses={200: {"model": Candidates}})
async def list_candidates(
    *,
    principal: Annotated[Principal, Requires(LEADERS_READ)],
    request: Request,
    session: Db,
    need_id: UUID,
    share: AskedShare,
    now: Annotated[datetime, Depends(request_time)],
    page: PageRequest,
) -> Response:
    """Rank the leaders for a need, part by part, and say which rule excludes each of the others.

    Pages are of `data`; every page has all of `excluded`.
    """
    found = await service.candidates(
        request, session, principal, need_id=need_id, share=share, page=page, today=now.date()
    )
    return page_response(request, found)


@router.get(
    "/v1/needs/{need_id}/candidates/{leader_id}",
    operation_id="explain_candidate",
    responses={200: {"model": Explanation}},
)
async def explain_candidate(
    *,
    principal: Annotated[Principal, Requires(LEADERS_READ)],
    request: Request,
    session: Db,
    need_id: UUID,
    leader_id: UUID,
    share: AskedShare,
    round_id: Annotated[UUID | None, Query(description="the newest that has solved the need unless told")] = None,
) -> Response:
    """Say why, or why not, this leader: every rule, the score part by part, the rank, and what a round did and why."""
    found = await explanation.explain(
        session, principal, need_id=need_id, leader_id=leader_id, share=share, round_id=round_id
    )
    return json_response(request, found)
