"""The route of tasks."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import Db
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.notices.endpoints import Today
from triage.scopes import ASSESSMENTS_READ
from triage.tasks import service
from triage.tasks.schemas import TaskKind, TaskPage

router = APIRouter(tags=["tasks"])


@router.get("/v1/tasks", operation_id="list_tasks", responses={200: {"model": TaskPage, "content": LINES_OR_TABLE}})
async def list_tasks(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Annotated[Principal, Requires(ASSESSMENTS_READ)],
    session: Db,
    on: Today,
    page: PageRequest,
    due: Annotated[date | None, Query(description="due on this day or earlier")] = None,
    kind: TaskKind | None = None,
    region: Annotated[str | None, Query(max_length=100, description="one of the nine regions")] = None,
) -> Response:
    """List what is due: notices to serve, representations, decisions, reviews, publications; soonest first."""
    return await service.list_tasks(request, session, principal, on=on, due=due, kind=kind, region=region, page=page)
