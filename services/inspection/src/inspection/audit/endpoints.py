"""The route of the audit of inspections."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from inspection.audit import service
from inspection.audit.schemas import AuditPage
from inspection.inspections.endpoints import InspectionId
from inspection.scopes import INSPECTIONS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["audit"])


@router.get(
    "/v1/inspections/{inspection_id}/audit",
    operation_id="list_inspection_audit",
    responses={200: {"model": AuditPage, "content": LINES_OR_TABLE}},
)
async def list_inspection_audit(
    principal: Annotated[Principal, Requires(INSPECTIONS_READ)],
    request: Request,
    session: Db,
    inspection_id: InspectionId,
    page: PageRequest,
) -> Response:
    """List who changed what, when and from what, newest first. Steps before publication are the inspectorate's.

    `Accept: application/x-ndjson` or `text/csv` gives the whole trail; the table has a row for each field.
    """
    return await service.of_inspection(request, session, principal, inspection_id, page)
