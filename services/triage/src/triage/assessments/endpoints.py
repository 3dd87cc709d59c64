"""Routes of assessments."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import Db
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.assessments import service
from triage.assessments.filters import AssessmentQuery
from triage.assessments.schemas import (
    Assessment,
    AssessmentLookup,
    AssessmentPage,
    AssessmentsFound,
    SchoolAssessment,
)
from triage.reference.service import DEFAULT_SCHEME
from triage.scopes import ASSESSMENTS_READ
from triage.urns import Urn

router = APIRouter(tags=["assessments"])

Reader = Annotated[Principal, Requires(ASSESSMENTS_READ)]


@router.get(
    "/v1/assessments",
    operation_id="list_assessments",
    responses={200: {"model": AssessmentPage, "content": LINES_OR_TABLE}},
)
async def list_assessments(
    request: Request, principal: Reader, session: Db, wanted: AssessmentQuery, page: PageRequest
) -> Response:
    """List the one current assessment per school and scheme.

    `Accept: application/x-ndjson` streams all of them, `text/csv` too but without the reasons.
    """
    return await service.list_assessments(request, session, principal, wanted, page)


@router.get("/v1/assessments/{assessment_id}", operation_id="get_assessment", responses={200: {"model": Assessment}})
async def get_assessment(request: Request, principal: Reader, session: Db, assessment_id: UUID) -> Response:
    """Read one assessment, current or not."""
    return await service.get(request, session, principal, assessment_id)


@router.post("/v1/assessments/lookup", operation_id="lookup_assessments", responses={200: {"model": AssessmentsFound}})
async def lookup_assessments(
    request: Request, principal: Reader, session: Db, wanted: Annotated[AssessmentLookup, Body()]
) -> Response:
    """Read the current assessments of up to 1,000 schools."""
    return await service.lookup(request, session, principal, wanted)


@router.get(
    "/v1/schools/{urn}/assessment", operation_id="get_school_assessment", responses={200: {"model": SchoolAssessment}}
)
async def get_school_assessment(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Reader,
    session: Db,
    urn: Urn,
    scheme: Annotated[str, Query(max_length=100)] = DEFAULT_SCHEME,
    as_of: Annotated[date | None, Query(description="what held on this date; default now")] = None,
) -> Response:
    """Read the assessment of a school under a scheme, with the source and the age of its facts."""
    return await service.of_school(request, session, principal, urn=urn, scheme=scheme, as_of=as_of)


@router.get(
    "/v1/schools/{urn}/assessments",
    operation_id="list_school_assessments",
    responses={200: {"model": AssessmentPage, "content": LINES_OR_TABLE}},
)
async def list_school_assessments(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Reader,
    session: Db,
    page: PageRequest,
    urn: Urn,
    scheme: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """List what has been the current assessment of a school, newest first."""
    return await service.history(request, session, principal, urn=urn, scheme=scheme, page=page)
