"""The public route of report cards."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from inspection.report_cards import service
from inspection.report_cards.schemas import TechnicalReportCard
from shared.auth.access import Public
from shared.auth.principal import Principal

router = APIRouter(tags=["report cards"])


@router.get(
    "/v1/schools/{urn}/report-card",
    operation_id="get_report_card",
    responses={200: {"model": TechnicalReportCard}},
)
async def get_report_card(
    _: Annotated[Principal | None, Public()],
    request: Request,
    urn: Annotated[int, Path(ge=1, le=2**31 - 1, description="the school's URN", examples=[100000])],
    audience: Annotated[Literal["technical"], Query(description="who reads it")] = "technical",
) -> Response:
    """Read the card: for each area the grade in force, when it was judged, and whether action is needed."""
    del audience
    return await service.get_report_card(request, urn)
