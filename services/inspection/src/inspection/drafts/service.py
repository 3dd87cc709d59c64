"""Writing inspections: drafts, their changes, and quality assurance. Publication takes over from there."""

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from inspection.audit.service import Entry, record
from inspection.domain import trust_inspections
from inspection.domain.changes import changes
from inspection.domain.steps import PUBLISHED
from inspection.domain.validation import Case, Fault, doubts, lacking, wrong
from inspection.drafts import repository, rules
from inspection.drafts.repository import DraftFilters, Subject
from inspection.drafts.schemas import InspectionPatch, NewInspection, QualityAssurance
from inspection.inspections import service as inspections
from inspection.inspections.repository import find_stored as stored
from inspection.inspections.service import inspection_document, warning_documents
from inspection.inspectorate import is_inspectorate
from inspection.problems import DraftExists, InspectionExists, InspectionNotFound
from inspection.rows import Row
from inspection.trust_inspections import documents
from shared.auth import Principal
from shared.db.session import streaming_session
from shared.errors import FieldProblem, Forbidden, Unprocessable, invalid
from shared.etags import check_if_match, etag_of
from shared.ids import new_id
from shared.pagination import PageParameters, page_of
from shared.responses import dumps, json_response, ndjson, page_response, wants_ndjson

Document = dict[str, Any]

CREATED: Final = "created"
STREAM_BATCH: Final = 200


def no_such_inspection(inspection_id: UUID) -> InspectionNotFound:
    """Return the error for an id that is nothing this client may know of."""
    return InspectionNotFound(f"There is no inspection {inspection_id}.")


def draft_document(row: Row, case: Case) -> Document:
    """Return the document of a draft: as written, with what publication lacks and what is doubtful."""
    content = row["content"]
    problems = rules.problems(lacking(case))
    return {
        "id": row["id"],
        "state": row["state"],
        **{name: value for name, value in content.items() if name != "trust_uid"},
        "version": None,
        "lacks": [{"pointer": each.pointer, "detail": each.detail, "code": each.code} for each in problems],
        "warnings": warning_documents(list(doubts(case))),
        **{name: row[name] for name in ("created_by", "created_at", "changed_by", "changed_at")},
    }


async def case_for(session: AsyncSession, content: Mapping[str, Any]) -> Case:
    """Return a document with the rules and the facts it is judged by: the register's of the day it began, if known."""
    urn, judged = content["urn"], None
    if rules.judges_another(content):
        judged = await repository.latest_graded_framework(session, urn, content["starts_on"])
    then = await repository.school(session, urn, rules.day(content["starts_on"]))
    return rules.case_of(content, judged, today=await repository.school(session, urn) or {}, then=then or {})


def settled(sent: Mapping[str, Any], prefix: str = "") -> tuple[dict[str, Any], list[Fault]]:
    """Return a document with lists for lists and the framework it falls under, and what is wrong with the one named.

    Raises Unprocessable without a start; `prefix` is where in the body the document stands.
    """
    content = {**sent}
    for name in ("areas", "evidence_references"):
        content[name] = content[name] or []
    content["kind"] = content["kind"] or "graded"
    if content["starts_on"] is None:
        detail = "The day the inspection began decides its framework: it has to be there."
        raise invalid(f"{prefix}/starts_on", detail, "missing")
    rightly = rules.framework_of(content["kind"], rules.day(content["starts_on"]))
    named, content["framework"] = content["framework"], rightly
    if named in {None, rightly}:
        return content, []
    detail = f"An inspection that begins on {content['starts_on']} falls under {rightly}, not under {named}."
    return content, [Fault("/framework", detail, "framework_mismatch")]


def refuse(faults: list[Fault], prefix: str = "") -> None:
    """Raise Unprocessable where there are faults, each by its pointer."""
    if faults:
        detail = "The inspection is not right for its framework; `errors` says where."
        raise Unprocessable(detail, errors=rules.problems(faults, prefix))


