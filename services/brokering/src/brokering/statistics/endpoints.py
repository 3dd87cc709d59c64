"""The route of statistics."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.leaders.schemas import Region
from brokering.ledger.call import Call
from brokering.scopes import STATISTICS_READ
from brokering.statistics import service
from brokering.statistics.schemas import BrokeringStatistics
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db

router = APIRouter(tags=["statistics"])


@router.get(
    "/v1/statistics/brokering",
    operation_id="get_brokering_statistics",
    responses={200: {"model": BrokeringStatistics}},
)
async def get_brokering_statistics(
    *,
    request: Request,
    principal: Annotated[Principal, Requires(STATISTICS_READ)],
    session: Db,
    now: Annotated[datetime, Depends(request_time)],
    region: Annotated[Region | None, Query(examples=["London"])] = None,
    since: Annotated[date | None, Query(description="a year before the last day unless told")] = None,
    until: Annotated[date | None, Query(description="the last day; today unless told")] = None,
) -> Response:
    """Read days from need to match and visit, answers and their reasons, load, spend, and capacity against need."""
    return await service.brokering(Call(request, session, principal, now), region, since, until)
