"""Imports as clients deal with them: sent, watched, cancelled, their rejected rows fetched."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response, UploadFile
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.dashboards.measures import codes_of
from inspection.domain.areas import read_grade
from inspection.domain.file_dates import date_in
from inspection.imports import repository
from inspection.imports.job import JOB_KINDS, NAME
from inspection.imports.limits import limit
from inspection.imports.problems import ImportNotFound
from inspection.imports.registry import KINDS, known_codes
from inspection.imports.resubmissions import corrected_file
from inspection.imports.schemas import Import, ImportedFile, Rejection, RowCounts
from shared.auth import Principal
from shared.db.session import streaming_session
from shared.errors import invalid
from shared.idempotency import Once
from shared.ids import new_id
from shared.jobs.resource import Jobs
from shared.pagination import PageParameters, page_of
from shared.responses import csv_rows, json_response, ndjson, page_response, wants_csv, wants_ndjson
from shared.schemas import Progress

JOBS: Final = Jobs(JOB_KINDS)
CHUNK_BYTES: Final = 1 << 20
CHUNKS_AT_ONCE: Final = 4
CHANGE_COLUMNS: Final = {
    "urn": "urn",
    "concerns": "concerns",
    "subject": "subject",
    "field": "field",
    "from": "before",
    "to": "after",
    "as_at": "as_at",
}
GRADE_OF_AREA: Final = "areas/"
_LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class Upload:
    """What a client sent."""

    file: UploadFile
    kind: str
    as_at: date | None
    dry_run: bool


async def submit(
    request: Request, session: AsyncSession, once: Once, principal: Principal, *, upload: Upload, today: date
) -> Response:
    """Store the file and queue its import; a repeated request is answered as the first one was."""
    name = (upload.file.filename or "upload.csv")[:_LONGEST_NAME]
    as_at = checked_as_at(name, upload.as_at, today)
    check_kind(upload.kind)
    digest = await _sha256(upload.file)
    fingerprint = f"{upload.kind}\n{as_at}\n{upload.dry_run}\n{digest}".encode()

    async def action() -> Response:
        import_id = new_id()
        values = {
            "id": import_id,
            "kind": upload.kind,
            "as_at": as_at,
            "dry_run": upload.dry_run,
            "file_name": name,
            "file_size": upload.file.size or 0,
            "file_sha256": digest,
            "submitted_by": principal.subject,
            "tenancy_orgs": [str(principal.org)],
        }
        await repository.add(session, values)
        await _store(session, values, upload.file)
        return await _queued(request, session, principal, import_id)

    return await once(action, fingerprint=fingerprint)


async def resubmit(
    request: Request, session: AsyncSession, once: Once, principal: Principal, *, import_id: UUID, dry_run: bool
) -> Response:
    """Queue an import of rejected rows that were put right, of the same kind and date as the first one."""
    first = await _found(session, import_id, principal)
    content = await corrected_file(request, session, first)

    async def action() -> Response:
        values = {
            "id": new_id(),
            "kind": first.kind,
            "as_at": first.as_at,
            "dry_run": dry_run,
            "file_name": first.file.name,
            "file_size": len(content),
            "file_sha256": hashlib.sha256(content).hexdigest(),
            "submitted_by": principal.subject,
            "resubmits": import_id,
            "tenancy_orgs": [str(principal.org)],
        }
        await repository.add(session, values)
        chunk = {"import_id": values["id"], "chunk": 0, "content": content, "tenancy_orgs": values["tenancy_orgs"]}
        await repository.add_chunks(session, [chunk])
        return await _queued(request, session, principal, values["id"])

    return await once(action)


async def _queued(request: Request, session: AsyncSession, principal: Principal, import_id: Any) -> Response:
    await JOBS.submit(session, NAME, {}, principal, job_id=import_id)
    document = await _found(session, import_id, principal)
    return json_response(request, document, status=202, headers={"Location": f"/v1/imports/{import_id}"})


def check_kind(kind: str, pointer: str = "/kind") -> None:
    """Raise Unprocessable for a kind of file that is not loaded here, naming those that are."""
    if kind in KINDS:
        return
    supported = ", ".join(KINDS)
    what = f"The kind {kind} is not supported yet" if kind in known_codes() else f"{kind!r} is no kind of file"
    raise invalid(pointer, f"{what}; supported: {supported}.", "unsupported_kind")


def checked_as_at(file_name: str, given: date | None, today: date) -> date:
    """Return the date the file speaks for: the one given, else that in its name; raises Unprocessable without one."""
    as_at = given or date_in(file_name)
    if as_at is None:
        raise invalid("/as_at", "Say which date the file speaks for: its name does not tell.", "missing")
    if as_at > today:
        raise invalid("/as_at", f"{as_at} lies in the future.", "in_the_future")
    if as_at < (earliest := date.fromisoformat(limit("file_dates")["earliest"])):
        raise invalid("/as_at", f"{as_at} is before {earliest}: no file speaks for so early a day.", "too_early")
    return as_at


async def list_imports(
    request: Request, session: AsyncSession, principal: Principal, kind: str | None, page: PageParameters
) -> Response:
    """Answer with a page of imports, newest first; raises Unprocessable for a kind that is not loaded here."""
    if kind is not None:
        check_kind(kind, "kind")
    key = page.key(str)
    after = None if key is None else _uuid(str(key[0]))
    rows = await repository.page(session, principal, kind, after, page.limit + 1)
    total = await repository.count(session, principal, kind) if page.include_total else None
    documents = [document_of(row) for row in rows]
    return page_response(request, page_of(request, page, documents, lambda each: (str(each.id),), total=total))


async def get_import(request: Request, session: AsyncSession, principal: Principal, import_id: UUID) -> Response:
    """Answer with one import."""
    return json_response(request, await _found(session, import_id, principal))


async def cancel(request: Request, session: AsyncSession, principal: Principal, import_id: UUID) -> Response:
    """Cancel an import that has not ended; again changes nothing."""
    await _found(session, import_id, principal)
    await JOBS.cancel(session, import_id, principal)
    return json_response(request, await _found(session, import_id, principal))


async def list_rejections(
    request: Request, session: AsyncSession, principal: Principal, import_id: UUID, page: PageParameters
) -> Response:
    """Answer with rejected rows in the order of the file: a page of them, or all of them as CSV or NDJSON."""
    found = await _found(session, import_id, principal)
    if wants_ndjson(request):
        return ndjson(_rejections(request, found))
    if wants_csv(request):
        names = list(Rejection.model_fields)
        return csv_rows(names, _cells(request, found))
    key = page.key(int)
    after = 0 if key is None else int(str(key[0]))
    rejected = await repository.rejections(session, import_id, after, page.limit + 1)
    rows = [rejection_of(row, found.kind) for row in rejected]
    return page_response(
        request, page_of(request, page, rows, lambda each: (each.row,), total=found.rows.rejected or 0)
    )


async def list_changes(
    request: Request, session: AsyncSession, principal: Principal, import_id: UUID, page: PageParameters
) -> Response:
    """Answer with what an import changed, or would: a page, or all as CSV or NDJSON."""
    await _found(session, import_id, principal)
    if wants_ndjson(request):
        return ndjson(_changes(request, import_id))
    if wants_csv(request):
        return csv_rows([*CHANGE_COLUMNS], _change_cells(request, import_id))
    key = page.key(int)
    rows = await repository.changes(session, import_id, 0 if key is None else int(str(key[0])), page.limit + 1)
    body = page_of(request, page, rows, lambda row: (row["id"],))
    body["data"] = [_change(row) for row in body["data"]]
    return page_response(request, body)


def _change(row: RowMapping) -> dict[str, Any]:
    change = {name: row[column] for name, column in CHANGE_COLUMNS.items()}
    if change["field"].startswith(GRADE_OF_AREA):
        change |= {side: _grade_or_reason(change[side]) for side in ("from", "to")}
    return change


def _grade_or_reason(stored: int | str | None) -> int | str | None:
    grade, reason = read_grade(stored) if stored is not None else (None, None)
    return reason if grade is None else grade


async def _changes(request: Request, import_id: UUID) -> AsyncIterator[dict[str, Any]]:
    async with streaming_session(request) as session:
        async for row in repository.stream_changes(session, import_id):
            yield _change(row)


async def _change_cells(request: Request, import_id: UUID) -> AsyncIterator[list[Any]]:
    async for change in _changes(request, import_id):
        yield list(change.values())


def document_of(row: RowMapping) -> Import:
    """Return an import as clients see it, from its row joined with its job's."""
    return Import(
        progress=Progress(done=row["done"], total=row["total"], step=row["step"]),
        file=ImportedFile(
            name=row["file_name"], size=row["file_size"], sha256=row["file_sha256"], encoding=row["encoding"]
        ),
        rows=RowCounts(**{name: row[f"rows_{name}"] for name in RowCounts.model_fields}),
        **{name: row[name] for name in Import.model_fields if name not in {"progress", "file", "rows"}},
    )


