"""Routes of statistics."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from shared.auth import Principal, Public, Requires
from shared.db.session import Db
from triage.notices.endpoints import Today
from triage.reference.service import DEFAULT_SCHEME
from triage.scopes import ASSESSMENTS_READ
from triage.statistics import service, tables
from triage.statistics.repository import AgedBy
from triage.statistics.schemas import Ageing, DisadvantageStatistics, TierStatistics
from triage.statistics.tables_sql import By
from triage.statistics.undecided import AgeTable

router = APIRouter(tags=["statistics"])

Anyone = Annotated[Principal | None, Public()]
Scheme = Annotated[str, Query(max_length=100)]
Day = Annotated[date | None, Query(description="as it stood at the end of this day; default today")]


@router.get("/v1/statistics/tiers", operation_id="get_tiers", responses={200: {"model": TierStatistics}})
async def get_tiers(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Anyone,
    session: Db,
    on: Today,
    by: By = "region",
    scheme: Scheme = DEFAULT_SCHEME,
    as_of: Day = None,
) -> Response:
    """Count schools by tier and group: published decisions, or for the department proposals and decisions."""
    return await tables.get_tiers(request, session, principal, scheme=scheme, by=by, as_of=as_of or on)


@router.get(
    "/v1/statistics/disadvantage",
    operation_id="get_disadvantage",
    responses={200: {"model": DisadvantageStatistics}},
)
async def get_disadvantage(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Anyone,
    session: Db,
    on: Today,
    by: By = "deprivation",
    scheme: Scheme = DEFAULT_SCHEME,
    as_of: Day = None,
) -> Response:
    """Tell, by tier and group, how many pupils were recorded for free school meals: an estimate with its coverage."""
    return await tables.get_disadvantage(request, session, principal, scheme=scheme, by=by, as_of=as_of or on)


@router.get("/v1/statistics/ageing", operation_id="get_ageing", responses={200: {"model": Ageing}})
async def get_ageing(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Annotated[Principal, Requires(ASSESSMENTS_READ)],
    session: Db,
    on: Today,
    scheme: Annotated[str, Query(max_length=100)] = DEFAULT_SCHEME,
    as_of: Annotated[
        date | None, Query(description="decisions made, and proposals undecided, up to this day; default today")
    ] = None,
    by: Annotated[AgedBy, Query(description="how proposals that are not decided are grouped")] = "region",
    suppress: Annotated[
        bool, Query(description="proposals that are not decided as they may be told outside: without small numbers")
    ] = False,
) -> Response:
    """Tell how many days passed to proposal and to decision, and how old the proposals are that are not decided."""
    table = AgeTable(scheme=scheme, by=by, suppress=suppress)
    return await service.ageing(request, session, principal, table, on=on, as_of=as_of or on)
