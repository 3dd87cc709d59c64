"""Routes of published decisions."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from shared.auth import Principal, Public, Requires
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.notices.endpoints import Today
from triage.publications import service
from triage.publications.repository import PublishedFilter
from triage.publications.schemas import NewPublication, Publication, PublishedDecisionPage
from triage.reference.service import require_code, require_scheme
from triage.scopes import DECIDE
from triage.urns import Urn

router = APIRouter(tags=["published decisions"])

Director = Annotated[Principal, Requires(DECIDE, user=True)]
Anyone = Annotated[Principal | None, Public()]
AsOf = Annotated[date | None, Query(description="as the public read it on this date; default now")]


async def published_filter(  # noqa: PLR0917 - FastAPI passes by name
    urn: Urn | None = None,
    scheme: Annotated[str | None, Query(max_length=100)] = None,
    tier: Annotated[str | None, Query(max_length=100)] = None,
    region: Annotated[str | None, Query(max_length=100, description="one of the nine regions")] = None,
    la: Annotated[str | None, Query(max_length=100, description="code of the local authority")] = None,
    as_of: AsOf = None,
) -> PublishedFilter:
    """Read the filters of published decisions; a code that does not exist is an error."""
    require_scheme(scheme, "scheme")
    require_code("regions", region, "region")
    return PublishedFilter(urn, scheme, tier, region, la, as_of)


@router.post(
    "/v1/decisions/{decision_id}/publication",
    operation_id="publish_decision",
    status_code=201,
    responses={201: {"model": Publication}},
)
async def publish_decision(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Director,
    session: Db,
    once: Idempotent,
    on: Today,
    decision_id: UUID,
    wanted: Annotated[NewPublication, Body()],
) -> Response:
    """Make a decision public with its reasons, redacted by the rules of the procedure."""
    return await once(
        lambda: service.publish(request, session, principal, decision_id=decision_id, wanted=wanted, on=on)
    )


@router.get(
    "/v1/decisions/{decision_id}/publication",
    operation_id="get_publication",
    responses={200: {"model": Publication}},
)
async def get_publication(_: Anyone, request: Request, session: Db, decision_id: UUID, as_of: AsOf = None) -> Response:
    """Read what was published of a decision."""
    return await service.get(request, session, decision_id, as_of)


@router.get(
    "/v1/published-decisions",
    operation_id="list_published_decisions",
    responses={200: {"model": PublishedDecisionPage, "content": LINES_OR_TABLE}},
)
async def list_published_decisions(
    _: Anyone,
    request: Request,
    session: Db,
    wanted: Annotated[PublishedFilter, Depends(published_filter)],
    page: PageRequest,
) -> Response:
    """List the decisions that are public, newest first."""
    return await service.list_published(request, session, wanted, page)
