"""Reading and changing the directory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.leaders import changes, own_record, repository
from brokering.leaders.documents import columns_of, document, fields_of, tenancy_of
from brokering.leaders.schemas import Leader, LeaderFields, LeaderPatch, NewLeader
from brokering.listing import streamed
from brokering.problems import LeaderNotFound
from shared.auth.principal import Principal
from shared.errors import FieldProblem, Unprocessable
from shared.etags import check_if_match, etag_of
from shared.ids import new_id
from shared.pagination import PageParameters, page_of
from shared.problems import pointer_to, sentence_of
from shared.responses import dumps, json_response, page_response


async def list_leaders(
    request: Request, session: AsyncSession, principal: Principal, page: PageParameters, filters: Mapping[str, Any]
) -> Response:
    """Answer with a page, or with all of them."""

    def every(streaming: AsyncSession) -> AsyncIterator[Any]:
        return repository.stream(streaming, principal, filters)

    if whole := streamed(request, every, document=document, model=Leader):
        return whole
    after = page.key(str)
    rows = await repository.page(session, principal, filters, str(after[0]) if after else None, page.limit + 1)
    total = await repository.count(session, principal, filters) if page.include_total else None
    documents = [document(row) for row in rows]
    return page_response(request, page_of(request, page, documents, lambda row: (row["reference"],), total=total))


async def read(session: AsyncSession, principal: Principal, leader_id: UUID, *, lock: bool = False) -> dict[str, Any]:
    """Return a leader's document; raises LeaderNotFound."""
    row = await repository.find(session, principal, leader_id, lock=lock)
    if row is None:
        raise LeaderNotFound("There is no leader of this id that you may see.")
    return document(row)


async def create(request: Request, session: AsyncSession, principal: Principal, new: NewLeader) -> Response:
    """Enter a leader."""
    own_record.refuse_directory(principal)
    leader_id = new_id()
    values = {**columns_of(new), "id": leader_id, "reference": new.reference, **tenancy_of(leader_id, new.reference)}
    await repository.add(session, values)
    added = changes.entry(principal, leader_id, ("leader", leader_id), None, new.model_dump())
    await changes.record(session, [added])
    made = await read(session, principal, leader_id)
    return json_response(request, made, status=201, headers={"Location": f"/v1/leaders/{leader_id}"})


async def change(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    leader_id: UUID,
    if_match: str,
    patch: LeaderPatch,
) -> Response:
    """Apply a merge patch to the version that If-Match names; raises NotTheLeaders for what is not the leader's."""
    row = await repository.find(session, principal, leader_id, lock=True)
    if row is None:
        raise LeaderNotFound("There is no leader of this id that you may see.")
    sent = patch.model_dump(exclude_unset=True)
    own_record.refuse_fields(principal, sent)
    check_if_match(if_match, etag_of(dumps(document(row))))
    columns = columns_of(_valid(_merged(fields_of(row), sent)))
    await repository.change(session, leader_id, columns)
    changed = changes.entry(principal, leader_id, ("leader", leader_id), fields_of(row), fields_of(columns))
    await changes.record(session, [changed])
    return json_response(request, await read(session, principal, leader_id))


def _merged(current: dict[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Apply RFC 7396 to a document."""
    for name, value in patch.items():
        if isinstance(value, dict):
            below = current.get(name)
            current[name] = _merged(below if isinstance(below, dict) else {}, value)
        else:
            current[name] = value
    return current


def _valid(merged: Mapping[str, Any]) -> LeaderFields:
    try:
        return LeaderFields.model_validate(merged)
    except ValidationError as error:
        raise Unprocessable("The changed leader would not be valid.", errors=problems_of(error)) from error


def problems_of(error: ValidationError) -> list[FieldProblem]:
    """Return what is wrong with which field, without the offending input."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [FieldProblem(pointer_to(each["loc"]), sentence_of(each["msg"]), each["type"]) for each in found]
