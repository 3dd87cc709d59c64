"""Writing, publishing, correcting and reading inspections of trusts, by the steps that schools' inspections take."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.audit.service import Entry, record
from inspection.calendar import repository as calendar
from inspection.domain.changes import changes
from inspection.domain.steps import PUBLISHED
from inspection.domain.trust_inspections import lacking, wrong
from inspection.domain.validation import Fault, not_begun
from inspection.drafts import repository as drafts
from inspection.drafts import rules
from inspection.drafts.repository import Subject
from inspection.drafts.service import (
    CREATED,
    held,
    no_such_inspection,
    not_published_yet,
    not_written_yet,
    refuse,
)
from inspection.inspectorate import is_inspectorate
from inspection.publications.schemas import Publication
from inspection.rows import Row
from inspection.trust_inspections import repository
from inspection.trust_inspections.documents import document, draft_document, framework
from inspection.trust_inspections.schemas import NewTrustInspection, TrustCorrection, TrustInspectionPatch
from inspection.trusts.service import find_trust
from shared.auth import Principal
from shared.errors import Forbidden, invalid
from shared.etags import check_if_match, etag_of
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id
from shared.responses import dumps, json_response

Document = dict[str, Any]

EVENTS: Final[Mapping[str, str]] = {
    "publish": "inspection.trust-inspection.published",
    "correct": "inspection.trust-inspection.corrected",
}


async def create(
    request: Request, session: AsyncSession, principal: Principal, uid: str, new: NewTrustInspection
) -> Response:
    """Store a new draft."""
    if not is_inspectorate(principal):
        raise Forbidden("Inspections are written by the inspectorate.")
    await drafts.bind_organisation(session, principal)
    await find_trust(await session.connection(), uid)
    content = {**new.model_dump(mode="json"), "kind": "trust"}
    refuse([*wrong(content, framework())])
    subject, draft_id = Subject(trust_uid=uid), new_id()
    await not_published_yet(session, subject, content)
    await not_written_yet(session, subject, content, draft_id)
    values = {"id": draft_id, "urn": None, "trust_uid": uid, "number": new.number, "content": content}
    await drafts.add(session, {**values, "by": principal.subject, "orgs": [str(principal.org)]})
    told = changes({}, {"trust_uid": uid, **rules.audited(content)})
    await record(session, principal, Entry(draft_id, CREATED, changes=told, confidential=True))
    headers = {"Location": subject.path(draft_id)}
    return json_response(request, draft_document(await _found(session, uid, draft_id)), status=201, headers=headers)


async def _found(session: AsyncSession, uid: str, draft_id: UUID) -> Row:
    row = await drafts.find(session, draft_id, trust_uid=uid)
    if row is None:
        raise no_such_inspection(draft_id)
    return row


def _merged(before: Mapping[str, Any], patch: TrustInspectionPatch, prefix: str = "") -> dict[str, Any]:
    sent = patch.model_dump(mode="json")
    content = {**before, **{name: sent[name] for name in patch.model_fields_set}}
    for name in ("areas", "evidence_references"):
        content[name] = content[name] or []
    if content["starts_on"] is None:
        raise invalid(f"{prefix}/starts_on", "The day the inspection began has to be there.", "missing")
    return content


async def change(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    uid: str,
    draft_id: UUID,
    if_match: str,
    patch: TrustInspectionPatch,
) -> Response:
    """Apply a merge patch to the draft that If-Match names."""
    row = await held(session, principal, draft_id, "edit", trust_uid=uid)
    check_if_match(if_match, etag_of(dumps(draft_document(row))))
    content = _merged(row["content"], patch)
    refuse([*wrong(content, framework())])
    await not_published_yet(session, Subject(trust_uid=uid), content)
    await not_written_yet(session, Subject(trust_uid=uid), content, draft_id)
    told = changes(rules.audited(row["content"]), rules.audited(content))
    if told:
        await drafts.change(session, draft_id, content, principal.subject)
        await record(session, principal, Entry(draft_id, rules.DONE["edit"], changes=told, confidential=True))
    return json_response(request, draft_document(await _found(session, uid, draft_id)))


async def publish(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    uid: str,
    inspection_id: UUID,
    wanted: Publication | None,
    today: date,
) -> Response:
    """Publish a draft that has passed quality assurance."""
    row = await held(session, principal, inspection_id, "publish", trust_uid=uid)
    named = wanted.published_on if wanted else None
    content = {**row["content"]}
    content["published_on"] = named.isoformat() if named else content["published_on"] or today.isoformat()
    refuse([*wrong(content, framework()), *lacking(content, framework()), *not_begun(content["starts_on"], today)])
    await not_published_yet(session, Subject(trust_uid=uid), content)
    await drafts.remove(session, inspection_id)
    return await _store(request, session, principal, "publish", {**row, "version": 0}, content, before={}, today=today)


async def correct(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    uid: str,
    inspection_id: UUID,
    wanted: TrustCorrection,
    today: date,
) -> Response:
    """Add a corrected version; the ones before stay."""
    known = await repository.versions(await session.connection(), uid, inspection_id)
    if not known or not is_inspectorate(principal):
        await held(session, principal, inspection_id, "correct", trust_uid=uid)
        raise no_such_inspection(inspection_id)
    row, before = known[0], known[0]["content"]
    content = _merged(before, wanted.changes, "/changes")
    stays = [
        Fault(f"/{name}", "It stays as it was published.", "not_correctable")
        for name in ("number", "published_on")
        if content[name] != before[name]
    ]
    faults = [*stays, *wrong(content, framework()), *lacking(content, framework())]
    refuse([*faults, *not_begun(content["starts_on"], today)], "/changes")
    if content == before:
        raise invalid("/changes", "It says this already: nothing would change.", "no_change")
    await drafts.bind_organisation(session, principal)
    return await _store(
        request, session, principal, "correct", row, content, before=before, today=today, reason=wanted.reason
    )


async def _store(  # noqa: PLR0917 - what a version is made of
    request: Request,
    session: AsyncSession,
    principal: Principal,
    step: str,
    row: Row,
    content: Mapping[str, Any],
    *,
    before: Mapping[str, Any],
    today: date,
    reason: str | None = None,
) -> Response:
    """Add the next version with its audit entry; its events are told now, or on the later day it is to be seen from."""
    uid, version = row["trust_uid"], row["version"] + 1
    values = {name: content[name] for name in ("number", "starts_on", "published_on")}
    by = {"made_by": principal.subject, "reason": reason}
    await repository.add(
        session, {"id": row["id"], "version": version, "trust_uid": uid, **values, "content": content, **by}
    )
    told_of = not await calendar.await_no_more(session, row["id"])
    told = changes(rules.audited(before) if before else {}, rules.audited(content))
    await record(session, principal, Entry(row["id"], rules.DONE[step], changes=told, reason=reason))
    newest = (await repository.versions(await session.connection(), uid, row["id"]))[0]
    if (seen_from := rules.day(content["published_on"])) > today:
        await calendar.await_day(session, row["id"], seen_from, trust_uid=uid)
    else:
        await append_async(session, events(step if told_of else "publish", newest))
    status = 201 if step == "correct" else 200
    return json_response(request, document(newest, newest["content"], PUBLISHED), status=status)


def events(step: str, row: Row) -> list[NewEvent]:
    """Return the events of a version that is to be seen: what happened, and that the trust follows."""
    uid = row["trust_uid"]
    told = {name: row["content"][name] for name in ("number", "starts_on", "published_on")}
    reason = row["reason"] if step == "correct" else None
    data = {"id": str(row["id"]), "trust_uid": uid, **told, "version": row["version"], "reason": reason}
    return [
        NewEvent(EVENTS[step], str(row["id"]), data),
        NewEvent("inspection.trust.changed", uid, {"uid": uid}),
    ]
