"""Routes of statistics."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import Db
from triage.notices.endpoints import Today
from triage.reference.service import DEFAULT_SCHEME
from triage.scopes import ASSESSMENTS_READ
from triage.statistics import service
from triage.statistics.schemas import Ageing

router = APIRouter(tags=["statistics"])


@router.get("/v1/statistics/ageing", operation_id="get_ageing", responses={200: {"model": Ageing}})
async def get_ageing(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Annotated[Principal, Requires(ASSESSMENTS_READ)],
    session: Db,
    on: Today,
    scheme: Annotated[str, Query(max_length=100)] = DEFAULT_SCHEME,
    as_of: Annotated[date | None, Query(description="decisions made up to this day; default today")] = None,
) -> Response:
    """Tell how many days passed from publication to proposal and to decision, by region."""
    return await service.ageing(request, session, principal, scheme=scheme, as_of=as_of or on)
