"""Routes of representations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.notices.endpoints import Today
from triage.representations import service
from triage.representations.schemas import NewRepresentation, Representation, RepresentationPage
from triage.scopes import ASSESSMENTS_READ, REPRESENTATIONS_MAKE

router = APIRouter(tags=["representations"])

Reader = Annotated[Principal, Requires(ASSESSMENTS_READ)]
Party = Annotated[Principal, Requires(REPRESENTATIONS_MAKE)]


@router.post(
    "/v1/assessments/{assessment_id}/representations",
    operation_id="create_representation",
    status_code=201,
    responses={201: {"model": Representation}},
)
async def create_representation(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Party,
    session: Db,
    once: Idempotent,
    on: Today,
    assessment_id: UUID,
    wanted: Annotated[NewRepresentation, Body()],
) -> Response:
    """Speak to what is intended, as the school, its trust or local authority, or its religious authority."""
    return await once(
        lambda: service.make(request, session, principal, assessment_id=assessment_id, wanted=wanted, on=on)
    )


@router.get(
    "/v1/assessments/{assessment_id}/representations",
    operation_id="list_representations",
    responses={200: {"model": RepresentationPage, "content": LINES_OR_TABLE}},
)
async def list_representations(
    request: Request, principal: Reader, session: Db, page: PageRequest, assessment_id: UUID
) -> Response:
    """List what was said on an assessment, newest first. A party reads what it said itself."""
    return await service.of_assessment(request, session, principal, assessment_id=assessment_id, page=page)
