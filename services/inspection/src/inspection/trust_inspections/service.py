"""Writing, publishing, correcting and reading inspections of trusts, by the steps that schools' inspections take."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.audit.service import Entry, record
from inspection.data import load
from inspection.domain.changes import changes
from inspection.domain.steps import PUBLISHED
from inspection.domain.trust_inspections import TrustFramework, lacking, wrong
from inspection.domain.validation import Fault
from inspection.drafts import repository as drafts
from inspection.drafts import rules
from inspection.drafts.schemas import QualityAssurance
from inspection.drafts.service import CREATED, no_such_inspection, refuse
from inspection.inspections.service import PUBLISHED_HERE
from inspection.inspectorate import is_inspectorate
from inspection.publications.schemas import Publication
from inspection.reference.service import codes
from inspection.rows import Row
from inspection.trust_inspections import repository
from inspection.trust_inspections.schemas import NewTrustInspection, TrustCorrection, TrustInspectionPatch
from inspection.trusts.service import find_trust
from shared.auth import Principal
from shared.errors import Forbidden, invalid
from shared.etags import check_if_match, etag_of
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id
from shared.responses import dumps, json_response

Document = dict[str, Any]

FRAMEWORK: Final = "trust-2027"
NO_SCALE: Final = "no_scale_yet"
EVENTS: Final[Mapping[str, str]] = {
    "publish": "inspection.trust-inspection.published",
    "correct": "inspection.trust-inspection.corrected",
}


@cache
def framework() -> TrustFramework:
    """Return the framework for trusts as the data files have it."""
    entry = next(entry for entry in load("frameworks") if entry["code"] == FRAMEWORK)
    areas = [area["code"] for area in load("areas") if FRAMEWORK in area["frameworks"]]
    return TrustFramework(FRAMEWORK, entry["label"], date.fromisoformat(entry["from"]), areas)


def document(row: Row, content: Mapping[str, Any], state: str) -> Document:
    """Return the document of a draft or of a published version."""
    published = state == PUBLISHED
    problems = [] if published else rules.problems(lacking(content, framework()))
    made_at, made_by = ("made_at", "made_by") if published else ("changed_at", "changed_by")
    return {
        "id": row["id"],
        "trust_uid": row["trust_uid"],
        "number": content["number"],
        "kind": "trust",
        "framework": FRAMEWORK,
        "framework_label": framework().label,
        "starts_on": content["starts_on"],
        "published_on": content["published_on"],
        "areas": [_area(each, content) for each in content["areas"]],
        "summary": content["summary"],
        "evidence_references": content["evidence_references"],
        "state": state,
        "version": row["version"] if published else None,
        "made_at": row[made_at],
        "made_by": row[made_by],
        "made_because": row["reason"] if published else None,
        "lacks": [{"pointer": each.pointer, "detail": each.detail, "code": each.code} for each in problems],
        "source": {"name": PUBLISHED_HERE, "as_at": content["published_on"], "loaded_at": row[made_at]},
    }


def _area(each: Mapping[str, Any], content: Mapping[str, Any]) -> Document:
    return {
        **each,
        "label": codes().area_label(FRAMEWORK, each["area"]),
        "judgement_reason": NO_SCALE if each["judgement"] is None else None,
        "judged_on": each["judged_on"] or content["starts_on"],
    }


def _draft(row: Row) -> Document:
    return document(row, row["content"], row["state"])


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
    draft_id = new_id()
    values = {"id": draft_id, "urn": None, "trust_uid": uid, "number": new.number, "content": content}
    await drafts.add(session, {**values, "by": principal.subject, "orgs": [str(principal.org)]})
    told = changes({}, rules.audited(content))
    await record(session, principal, Entry(draft_id, CREATED, changes=told, confidential=True))
    headers = {"Location": f"/v1/trusts/{uid}/inspections/{draft_id}"}
    return json_response(request, _draft(await _found(session, uid, draft_id)), status=201, headers=headers)


async def _found(session: AsyncSession, uid: str, draft_id: UUID) -> Row:
    row = await drafts.find(session, draft_id, trust_uid=uid)
    if row is None:
        raise no_such_inspection(draft_id)
    return row


async def _held(session: AsyncSession, principal: Principal, uid: str, draft_id: UUID, step: str) -> Row:
    """Return the draft a step is to be taken on; raises as `drafts.service.held` does."""
    await drafts.bind_organisation(session, principal)
    if is_inspectorate(principal):
        row = await drafts.find(session, draft_id, hold=True, trust_uid=uid)
        if row is not None:
            rules.require_step(step, row["state"])
            return row
        if await repository.versions(await session.connection(), uid, draft_id):
            rules.require_step(step, PUBLISHED)
    raise no_such_inspection(draft_id)


def _merged(before: Mapping[str, Any], patch: TrustInspectionPatch) -> dict[str, Any]:
    sent = patch.model_dump(mode="json")
    content = {**before, **{name: sent[name] for name in patch.model_fields_set}}
    for name in ("areas", "evidence_references"):
        content[name] = content[name] or []
    if content["starts_on"] is None:
        raise invalid("/starts_on", "The day the inspection began has to be there.", "missing")
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
    row = await _held(session, principal, uid, draft_id, "edit")
    check_if_match(if_match, etag_of(dumps(_draft(row))))
    content = _merged(row["content"], patch)
    refuse([*wrong(content, framework())])
    told = changes(rules.audited(row["content"]), rules.audited(content))
    if told:
        await drafts.change(session, draft_id, content, principal.subject)
        await record(session, principal, Entry(draft_id, rules.DONE["edit"], changes=told, confidential=True))
    return json_response(request, _draft(await _found(session, uid, draft_id)))


async def discard(session: AsyncSession, principal: Principal, uid: str, draft_id: UUID, if_match: str) -> Response:
    """Take a draft away that will not be published; its trail stays."""
    row = await _held(session, principal, uid, draft_id, "discard")
    check_if_match(if_match, etag_of(dumps(_draft(row))))
    await drafts.remove(session, draft_id)
    told = changes({"state": row["state"]}, {"state": None})
    await record(session, principal, Entry(draft_id, rules.DONE["discard"], changes=told, confidential=True))
    return Response(status_code=204)


async def assure_quality(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    uid: str,
    draft_id: UUID,
    outcome: QualityAssurance,
) -> Response:
    """Pass a draft, or return it with a reason."""
    if not outcome.passed and outcome.reason is None:
        raise invalid("/reason", "Say why it goes back to draft.", "missing")
    code = "pass" if outcome.passed else "return"
    row = await _held(session, principal, uid, draft_id, code)
    state = str(rules.steps()[code].to)
    await drafts.move(session, draft_id, state, principal.subject)
    told = changes({"state": row["state"]}, {"state": state})
    entry = Entry(draft_id, rules.DONE[code], reason=outcome.reason, changes=told, confidential=True)
    await record(session, principal, entry)
    return json_response(request, _draft(await _found(session, uid, draft_id)))


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
    row = await _held(session, principal, uid, inspection_id, "publish")
    named = wanted.published_on if wanted else None
    content = {**row["content"]}
    content["published_on"] = named.isoformat() if named else content["published_on"] or today.isoformat()
    refuse([*wrong(content, framework()), *lacking(content, framework())])
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
        await _held(session, principal, uid, inspection_id, "correct")
        raise no_such_inspection(inspection_id)
    row, before = known[0], known[0]["content"]
    content = _merged(before, wanted.changes)
    stays = [
        Fault(f"/{name}", "It stays as it was published.", "not_correctable")
        for name in ("number", "published_on")
        if content[name] != before[name]
    ]
    refuse([*stays, *wrong(content, framework()), *lacking(content, framework())], "/changes")
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
    """Add the next version with its audit entry and its events: of a later day these tell identifiers alone."""
    uid, version = row["trust_uid"], row["version"] + 1
    values = {name: content[name] for name in ("number", "starts_on", "published_on")}
    by = {"made_by": principal.subject, "reason": reason}
    await repository.add(
        session, {"id": row["id"], "version": version, "trust_uid": uid, **values, "content": content, **by}
    )
    told = changes(rules.audited(before) if before else {}, rules.audited(content))
    await record(session, principal, Entry(row["id"], rules.DONE[step], changes=told, reason=reason))
    data = {"id": str(row["id"]), "trust_uid": uid}
    if rules.day(content["published_on"]) <= today:
        data |= {**values, "version": version, "reason": reason}
    changed = NewEvent("inspection.trust.changed", uid, {"uid": uid})
    await append_async(session, [NewEvent(EVENTS[step], str(row["id"]), data), changed])
    newest = (await repository.versions(await session.connection(), uid, row["id"]))[0]
    status = 201 if step == "correct" else 200
    return json_response(request, document(newest, newest["content"], PUBLISHED), status=status)
