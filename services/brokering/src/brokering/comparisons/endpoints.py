"""The route that sets two rounds side by side."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from brokering.comparisons import service
from brokering.comparisons.schemas import Comparison
from brokering.scopes import PROPOSALS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.pagination import PageRequest
from shared.responses import page_response

router = APIRouter(tags=["matching rounds"])


@router.get(
    "/v1/matching-rounds/{round_id}/comparison/{other_id}",
    operation_id="compare_rounds",
    responses={200: {"model": Comparison}},
)
async def compare_rounds(
    *,
    principal: Annotated[Principal, Requires(PROPOSALS_READ)],
    request: Request,
    session: Db,
    round_id: UUID,
    other_id: UUID,
    page: PageRequest,
) -> Response:
    """Compare a round with another: the figures of both, and every need that goes to someone else or to nobody."""
    found = await service.compare(request, session, principal, first_id=round_id, second_id=other_id, page=page)
    return page_response(request, found)
