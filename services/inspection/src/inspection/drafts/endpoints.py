"""Routes that write inspections before their publication."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Query, Request, Response

from inspection.drafts import service
from inspection.drafts.repository import DraftFilters
from inspection.drafts.schemas import InspectionDraft, InspectionPatch, NewInspection, QualityAssurance
from inspection.inspections.endpoints import InspectionId
from inspection.scopes import INSPECTIONS_READ, INSPECTIONS_WRITE
from inspection.trust_inspections.schemas import DraftPage
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.etags import IfMatch
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES

router = APIRouter(tags=["drafts"])

Reader = Annotated[Principal, Requires(INSPECTIONS_READ)]
Writer = Annotated[Principal, Requires(INSPECTIONS_WRITE)]


@router.post(
    "/v1/inspections", operation_id="create_inspection", status_code=201, responses={201: {"model": InspectionDraft}}
)
async def create_inspection(
    principal: Writer, request: Request, session: Db, once: Idempotent, new: Annotated[NewInspection, Body()]
) -> Response:
    """Begin an inspection as a draft. It may be incomplete; what is there has to be right for its framework."""
    return await once(lambda: service.create(request, session, principal, new))


@router.patch(
    "/v1/inspections/{inspection_id}",
    operation_id="update_inspection",
    responses={200: {"model": InspectionDraft}},
)
async def update_inspection(
    *,
    principal: Writer,
    request: Request,
    session: Db,
    inspection_id: InspectionId,
    if_match: IfMatch,
    patch: Annotated[InspectionPatch, Body()],
) -> Response:
    """Change a draft by JSON Merge Patch. A published version never changes: correct it."""
    return await service.change(request, session, principal, draft_id=inspection_id, if_match=if_match, patch=patch)


@router.delete("/v1/inspections/{inspection_id}", operation_id="discard_inspection", status_code=204)
async def discard_inspection(
    principal: Writer, session: Db, inspection_id: InspectionId, if_match: IfMatch
) -> Response:
    """Discard a draft. What was published stays."""
    return await service.discard(session, principal, inspection_id, if_match)


@router.post(
    "/v1/inspections/{inspection_id}/quality-assurance",
    operation_id="assure_inspection_quality",
    responses={200: {"model": InspectionDraft}},
)
async def assure_inspection_quality(  # noqa: PLR0917 - FastAPI passes by name
    principal: Writer,
    request: Request,
    session: Db,
    once: Idempotent,
    inspection_id: InspectionId,
    outcome: Annotated[QualityAssurance, Body()],
) -> Response:
    """Pass a draft through quality assurance, or return it to draft with a reason."""
    return await once(
        lambda: service.assure_quality(request, session, principal, draft_id=inspection_id, outcome=outcome)
    )


@router.get(
    "/v1/inspection-drafts",
    operation_id="list_inspection_drafts",
    responses={200: {"model": DraftPage, "content": LINES}},
)
async def list_inspection_drafts(  # noqa: PLR0917 - FastAPI passes by name
    principal: Reader,
    request: Request,
    session: Db,
    page: PageRequest,
    state: Annotated[Literal["draft", "quality_assured"] | None, Query(description="only those in this state")] = None,
    about: Annotated[
        Literal["school", "trust"] | None, Query(description="only those about schools, or trusts")
    ] = None,
) -> Response:
    """List inspections being written, of schools and of trusts, newest first. Others than the inspectorate find none.

    `Accept: application/x-ndjson` streams all of them.
    """
    return await service.list_drafts(request, session, principal, DraftFilters(state, about), page)
