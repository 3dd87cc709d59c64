"""The public route of report cards."""

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import Field

from inspection.pages import service as pages
from inspection.pages.negotiation import prefers_html
from inspection.report_cards import parent, service
from inspection.report_cards.parent_schemas import ParentReportCard
from inspection.report_cards.schemas import TechnicalReportCard
from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.rate_limit import count_request

PLAIN_QUERIES: Final = frozenset({b"", b"audience=technical"})
PLAIN_URN: Final = re.compile("[1-9][0-9]{5}")


class CardRoute(APIRoute):
    """Serves a plain request for a card without the framework's solving of parameters, which costs as much as the read.

    Whatever is not plain (another query, a URN that is none, a browser that wants the page) goes the declared way, and
    so do documentation and checks.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler: the short way where it is safe, else the declared one."""
        declared = super().get_route_handler()

        async def serve(request: Request) -> Response:
            urn = request.path_params["urn"]
            plain = request.scope["query_string"] in PLAIN_QUERIES and PLAIN_URN.fullmatch(urn)
            if not plain or prefers_html(request):
                return await declared(request)
            await count_request(request)
            return await service.get_report_card(request, int(urn))

        return serve


router = APIRouter(tags=["report cards"], route_class=CardRoute)


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
) -> Response:
    """Read the card: for each area the grade in force, when it was judged, and for the school what needs action.

    `audience=parent` tells the same in words, with what happens next. `Accept: text/html` gives the parents' page.
    """
    if prefers_html(request):
        return await pages.school_page(request, urn)
    if audience == "parent":
        return await parent.get_parent_card(request, urn)
    return await service.get_report_card(request, urn)
