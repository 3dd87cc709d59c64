"""The public route of report cards."""

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.routing import APIRoute

from inspection.report_cards import service
from inspection.report_cards.schemas import TechnicalReportCard
from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.rate_limit import count_request

PLAIN_QUERIES: Final = frozenset({b"", b"audience=technical"})
PLAIN_URN: Final = re.compile("[1-9][0-9]{5}")


class CardRoute(APIRoute):
    """Serves a plain request for a card without the framework's solving of parameters, which costs as much as the read.

    Whatever is not plain (another query, a URN that is none) goes the declared way, and so do documentation and checks.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler: the short way where it is safe, else the declared one."""
        declared = super().get_route_handler()

        async def serve(request: Request) -> Response:
            urn = request.path_params["urn"]
            if request.scope["query_string"] not in PLAIN_QUERIES or PLAIN_URN.fullmatch(urn) is None:
                return await declared(request)
            await count_request(request)
            return await service.get_report_card(request, int(urn))

        return serve


router = APIRouter(tags=["report cards"], route_class=CardRoute)


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
