"""Routes of notices."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from shared.auth import Principal, Requires
from shared.clock import request_day
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.notices import service
from triage.notices.repository import NoticeFilter
from triage.notices.schemas import NewNotice, Notice, NoticePage, NoticeState
from triage.reference.service import require_code
from triage.scopes import ASSESSMENTS_READ, NOTICES_ISSUE
from triage.urns import Urn

router = APIRouter(tags=["notices"])

Reader = Annotated[Principal, Requires(ASSESSMENTS_READ)]
Giver = Annotated[Principal, Requires(NOTICES_ISSUE, user=True)]
Today = Annotated[date, Depends(request_day)]


async def notice_filter(
    urn: Urn | None = None,
    region: Annotated[str | None, Query(max_length=100, description="one of the nine regions")] = None,
    state: NoticeState | None = None,
    assessment_id: UUID | None = None,
) -> NoticeFilter:
    """Read the filters of a list of notices; a region that does not exist is an error."""
    require_code("regions", region, "region")
    return NoticeFilter(urn, region, state, assessment_id)


@router.post("/v1/notices", operation_id="create_notice", status_code=201, responses={201: {"model": Notice}})
async def create_notice(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Giver,
    session: Db,
    once: Idempotent,
    on: Today,
    wanted: Annotated[NewNotice, Body()],
) -> Response:
    """Give notice of the tier intended on a proposal: those of the first step are told at once.

    Where somebody is to be told before the others (`notice_order`), `POST /v1/notices/{notice_id}/service` tells the
    next ones. The time for representations begins when everybody has been told.
    """
    return await once(lambda: service.create(request, session, principal, wanted, on))


@router.post("/v1/notices/{notice_id}/service", operation_id="serve_notice", responses={200: {"model": Notice}})
async def serve_notice(  # noqa: PLR0917 - FastAPI passes by name
    request: Request, principal: Giver, session: Db, once: Idempotent, on: Today, notice_id: UUID
) -> Response:
    """Tell those of the next step of the order of notices."""
    return await once(lambda: service.serve(request, session, principal, notice_id, on))


@router.get(
    "/v1/notices",
    operation_id="list_notices",
    responses={200: {"model": NoticePage, "content": LINES_OR_TABLE}},
)
async def list_notices(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Reader,
    session: Db,
    on: Today,
    wanted: Annotated[NoticeFilter, Depends(notice_filter)],
    page: PageRequest,
) -> Response:
    """List the notices that the client may see, newest first."""
    return await service.list_notices(request, session, principal, wanted=wanted, page=page, on=on)


@router.get("/v1/notices/{notice_id}", operation_id="get_notice", responses={200: {"model": Notice}})
async def get_notice(request: Request, principal: Reader, session: Db, on: Today, notice_id: UUID) -> Response:
    """Read one notice."""
    return await service.get(request, session, principal, notice_id, on)
