"""Watch lists, notes and reminders as people use them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.errors import FieldProblem, PreconditionRequired, Unprocessable, invalid
from shared.etags import check_if_match, etag_of
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import dumps, json_response
from triage.caseload.service import refuse_parties
from triage.listing import list_by_id
from triage.problems import ReminderNotFound, SchoolNotFound
from triage.reference.service import DEFAULT_SCHEME
from triage.watch_list import repository
from triage.watch_list.schemas import NewNote, NewReminder, NewWatchList, Note, Reminder

NOTE_COLUMNS: Final = tuple(Note.model_fields)
REMINDER_COLUMNS: Final = tuple(Reminder.model_fields)


async def get(request: Request, session: AsyncSession, principal: Principal) -> Response:
    """Answer with the person's list; an empty one where nothing was put there yet."""
    refuse_parties(principal)
    held = await repository.watch_list(session, principal.subject)
    return json_response(request, await _document(session, held))


async def _document(session: AsyncSession, held: RowMapping | None) -> dict[str, Any]:
    schools = await repository.watched(session, held["urns"], DEFAULT_SCHEME) if held else []
    return {
        "version": held["version"] if held else 0,
        "updated_at": held["updated_at"] if held else None,
        "schools": [dict(row) for row in schools],
    }


async def put(
    request: Request, session: AsyncSession, principal: Principal, wanted: NewWatchList, if_match: str | None
) -> Response:
    """Put a list in the place of the one before; a first one needs no If-Match."""
    refuse_parties(principal)
    held = await repository.watch_list(session, principal.subject, held=True)
    if held is not None:
        if if_match is None:
            raise PreconditionRequired("Read the list first and send its ETag as If-Match.")
        check_if_match(if_match, etag_of(dumps(await _document(session, held))))
    urns = list(dict.fromkeys(wanted.urns))
    known = await repository.regions(session, urns)
    problems = [
        FieldProblem(f"/urns/{place}", "There is no such school.", "unknown_school")
        for place, urn in enumerate(wanted.urns)
        if urn not in known
    ]
    if problems:
        raise Unprocessable("The list names schools that are not known.", errors=problems)
    await repository.put(session, principal.subject, urns)
    return json_response(request, await _document(session, await repository.watch_list(session, principal.subject)))


async def _region(session: AsyncSession, principal: Principal, urn: int) -> str | None:
    """The region of a school in the person's regions."""
    known = await repository.regions(session, [urn])
    if urn not in known or not (principal.sees_everything or known[urn] in principal.regions):
        raise SchoolNotFound("There is no such school.")
    return known[urn]


async def add_note(
    request: Request, session: AsyncSession, principal: Principal, urn: int, wanted: NewNote
) -> Response:
    """Write a note on a school."""
    refuse_parties(principal)
    values = {
        "id": new_id(),
        "urn": urn,
        "author": principal.subject,
        "author_role": principal.role,
        "region": await _region(session, principal, urn),
        **wanted.model_dump(),
    }
    row = await repository.add_note(session, values)
    return json_response(request, dict(row), status=201, headers={"Location": f"/v1/schools/{urn}/notes"})


async def list_notes(
    request: Request, session: AsyncSession, principal: Principal, urn: int, page: PageParameters
) -> Response:
    """Answer with the notes on a school, newest first."""
    refuse_parties(principal)
    await _region(session, principal, urn)

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.notes(session, principal, urn=urn, after=after, limit=limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count_notes(session, principal, urn),
        document=dict,
        columns=NOTE_COLUMNS,
    )


async def add_reminder(
    request: Request, session: AsyncSession, principal: Principal, wanted: NewReminder, on: date
) -> Response:
    """Set a reminder for today or later."""
    refuse_parties(principal)
    if wanted.due_on < on:
        raise invalid("/due_on", "The day has passed.", "in_the_past")
    await _region(session, principal, wanted.urn)
    values: dict[str, Any] = {"id": new_id(), "owner": principal.subject, **wanted.model_dump()}
    row = await repository.add_reminder(session, values)
    return json_response(request, dict(row), status=201, headers={"Location": "/v1/reminders"})


async def list_reminders(
    request: Request, session: AsyncSession, principal: Principal, page: PageParameters
) -> Response:
    """Answer with the person's reminders, newest first."""
    refuse_parties(principal)

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.reminders(session, principal.subject, after, limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count_reminders(session, principal.subject),
        document=dict,
        columns=REMINDER_COLUMNS,
    )


async def drop_reminder(session: AsyncSession, principal: Principal, reminder_id: UUID) -> Response:
    """Delete one of the person's reminders."""
    if not await repository.drop_reminder(session, reminder_id, principal.subject):
        raise ReminderNotFound("There is no such reminder.")
    return Response(status_code=204)