async def create(request: Request, session: AsyncSession, principal: Principal, new: NewInspection) -> Response:
    """Store a new draft."""
    if not is_inspectorate(principal):
        raise Forbidden("Inspections are written by the inspectorate.")
    await repository.bind_organisation(session, principal)
    if await repository.school(session, new.urn) is None:
        raise invalid("/urn", f"No school in the register carries the URN {new.urn}.", "unknown_school")
    content, faults = settled(new.model_dump(mode="json"))
    refuse([*faults, *wrong(await case_for(session, content))])
    subject, draft_id = Subject(urn=new.urn), new_id()
    await not_published_yet(session, subject, content)
    await not_written_yet(session, subject, content, draft_id)
    values = {"id": draft_id, "urn": new.urn, "trust_uid": None, "number": new.number, "content": content}
    await repository.add(session, {**values, "by": principal.subject, "orgs": [str(principal.org)]})
    told = changes({}, rules.audited(content))
    await record(session, principal, Entry(draft_id, CREATED, changes=told, confidential=True))
    headers = {"Location": subject.path(draft_id)}
    return json_response(request, await _read(session, draft_id), status=201, headers=headers)


async def not_published_yet(session: AsyncSession, subject: Subject, content: Mapping[str, Any]) -> None:
    """Raise InspectionExists, with where it is, for what is published already: a file may have told of it."""
    other = await repository.published_as(session, subject, content)
    if other is None:
        return
    found, number = other
    path = subject.path(found)
    pointer, detail = "/number", f"The inspection with this number is published as {path}."
    if number is None or content["number"] is None:
        pointer, detail = "/starts_on", f"An inspection that began on {content['starts_on']} is published as {path}."
    told = [FieldProblem(pointer, detail, "published")]
    raise InspectionExists("This inspection is published: correct that one.", errors=told)


async def not_written_yet(session: AsyncSession, subject: Subject, content: Mapping[str, Any], draft_id: UUID) -> None:
    """Raise DraftExists, with where it is, if another draft has this number; one made meanwhile the database finds."""
    other = await repository.written_as(session, subject, content["number"], draft_id)
    if other is not None:
        detail = "An inspection with this number is being written"
        told = [FieldProblem("/number", f"{detail} as {subject.path(other)}.", "draft_exists")]
        raise DraftExists(f"{detail}.", errors=told)


async def _read(session: AsyncSession, draft_id: UUID, trust_uid: str | None = None) -> Document:
    row = await repository.find(session, draft_id, trust_uid=trust_uid)
    if row is None:
        raise no_such_inspection(draft_id)
    return await _document(session, row)


async def _document(session: AsyncSession, row: Row) -> Document:
    """Return the document of a draft about a school, or about a trust."""
    if row["trust_uid"] is not None:
        return documents.draft_document(row)
    return draft_document(row, await case_for(session, row["content"]))


async def held(
    session: AsyncSession, principal: Principal, draft_id: UUID, step: str, *, trust_uid: str | None = None
) -> Row:
    """Return the draft a step is to be taken on, held till the end of the transaction; of a trust where one is named.

    Raises IllegalStep where its state bars the step (it may be published already), InspectionNotFound for an id that
    the client may not know of.
    """
    await repository.bind_organisation(session, principal)
    writes = is_inspectorate(principal)
    row = await repository.find(session, draft_id, hold=True, trust_uid=trust_uid) if writes else None
    if row is not None:
        rules.require_step(step, row["state"])
        return row
    if not await repository.is_published(session, draft_id, trust_uid):
        raise no_such_inspection(draft_id)
    if not writes:
        raise Forbidden("Inspections are written by the inspectorate.")
    rules.require_step(step, PUBLISHED)
    raise no_such_inspection(draft_id)


async def _check_version(session: AsyncSession, row: Row, if_match: str) -> None:
    check_if_match(if_match, etag_of(dumps(await _document(session, row))))


async def change(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    draft_id: UUID,
    if_match: str,
    patch: InspectionPatch,
) -> Response:
    """Apply a merge patch to the draft that If-Match names."""
    row = await held(session, principal, draft_id, "edit")
    await _check_version(session, row, if_match)
    before = row["content"]
    content, faults = settled(merged(before, patch))
    refuse([*faults, *wrong(await case_for(session, content))])
    await not_published_yet(session, Subject(urn=row["urn"]), content)
    await not_written_yet(session, Subject(urn=row["urn"]), content, draft_id)
    told = changes(rules.audited(before), rules.audited(content))
    if told:
        await repository.change(session, draft_id, content, principal.subject)
        await record(session, principal, Entry(draft_id, rules.DONE["edit"], changes=told, confidential=True))
    return json_response(request, await _read(session, draft_id))


