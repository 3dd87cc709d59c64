"""The route of the public register."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from brokering.disclosures import service
from brokering.disclosures.schemas import DisclosurePage
from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["conflicts of interest"])


@router.get(
    "/v1/disclosures",
    operation_id="list_disclosures",
    responses={200: {"model": DisclosurePage, "content": LINES_OR_TABLE}},
)
async def list_disclosures(
    _: Annotated[Principal | None, Public()], request: Request, session: Db, page: PageRequest
) -> Response:
    """List the conflicts of interest of approved support: declared, computed, and what the responsible body said."""
    return await service.register(request, session, page)