def rejection_of(row: RowMapping, kind: str) -> Rejection:
    """Return a rejected row as clients see it: of a file of pupils' figures without them, for they may be of a few."""
    named = {name: row[name] for name in Rejection.model_fields if name not in {"row", "raw"}}
    return Rejection(row=row["row_number"], raw=None if codes_of(kind) else row["raw"], **named)


async def _found(session: AsyncSession, import_id: UUID, principal: Principal) -> Import:
    row = await repository.find(session, import_id, principal)
    if row is None:
        raise ImportNotFound("There is no such import.")
    return document_of(row)


async def _sha256(file: UploadFile) -> str:
    digest = hashlib.sha256()
    await file.seek(0)
    while block := await file.read(CHUNK_BYTES):
        digest.update(block)
    return digest.hexdigest()


async def _store(session: AsyncSession, owner: Mapping[str, Any], file: UploadFile) -> None:
    await file.seek(0)
    waiting: list[dict[str, Any]] = []
    for number in count():
        block = await file.read(CHUNK_BYTES)
        if waiting and (not block or len(waiting) == CHUNKS_AT_ONCE):
            await repository.add_chunks(session, waiting)
            waiting.clear()
        if not block:
            return
        whose = {"import_id": owner["id"], "tenancy_orgs": owner["tenancy_orgs"]}
        waiting.append({**whose, "chunk": number, "content": block})


async def _rejections(request: Request, of: Import) -> AsyncIterator[Rejection]:
    async with streaming_session(request) as session:
        async for row in repository.stream_rejections(session, of.id):
            yield rejection_of(row, of.kind)


async def _cells(request: Request, of: Import) -> AsyncIterator[list[Any]]:
    async for rejection in _rejections(request, of):
        yield list(rejection.model_dump().values())


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor") from None