def merged(before: Mapping[str, Any], patch: InspectionPatch) -> dict[str, Any]:
    """Return a document with the fields that were sent; the framework follows anew unless it was sent."""
    sent = patch.model_dump(mode="json")
    return {**before, "framework": None, **{name: sent[name] for name in patch.model_fields_set}}


async def assure_quality(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    draft_id: UUID,
    outcome: QualityAssurance,
    trust_uid: str | None = None,
) -> Response:
    """Pass a draft that is right and whole, or return it with a reason."""
    if not outcome.passed and outcome.reason is None:
        raise invalid("/reason", "Say why it goes back to draft.", "missing")
    code = "pass" if outcome.passed else "return"
    row = await held(session, principal, draft_id, code, trust_uid=trust_uid)
    if outcome.passed:
        refuse(await _unready(session, row))
    state = str(rules.steps()[code].to)
    await repository.move(session, draft_id, state, principal.subject)
    told = changes({"state": row["state"]}, {"state": state})
    entry = Entry(draft_id, rules.DONE[code], reason=outcome.reason, changes=told, confidential=True)
    await record(session, principal, entry)
    return json_response(request, await _read(session, draft_id, trust_uid))


async def _unready(session: AsyncSession, row: Row) -> list[Fault]:
    """Return what publication would refuse in a draft whatever the day: once it has passed it cannot be edited."""
    content = row["content"]
    if row["trust_uid"] is not None:
        asked = documents.framework()
        return [*trust_inspections.wrong(content, asked), *trust_inspections.lacking(content, asked)]
    case = await case_for(session, content)
    return [*wrong(case), *lacking(case)]


async def discard(
    session: AsyncSession, principal: Principal, draft_id: UUID, if_match: str, *, trust_uid: str | None = None
) -> Response:
    """Take a draft away that will not be published; its trail stays."""
    row = await held(session, principal, draft_id, "discard", trust_uid=trust_uid)
    await _check_version(session, row, if_match)
    await repository.remove(session, draft_id)
    told = changes({"state": row["state"]}, {"state": None})
    await record(session, principal, Entry(draft_id, rules.DONE["discard"], changes=told, confidential=True))
    return Response(status_code=204)


async def read_any(
    request: Request, reads: AsyncConnection, principal: Principal, inspection_id: UUID, as_of: date | None
) -> Response:
    """Answer with a published inspection; the inspectorate sees drafts, and what is to be seen by others later."""
    try:
        return await inspections.get_inspection(request, reads, inspection_id, as_of)
    except InspectionNotFound:
        if as_of is not None or not is_inspectorate(principal):
            raise
    async with streaming_session(request) as session:
        await repository.bind_organisation(session, principal)
        later = await stored(await session.connection(), inspection_id)
        return json_response(request, inspection_document(later) if later else await _read(session, inspection_id))


async def list_drafts(
    request: Request, session: AsyncSession, principal: Principal, filters: DraftFilters, page: PageParameters
) -> Response:
    """Answer with one page of drafts, newest first, or with all as a stream; others than the inspectorate find none."""
    if wants_ndjson(request):
        return ndjson(_every_draft(request, principal, filters))
    await repository.bind_organisation(session, principal)
    key = page.key(str)
    after = None if key is None else _cursor_id(str(key[0]))
    rows = await repository.page(session, filters, after=after, limit=page.limit + 1)
    found = [await _document(session, row) for row in rows]
    total = await repository.count(session, filters) if page.include_total else None
    return page_response(request, page_of(request, page, found, lambda draft: (str(draft["id"]),), total=total))


async def _every_draft(request: Request, principal: Principal, filters: DraftFilters) -> AsyncIterator[Document]:
    async with streaming_session(request) as session:
        await repository.bind_organisation(session, principal)
        after: UUID | None = None
        while rows := await repository.page(session, filters, after=after, limit=STREAM_BATCH):
            for row in rows:
                yield await _document(session, row)
            after = rows[-1]["id"]


def _cursor_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor") from None
