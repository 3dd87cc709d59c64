"""Routes that read inspections."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from inspection.drafts import service as drafts
from inspection.drafts.schemas import InspectionDraft
from inspection.inspections import service
from inspection.inspections.repository import InspectionFilters
from inspection.inspections.schemas import Inspection, InspectionPage, InspectionVersions
from inspection.reference.service import require_code
from inspection.scopes import INSPECTIONS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import PublicReads
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["inspections"])

Reader = Annotated[Principal, Requires(INSPECTIONS_READ)]
InspectionId = Annotated[UUID, Path(description="the inspection's id")]


async def inspection_filters(
    framework: Annotated[
        str | None, Query(description="a code of `frameworks` in the reference data", examples=["report-card-2025"])
    ] = None,
    urn: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="the school it stands on", examples=[100000])
    ] = None,
    category: Annotated[str | None, Query(description="category of concern", examples=["SM"])] = None,
    starts_from: Annotated[date | None, Query(description="first day of the inspection, at the earliest")] = None,
    starts_to: Annotated[date | None, Query(description="first day of the inspection, at the latest")] = None,
) -> InspectionFilters:
    """Read the filters of a list of inspections; a code that does not exist is an error, not an empty list."""
    require_code("frameworks", framework, "framework")
    require_code("categories", category, "category")
    return InspectionFilters(framework, urn, category, starts_from, starts_to)


Filters = Annotated[InspectionFilters, Depends(inspection_filters)]


@router.get(
    "/v1/inspections",
    operation_id="list_inspections",
    responses={200: {"model": InspectionPage, "content": LINES_OR_TABLE}},
)
async def list_inspections(
    _: Reader, request: Request, reads: PublicReads, filters: Filters, page: PageRequest
) -> Response:
    """List published inspections, newest first.

    `Accept: application/x-ndjson` or `text/csv` streams all that match; in the table older grades and those of report
    cards stand in columns of their own, empty where the framework has no such area, with the reason beside where there
    is no grade.
    """
    return await service.list_inspections(request, reads, filters, page)


@router.get(
    "/v1/inspections/{inspection_id}",
    operation_id="get_inspection",
    responses={200: {"model": Inspection | InspectionDraft}},
)
async def get_inspection(
    principal: Reader,
    request: Request,
    reads: PublicReads,
    inspection_id: InspectionId,
    as_of: Annotated[date | None, Query(description="the version that was published on this day")] = None,
) -> Response:
    """Read one inspection as it stands now. Before publication it is there for the inspectorate alone."""
    return await drafts.read_any(request, reads, principal, inspection_id, as_of)


@router.get(
    "/v1/inspections/{inspection_id}/versions",
    operation_id="list_inspection_versions",
    responses={200: {"model": InspectionVersions}},
)
async def list_inspection_versions(
    principal: Reader, request: Request, reads: PublicReads, inspection_id: InspectionId
) -> Response:
    """List all versions of an inspection: a correction makes a new one and leaves the old."""
    return await service.list_versions(request, reads, principal, inspection_id)
