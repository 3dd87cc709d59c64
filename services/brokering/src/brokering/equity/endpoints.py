"""The route of the equity report."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from brokering.equity import service
from brokering.equity.schemas import Equity
from brokering.scopes import PROPOSALS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.responses import json_response

router = APIRouter(tags=["matching rounds"])


@router.get(
    "/v1/matching-rounds/{round_id}/equity", operation_id="get_round_equity", responses={200: {"model": Equity}}
)
async def get_round_equity(
    principal: Annotated[Principal, Requires(PROPOSALS_READ)], request: Request, session: Db, round_id: UUID
) -> Response:
    """Read who gets what out of a round: by region, phase and deprivation, from how far and from whom."""
    return json_response(request, await service.report(session, principal, round_id))
