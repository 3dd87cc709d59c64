"""The public route of report cards."""

import re
from datetime import date
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from inspection.pages import service as pages
from inspection.report_cards import parent, service
from inspection.report_cards.parent_schemas import ParentReportCard
from inspection.report_cards.schemas import TechnicalReportCard
from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.errors import invalid
from shared.negotiation import prefers_html
from shared.short_ways import ShortWay

router = APIRouter(tags=["report cards"])


Card = Annotated[TechnicalReportCard | ParentReportCard, Field(discriminator="audience")]
PAGE: Final = {"text/html": {"schema": {"type": "string", "description": "the parents' page, whatever the audience"}}}


@router.get(
    "/v1/schools/{urn}/report-card",
    operation_id="get_report_card",
    responses={200: {"model": Card, "content": PAGE}},
)
async def get_report_card(
    _: Annotated[Principal | None, Public()],
    request: Request,
    urn: Annotated[int, Path(ge=1, le=2**31 - 1, description="the school's URN", examples=[100000])],
    audience: Annotated[Literal["technical", "parent"], Query(description="who reads it")] = "technical",
    as_of: Annotated[
        date | None,
        Query(
            description="the card that was published on this day, of the school as it was then; it reaches back to the "
            "school's `known_since`. Technical only",
        ),
    ] = None,
) -> Response:
    """Read the card: for each area the grade in force, when it was judged, and for the school what needs action.

    `audience=parent` tells the same in words, with what happens next. `Accept: text/html` gives the parents' page.
    """
    for_parents = audience == "parent" or prefers_html(request)
    if as_of is not None and not for_parents:
        return await service.get_card_on(request, urn, as_of)
    if as_of is not None:
        raise invalid(
            "as_of", "Only the technical card tells what was published on an earlier day.", "not_for_audience"
        )
    if prefers_html(request):
        return await pages.school_page(request, urn)
    if audience == "parent":
        return await parent.get_parent_card(request, urn)
    return await service.get_report_card(request, urn)


async def _plain_report_card(request: Request, match: re.Match[str]) -> Response:
    return await service.get_report_card(request, int(match[1]))


CARD: Final = ShortWay(
    "/v1/schools/{urn}/report-card",
    re.compile(r"/v1/schools/([1-9][0-9]{5})/report-card(?:\?audience=technical)?"),
    _plain_report_card,
)
