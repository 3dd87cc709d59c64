"""Lists by id: a page, or all rows a line each. What a list needs of its repository is three functions."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.cursors import id_after
from shared.auth.principal import Principal
from shared.db.session import streaming_session
from shared.pagination import PageParameters, page_of
from shared.responses import ndjson, page_response, wants_ndjson

STREAM_ROWS = 500

Filters = Mapping[str, Any]
Document = Callable[[Any], dict[str, Any]]


class Listed(Protocol):
    """A repository of things that are listed by id."""

    async def page(
        self, session: AsyncSession, principal: Principal, filters: Filters, after: UUID | None, limit: int
    ) -> Sequence[Any]:
        """Return up to `limit` rows after an id."""

    async def count(self, session: AsyncSession, principal: Principal, filters: Filters) -> int:
        """Return how many rows there are."""

    def stream(self, session: AsyncSession, principal: Principal, filters: Filters) -> AsyncIterator[Any]:
        """Yield all rows in constant memory."""


async def list_by_id(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    page: PageParameters,
    filters: Filters,
    *,
    listed: Listed,
    document: Document,
) -> Response:
    """Answer with a page of documents, or with all of them as NDJSON."""
    if wants_ndjson(request):
        return ndjson(_all(request, principal, filters, listed, document))
    rows = await listed.page(session, principal, filters, id_after(page), page.limit + 1)
    total = await listed.count(session, principal, filters) if page.include_total else None
    documents = [document(row) for row in rows]
    return page_response(request, page_of(request, page, documents, lambda row: (row["id"],), total=total))


async def _all(
    request: Request, principal: Principal, filters: Filters, listed: Listed, document: Document
) -> AsyncIterator[Any]:
    async with streaming_session(request) as session:
        async for row in listed.stream(session, principal, filters):
            yield document(row)


async def page_after_page(fetch: Callable[[UUID | None, int], Awaitable[Sequence[Any]]]) -> AsyncIterator[Any]:
    """Yield all rows of a list that gives one row more than it is asked for where there are more."""
    after: UUID | None = None
    while True:
        rows = await fetch(after, STREAM_ROWS)
        for row in rows[:STREAM_ROWS]:
            yield row
        if len(rows) <= STREAM_ROWS:
            return
        after = rows[STREAM_ROWS - 1].id
