"""Routes of publication and correction."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request, Response

from inspection.inspections.endpoints import InspectionId
from inspection.inspections.schemas import Inspection
from inspection.publications import service
from inspection.publications.schemas import Correction, Publication
from inspection.scopes import INSPECTIONS_PUBLISH
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_day
from shared.db.session import Db
from shared.idempotency import Idempotent

router = APIRouter(tags=["publication"])

Publisher = Annotated[Principal, Requires(INSPECTIONS_PUBLISH)]


@router.post(
    "/v1/inspections/{inspection_id}/publication",
    operation_id="publish_inspection",
    responses={200: {"model": Inspection}},
)
async def publish_inspection(
    *,
    principal: Publisher,
    request: Request,
    session: Db,
    once: Idempotent,
    inspection_id: InspectionId,
    day: Annotated[date, Depends(request_day)],
    wanted: Annotated[Publication | None, Body()] = None,
) -> Response:
    """Publish what has passed quality assurance: from now on it changes by corrections only."""
    return await once(
        lambda: service.publish(request, session, principal, inspection_id=inspection_id, wanted=wanted, today=day)
    )


@router.post(
    "/v1/inspections/{inspection_id}/corrections",
    operation_id="correct_inspection",
    status_code=201,
    responses={201: {"model": Inspection}},
)
async def correct_inspection(
    *,
    principal: Publisher,
    request: Request,
    session: Db,
    once: Idempotent,
    inspection_id: InspectionId,
    day: Annotated[date, Depends(request_day)],
    wanted: Annotated[Correction, Body()],
) -> Response:
    """Make a new version of what was published; the version before stays readable, with the reason."""
    return await once(
        lambda: service.correct(request, session, principal, inspection_id=inspection_id, wanted=wanted, today=day)
    )
