"""The public route of the code lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from brokering.reference.lists import code_lists
from brokering.reference.schemas import ReferenceData
from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.responses import json_response

router = APIRouter(tags=["reference data"])


@router.get("/v1/reference-data", operation_id="get_reference_data", responses={200: {"model": ReferenceData}})
async def get_reference_data(_: Annotated[Principal | None, Public()], request: Request) -> Response:
    """Read every code of this service with its label."""
    return json_response(request, {"data": code_lists()}, public=True)
