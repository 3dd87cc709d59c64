"""Routes of decisions."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.decisions import service
from triage.decisions.schemas import Decision, DecisionPage, NewDecision
from triage.scopes import ASSESSMENTS_READ, DECIDE
from triage.urns import Urn

router = APIRouter(tags=["decisions"])

Reader = Annotated[Principal, Requires(ASSESSMENTS_READ)]
Director = Annotated[Principal, Requires(DECIDE, user=True)]


@router.post(
    "/v1/schools/{urn}/decisions",
    operation_id="create_decision",
    status_code=201,
    responses={201: {"model": Decision}},
)
async def create_decision(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Director,
    session: Db,
    once: Idempotent,
    urn: Urn,
    wanted: Annotated[NewDecision, Body()],
) -> Response:
    """Decide the tier of a school in the regions of the token. The authoriser is whoever the token stands for."""
    return await once(lambda: service.decide(request, session, principal, urn, wanted))


@router.get(
    "/v1/schools/{urn}/decisions",
    operation_id="list_decisions",
    responses={200: {"model": DecisionPage, "content": LINES_OR_TABLE}},
)
async def list_decisions(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Reader,
    session: Db,
    page: PageRequest,
    urn: Urn,
    as_of: Annotated[date | None, Query(description="as they stood on this date; default now")] = None,
) -> Response:
    """List the decisions on a school, newest first."""
    return await service.of_school(request, session, principal, urn=urn, as_of=as_of, page=page)


@router.get("/v1/decisions/{decision_id}", operation_id="get_decision", responses={200: {"model": Decision}})
async def get_decision(request: Request, principal: Reader, session: Db, decision_id: UUID) -> Response:
    """Read one decision."""
    return await service.get(request, session, principal, decision_id)
