"""The public route of the code lists."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from shared.auth import Principal, Public
from triage.reference import service
from triage.reference.schemas import ReferenceData

router = APIRouter(tags=["reference data"])


@router.get("/v1/reference-data", operation_id="get_reference_data", responses={200: {"model": ReferenceData}})
async def get_reference_data(_: Annotated[Principal | None, Public()], request: Request) -> Response:
    """Read every code of this service with its label."""
    return service.get_reference_data(request)
