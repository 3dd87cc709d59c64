"""Reads of trusts' inspections: lists, one, and its versions."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.domain.steps import PUBLISHED
from inspection.drafts import repository as drafts
from inspection.drafts.service import no_such_inspection
from inspection.inspectorate import is_inspectorate
from inspection.rows import Row
from inspection.trust_inspections import repository
from inspection.trust_inspections.documents import document, draft_document
from inspection.trusts.service import find_trust
from shared.auth import Principal
from shared.db.session import streaming_session
from shared.errors import invalid
from shared.pagination import PageParameters, page_of
from shared.responses import each, json_response, ndjson, page_response, wants_ndjson


def _published(row: Row) -> dict[str, Any]:
    return document(row, row["content"], PUBLISHED)


def _day(as_of: date | None, today: date) -> date:
    if as_of is not None and as_of > today:
        raise invalid("as_of", "Nobody can tell what will be published by a day in the future.", "in_the_future")
    return as_of or today


def _after(page: PageParameters) -> tuple[date, UUID] | None:
    key = page.key(str, str)
    if key is None:
        return None
    try:
        return date.fromisoformat(str(key[0])), UUID(str(key[1]))
    except ValueError:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor") from None


async def list_inspections(
    request: Request, reads: AsyncConnection, uid: str, page: PageParameters, *, as_of: date | None, today: date
) -> Response:
    """Answer with one page of a trust's published inspections, newest first."""
    day = _day(as_of, today)
    await find_trust(reads, uid)
    if wants_ndjson(request):
        return ndjson(each(await published(reads, uid, day)))
    rows = await repository.page(reads, uid, day, after=_after(page), limit=page.limit + 1)
    total = await repository.count(reads, uid, day) if page.include_total else None
    documents = [_published(row) for row in rows]
    return page_response(
        request, page_of(request, page, documents, lambda made: (made["starts_on"], str(made["id"])), total=total)
    )


async def published(reads: AsyncConnection, uid: str, day: date) -> list[dict[str, Any]]:
    """Return all inspections of a trust that were published by a day, newest first: a handful in its life."""
    return [_published(row) for row in await repository.page(reads, uid, day, after=None, limit=None)]


async def get_inspection(
    request: Request,
    reads: AsyncConnection,
    principal: Principal,
    *,
    uid: str,
    inspection_id: UUID,
    as_of: date | None,
    today: date,
) -> Response:
    """Answer with one published inspection; the inspectorate sees drafts, and what is to be seen by others later."""
    row = await repository.find(reads, uid, inspection_id, _day(as_of, today))
    if row is not None:
        return json_response(request, _published(row))
    if as_of is not None or not is_inspectorate(principal):
        raise no_such_inspection(inspection_id)
    later = await repository.versions(reads, uid, inspection_id)
    if later:
        return json_response(request, _published(later[0]))
    async with streaming_session(request) as session:
        await drafts.bind_organisation(session, principal)
        draft = await drafts.find(session, inspection_id, trust_uid=uid)
    if draft is None:
        raise no_such_inspection(inspection_id)
    return json_response(request, draft_document(draft))


async def list_versions(
    request: Request, reads: AsyncConnection, principal: Principal, *, uid: str, inspection_id: UUID, today: date
) -> Response:
    """Answer with all versions of an inspection, newest first."""
    seen = await repository.find(reads, uid, inspection_id, today)
    rows = await repository.versions(reads, uid, inspection_id) if seen or is_inspectorate(principal) else []
    if not rows:
        raise no_such_inspection(inspection_id)
    return json_response(request, {"data": [_published(row) for row in rows]})
