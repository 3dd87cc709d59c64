"""Tasks as clients read them: a party sees what waits on itself, the department what waits on anybody."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.db.session import streaming_session
from shared.errors import invalid
from shared.pagination import PageParameters, page_of
from shared.responses import page_response
from triage.assessments.redaction import is_party
from triage.listing import STREAM_ROWS, streamed
from triage.procedure.service import procedure_on
from triage.reference.service import require_code
from triage.tasks import repository
from triage.tasks.repository import TaskFilter
from triage.tasks.schemas import Task

COLUMNS: Final = tuple(Task.model_fields)


async def list_tasks(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    on: date,
    due: date | None,
    kind: str | None,
    region: str | None,
    page: PageParameters,
) -> Response:
    """Answer with a page of tasks, or with all of them."""
    require_code("regions", region, "region")
    heard = tuple((await procedure_on(session, on))["representations"]["heard"])
    wanted = TaskFilter(heard, on, due, kind, region, str(principal.org) if is_party(principal) else None)
    if whole := streamed(request, lambda: _all(request, principal, wanted), COLUMNS):
        return whole
    rows = await repository.page(session, wanted, principal, _after(page), page.limit + 1)
    total = await repository.count(session, wanted, principal) if page.include_total else None
    documents = [dict(row) for row in rows]
    found = page_of(request, page, documents, lambda task: (task["due_on"].isoformat(), task["id"]), total=total)
    return page_response(request, found)


def _after(page: PageParameters) -> tuple[date, str] | None:
    key = page.key(str, str)
    if key is None:
        return None
    try:
        return date.fromisoformat(str(key[0])), str(key[1])
    except ValueError as error:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor") from error


async def _all(request: Request, principal: Principal, wanted: TaskFilter) -> AsyncIterator[dict[str, Any]]:
    after: tuple[date, str] | None = None
    async with streaming_session(request) as session:
        while rows := await repository.page(session, wanted, principal, after, STREAM_ROWS):
            for row in rows:
                yield dict(row)
            after = (rows[-1]["due_on"], rows[-1]["id"])
