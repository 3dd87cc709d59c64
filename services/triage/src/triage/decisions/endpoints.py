"""Routes of decisions."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response

from shared.auth import Principal, Public, Requires
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.decisions import deciding, reviewing, service
from triage.decisions.schemas import Decision, DecisionPage, NewDecision, NewReview
from triage.notices.endpoints import Today
from triage.publications.schemas import PublishedDecision, PublishedDecisionPage
from triage.scopes import DECIDE
from triage.urns import Urn

router = APIRouter(tags=["decisions"])

Anyone = Annotated[Principal | None, Public()]
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
    on: Today,
    urn: Urn,
    wanted: Annotated[NewDecision, Body()],
) -> Response:
    """Decide the tier of a school in the regions of the token. The authoriser is whoever the token stands for.

    Those concerned are heard first: the notice was served, and the time is over or all of them have spoken. With
    `urgent` the decision is made at once; they are given notice with it, are heard, and the decision is reviewed.
    """
    return await once(lambda: deciding.decide(request, session, principal, urn=urn, wanted=wanted, on=on))


@router.post("/v1/decisions/{decision_id}/review", operation_id="review_decision", responses={200: {"model": Decision}})
async def review_decision(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Director,
    session: Db,
    once: Idempotent,
    on: Today,
    decision_id: UUID,
    wanted: Annotated[NewReview, Body()],
) -> Response:
    """Review a decision made by the urgent route, once those concerned have been heard."""
    return await once(
        lambda: reviewing.review(request, session, principal, decision_id=decision_id, wanted=wanted, on=on)
    )


@router.get(
    "/v1/schools/{urn}/decisions",
    operation_id="list_decisions",
    responses={200: {"model": DecisionPage | PublishedDecisionPage, "content": LINES_OR_TABLE}},
)
async def list_decisions(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Anyone,
    session: Db,
    page: PageRequest,
    urn: Urn,
    as_of: Annotated[date | None, Query(description="as they stood on this date; default now")] = None,
) -> Response:
    """List the decisions on a school, newest first: those that are public, to whom the school's cases are not open."""
    return await service.of_school(request, session, principal, urn=urn, as_of=as_of, page=page)


@router.get(
    "/v1/decisions/{decision_id}",
    operation_id="get_decision",
    responses={200: {"model": Decision | PublishedDecision}},
)
async def get_decision(request: Request, principal: Anyone, session: Db, decision_id: UUID) -> Response:
    """Read one decision: what of it is public, to whom the school's cases are not open."""
    return await service.get(request, session, principal, decision_id)
