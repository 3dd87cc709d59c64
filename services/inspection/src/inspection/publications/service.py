"""Publishing drafts and correcting what was published; each with its events, in one transaction."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.audit.service import Entry, record
from inspection.calendar import repository as calendar
from inspection.domain.changes import Change, changes
from inspection.domain.judged_again import restored, touched
from inspection.domain.validation import Case, Fault, lacking, not_begun, wrong
from inspection.drafts import repository as drafts
from inspection.drafts import rules
from inspection.drafts.repository import Subject
from inspection.drafts.service import (
    case_for,
    held,
    merged,
    no_such_inspection,
    not_published_yet,
    refuse,
    settled,
)
from inspection.inspections import repository as inspections
from inspection.inspections.service import inspection_document
from inspection.inspectorate import is_inspectorate
from inspection.publications import monitoring, repository
from inspection.publications.content import columns_of, content_of, next_version
from inspection.publications.schemas import Correction, Publication
from inspection.rows import Row
from shared.auth import Principal
from shared.errors import Forbidden, invalid
from shared.events.outbox import NewEvent, append_async
from shared.responses import json_response

PUBLISHED: Final = "inspection.inspection.published"
CORRECTED: Final = "inspection.inspection.corrected"
SCHOOL_CHANGED: Final = "inspection.school.changed"


async def publish(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    inspection_id: UUID,
    wanted: Publication | None,
    today: date,
) -> Response:
    """Publish a draft that has passed quality assurance."""
    row = await held(session, principal, inspection_id, "publish")
    named = wanted.published_on if wanted else None
    content = {**row["content"]}
    content["published_on"] = named.isoformat() if named else content["published_on"] or today.isoformat()
    case = await case_for(session, content)
    refuse([*wrong(case), *lacking(case), *_too_early(case, content, today)])
    await repository.hold_school(session, content["urn"])
    await not_published_yet(session, Subject(urn=row["urn"]), content)
    await drafts.remove(session, inspection_id)
    await repository.add(session, _first_version(inspection_id, content, case, principal))
    told = [Change("state", row["state"], "published"), *changes({}, rules.audited(content))]
    await record(session, principal, Entry(inspection_id, rules.DONE["publish"], changes=told))
    if await _seen(session, principal, inspection_id, content, today):
        await append_async(session, events(PUBLISHED, inspection_id, content, version=1))
    return await _answer(request, session, inspection_id)


def _too_early(case: Case, content: Mapping[str, Any], today: date) -> list[Fault]:
    """Return what speaks against publication at this time beyond the order of dates."""
    faults = [*not_begun(content["starts_on"], today)]
    if rules.day(content["published_on"]) > today and not case.rules.future_publication:
        detail = f"{case.rules.label} changes the grades in force, which cannot be done ahead: publish it on the day."
        faults.append(Fault("/published_on", detail, "in_the_future"))
    return faults


def _first_version(inspection_id: UUID, content: Mapping[str, Any], case: Case, principal: Principal) -> dict[str, Any]:
    return {
        "id": inspection_id,
        "urn": content["urn"],
        "urn_at_inspection": content["urn"],
        "relates_to_current_urn": True,
        "relates_assumed": False,
        **columns_of(content, case),
        "recorded_by": principal.subject,
    }


async def correct(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    inspection_id: UUID,
    wanted: Correction,
    today: date,
) -> Response:
    """Put a corrected version in the place of the one that is published, which is kept."""
    row = await _held_published(session, principal, inspection_id)
    before = content_of(row)
    content, faults = settled(merged(before, wanted.changes), "/changes")
    refuse([*faults, *await _faults(session, row, before, content), *_barred(row, before, content, today)], "/changes")
    told = changes(rules.audited(before), rules.audited(content))
    if not told:
        raise invalid("/changes", "It says this already: nothing would change.", "no_change")
    columns = next_version(row, before, content, await case_for(session, content))
    recorded = {**columns, "recorded_by": principal.subject}
    version = await repository.follow(session, inspection_id, recorded, wanted.reason)
    entry = Entry(inspection_id, rules.DONE["correct"], reason=wanted.reason, changes=told)
    await record(session, principal, entry)
    told_of = not await calendar.await_no_more(session, inspection_id)
    if await _seen(session, principal, inspection_id, content, today):
        kind, reason = (CORRECTED, wanted.reason) if told_of else (PUBLISHED, None)
        await append_async(session, events(kind, inspection_id, content, version=version, reason=reason))
    return await _answer(request, session, inspection_id, status=201)


async def _faults(
    session: AsyncSession, row: Row, before: Mapping[str, Any], content: Mapping[str, Any]
) -> list[Fault]:
    """Return what is wrong with a corrected inspection as it judged itself: what was judged again has later dates.

    What an imported inspection lacked or had wrong already does not bar the correction of something else.
    """
    was = await case_for(session, restored(before, row["own_judgements"]))
    case = await case_for(session, restored(content, row["own_judgements"]))
    known = {(fault.code, fault.detail) for fault in (*wrong(was), *lacking(was))}
    return [fault for fault in (*wrong(case), *lacking(case)) if (fault.code, fault.detail) not in known]


async def _seen(
    session: AsyncSession, principal: Principal, inspection_id: UUID, content: Mapping[str, Any], today: date
) -> bool:
    """Bring what is to be seen now into the grades in force; of what is not, note the day on which it will be."""
    seen_from = rules.day(content["published_on"] or content["starts_on"])
    if seen_from > today:
        await calendar.await_day(session, inspection_id, seen_from, urn=content["urn"])
        return False
    await monitoring.settle(session, content["urn"], inspection_id, principal.subject)
    return True


async def _held_published(session: AsyncSession, principal: Principal, inspection_id: UUID) -> Row:
    urn = await repository.urn_of(session, inspection_id)
    if urn is not None:
        await repository.hold_school(session, urn)
    row = await repository.hold(session, inspection_id)
    if row is None:
        draft = await held(session, principal, inspection_id, "correct")
        raise no_such_inspection(draft["id"])
    if not is_inspectorate(principal):
        raise Forbidden("Inspections are corrected by the inspectorate.")
    await drafts.bind_organisation(session, principal)
    return row


def _barred(row: Row, before: Mapping[str, Any], content: Mapping[str, Any], today: date) -> list[Fault]:
    """Return what a correction may not do: take the identity away, or hide what was seen."""
    faults = [
        Fault(f"/{name}", "Once given, it can be changed but not taken away.", "missing")
        for name in ("number", "published_on")
        if before[name] is not None and content[name] is None
    ]
    if content["kind"] != before["kind"]:
        faults.append(Fault("/kind", "An inspection stays of its kind.", "not_correctable"))
    seen_from = content["published_on"] or content["starts_on"]
    if rules.day(seen_from) > today >= rules.day(before["published_on"] or before["starts_on"]):
        faults.append(Fault("/published_on", "It is to be seen already, and stays so.", "in_the_future"))
    faults += not_begun(content["starts_on"], today)
    return [*faults, *touched(before, content, row["own_judgements"])]


def events(
    kind: str, inspection_id: UUID, content: Mapping[str, Any], *, version: int, reason: str | None = None
) -> list[NewEvent]:
    """Return the events of a publication or correction: what happened, and that the school's facts follow.

    The feed tells whoever follows it at once: of what is to be seen on a later day it has to be told on that day.
    """
    told = {name: content[name] for name in ("urn", "number", "framework", "kind", "starts_on", "published_on")}
    data = {"id": str(inspection_id), **told, "version": version, "reason": reason}
    urn = content["urn"]
    return [NewEvent(kind, str(inspection_id), data), NewEvent(SCHOOL_CHANGED, str(urn), {"urn": urn})]


async def _answer(request: Request, session: AsyncSession, inspection_id: UUID, *, status: int = 200) -> Response:
    row = await inspections.find_stored(await session.connection(), inspection_id)
    if row is None:
        raise no_such_inspection(inspection_id)
    headers = {"Location": f"/v1/inspections/{inspection_id}"} if status == 201 else None  # noqa: PLR2004 - Created
    return json_response(request, inspection_document(row), status=status, headers=headers)
