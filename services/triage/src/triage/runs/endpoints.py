"""Routes of runs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.runs import service
from triage.runs.schemas import NewRun, Run, RunPage
from triage.scopes import ASSESSMENTS_READ, ASSESSMENTS_RUN

router = APIRouter(tags=["assessment runs"])

Reader = Annotated[Principal, Requires(ASSESSMENTS_READ)]
Runner = Annotated[Principal, Requires(ASSESSMENTS_RUN)]


@router.post(
    "/v1/assessment-runs", operation_id="create_assessment_run", status_code=202, responses={202: {"model": Run}}
)
async def create_assessment_run(
    request: Request, principal: Runner, session: Db, once: Idempotent, wanted: Annotated[NewRun, Body()]
) -> Response:
    """Run a scheme, by default over all England today: only a run for today replaces current assessments."""
    return await once(lambda: service.start(request, session, principal, wanted))


@router.get(
    "/v1/assessment-runs",
    operation_id="list_assessment_runs",
    responses={200: {"model": RunPage, "content": LINES_OR_TABLE}},
)
async def list_assessment_runs(
    request: Request,
    principal: Reader,
    session: Db,
    page: PageRequest,
    scheme: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """List runs, newest first."""
    return await service.list_runs(request, session, principal, scheme, page)


@router.get("/v1/assessment-runs/{run_id}", operation_id="get_assessment_run", responses={200: {"model": Run}})
async def get_assessment_run(request: Request, principal: Reader, session: Db, run_id: UUID) -> Response:
    """Read a run, its progress and what it came to."""
    return await service.get(request, session, principal, run_id)


@router.delete("/v1/assessment-runs/{run_id}", operation_id="cancel_assessment_run", responses={200: {"model": Run}})
async def cancel_assessment_run(request: Request, principal: Runner, session: Db, run_id: UUID) -> Response:
    """Cancel a run that has not ended: it leaves nothing behind."""
    return await service.cancel(request, session, principal, run_id)
