"""Routes of support outcomes and progress reviews."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.follow_up import service
from triage.follow_up.schemas import (
    Correction,
    FollowUp,
    FollowUpPage,
    Kind,
    NewProgressReview,
    NewSupportOutcome,
)
from triage.scopes import REVIEWS_READ, REVIEWS_WRITE
from triage.urns import Urn

router = APIRouter(tags=["follow-up"])

Reader = Annotated[Principal, Requires(REVIEWS_READ)]
Recorder = Annotated[Principal, Requires(REVIEWS_WRITE)]
CREATED: dict[int | str, dict[str, Any]] = {201: {"model": FollowUp}}
ONE = "/v1/follow-ups/{follow_up_id}"


@router.post(
    "/v1/schools/{urn}/support-outcomes", operation_id="record_support_outcome", status_code=201, responses=CREATED
)
async def record_support_outcome(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Recorder,
    session: Db,
    once: Idempotent,
    urn: Urn,
    wanted: Annotated[NewSupportOutcome, Body()],
) -> Response:
    """Record that a support episode was completed; the school is assessed again at once."""
    return await once(lambda: service.record_support(request, session, principal, urn, wanted))


@router.post(
    "/v1/schools/{urn}/progress-reviews", operation_id="record_progress_review", status_code=201, responses=CREATED
)
async def record_progress_review(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Recorder,
    session: Db,
    once: Idempotent,
    urn: Urn,
    wanted: Annotated[NewProgressReview, Body()],
) -> Response:
    """Record what a review of progress concluded; the school is assessed again at once."""
    return await once(lambda: service.record_review(request, session, principal, urn, wanted))


@router.get(
    "/v1/schools/{urn}/follow-ups",
    operation_id="list_school_follow_ups",
    responses={200: {"model": FollowUpPage, "content": LINES_OR_TABLE}},
)
async def list_school_follow_ups(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Reader,
    session: Db,
    page: PageRequest,
    urn: Urn,
    kind: Annotated[Kind | None, Query(description="support outcomes or progress reviews only")] = None,
) -> Response:
    """List the support outcomes and progress reviews of a school in their latest version, newest first."""
    return await service.of_school(request, session, principal, urn=urn, kind=kind, page=page)


@router.get(ONE, operation_id="get_follow_up", responses={200: {"model": FollowUp}})
async def get_follow_up(request: Request, principal: Reader, session: Db, follow_up_id: UUID) -> Response:
    """Read a support outcome or a progress review in its latest version."""
    return await service.get(request, session, principal, follow_up_id)


@router.get(f"{ONE}/versions", operation_id="list_follow_up_versions", responses={200: {"model": FollowUpPage}})
async def list_follow_up_versions(
    request: Request, principal: Reader, session: Db, page: PageRequest, follow_up_id: UUID
) -> Response:
    """List all versions of one, oldest first: who recorded what, when, and why it was corrected."""
    return await service.versions(request, session, principal, follow_up_id, page)


@router.post(f"{ONE}/corrections", operation_id="correct_follow_up", status_code=201, responses=CREATED)
async def correct_follow_up(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Recorder,
    session: Db,
    once: Idempotent,
    follow_up_id: UUID,
    wanted: Annotated[Correction, Body()],
) -> Response:
    """Correct or withdraw one, with the reason; the school is assessed again at once."""
    return await once(lambda: service.correct(request, session, principal, follow_up_id, wanted))
