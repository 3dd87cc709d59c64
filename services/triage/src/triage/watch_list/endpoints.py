"""Routes of watch lists, notes and reminders. All are a person's: a client's token gets 403."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Header, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.notices.endpoints import Today
from triage.scopes import WATCH_READ, WATCH_WRITE
from triage.urns import Urn
from triage.watch_list import service
from triage.watch_list.schemas import (
    NewNote,
    NewReminder,
    NewWatchList,
    Note,
    NotePage,
    Reminder,
    ReminderPage,
    WatchList,
)

router = APIRouter(tags=["watch list"])

Reader = Annotated[Principal, Requires(WATCH_READ, user=True)]
Writer = Annotated[Principal, Requires(WATCH_WRITE, user=True)]


@router.get("/v1/watch-list", operation_id="get_watch_list", responses={200: {"model": WatchList}})
async def get_watch_list(request: Request, principal: Reader, session: Db) -> Response:
    """Read one's own watch list."""
    return await service.get(request, session, principal)


@router.put("/v1/watch-list", operation_id="put_watch_list", responses={200: {"model": WatchList}})
async def put_watch_list(
    request: Request,
    principal: Writer,
    session: Db,
    wanted: Annotated[NewWatchList, Body()],
    if_match: Annotated[str | None, Header(description="the ETag of the list that this one replaces")] = None,
) -> Response:
    """Put one's watch list; the first needs no If-Match."""
    return await service.put(request, session, principal, wanted, if_match)


@router.post("/v1/schools/{urn}/notes", operation_id="create_note", status_code=201, responses={201: {"model": Note}})
async def create_note(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Writer,
    session: Db,
    once: Idempotent,
    urn: Urn,
    wanted: Annotated[NewNote, Body()],
) -> Response:
    """Write a note on a school, for the department's people of the region or for oneself."""
    return await once(lambda: service.add_note(request, session, principal, urn, wanted))


@router.get(
    "/v1/schools/{urn}/notes",
    operation_id="list_notes",
    responses={200: {"model": NotePage, "content": LINES_OR_TABLE}},
)
async def list_notes(request: Request, principal: Reader, session: Db, urn: Urn, page: PageRequest) -> Response:
    """List the notes on a school, newest first."""
    return await service.list_notes(request, session, principal, urn, page)


@router.post("/v1/reminders", operation_id="create_reminder", status_code=201, responses={201: {"model": Reminder}})
async def create_reminder(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Writer,
    session: Db,
    once: Idempotent,
    on: Today,
    wanted: Annotated[NewReminder, Body()],
) -> Response:
    """Set a reminder about a school; an event tells of it on the day."""
    return await once(lambda: service.add_reminder(request, session, principal, wanted, on))


@router.get(
    "/v1/reminders",
    operation_id="list_reminders",
    responses={200: {"model": ReminderPage, "content": LINES_OR_TABLE}},
)
async def list_reminders(request: Request, principal: Reader, session: Db, page: PageRequest) -> Response:
    """List one's own reminders, newest first."""
    return await service.list_reminders(request, session, principal, page)


@router.delete("/v1/reminders/{reminder_id}", operation_id="delete_reminder", status_code=204)
async def delete_reminder(principal: Writer, session: Db, reminder_id: UUID) -> Response:
    """Delete one of one's own reminders."""
    return await service.drop_reminder(session, principal, reminder_id)
