"""Routes of tasks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.leaders.schemas import Region
from brokering.ledger.call import Call
from brokering.scopes import EPISODES_READ
from brokering.tasks import service
from brokering.tasks.schemas import TaskPage
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["tasks"])


@router.get("/v1/tasks", operation_id="list_tasks", responses={200: {"model": TaskPage, "content": LINES_OR_TABLE}})
async def list_tasks(
    *,
    request: Request,
    principal: Annotated[Principal, Requires(EPISODES_READ)],
    session: Db,
    page: PageRequest,
    now: Annotated[datetime, Depends(request_time)],
    due: Annotated[date | None, Query(description="due on this day or earlier")] = None,
    waits_on: Annotated[str | None, Query(examples=["leader"])] = None,
    region: Annotated[Region | None, Query(examples=["London"])] = None,
) -> Response:
    """List what waits on whom, soonest due first, as far as the client may see it."""
    filters = service.filters_of(due, waits_on, region)
    return await service.list_tasks(Call(request, session, principal, now), filters, page)
