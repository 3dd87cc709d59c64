"""The public route of the dashboard."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from inspection.dashboards import service
from inspection.dashboards.schemas import Dashboard
from inspection.schools.endpoints import Urn
from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.db.session import PublicReads

router = APIRouter(tags=["pupil progress"])


@router.get("/v1/schools/{urn}/dashboard", operation_id="get_dashboard", responses={200: {"model": Dashboard}})
async def get_dashboard(
    _: Annotated[Principal | None, Public()], request: Request, reads: PublicReads, urn: Urn
) -> Response:
    """Read a school's pupils over time, beside its area, England and schools of like intake. Small cells are hidden."""
    return await service.get_dashboard(request, reads, urn)
