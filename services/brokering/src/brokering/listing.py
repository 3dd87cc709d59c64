"""Lists: a page, or all rows as lines or as a table, in the form that the client names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol, TypeVar
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy import Row, RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.cursors import id_after
from brokering.table import header_of, rows_of
from shared.auth.principal import Principal
from shared.db.session import streaming_session
from shared.pagination import PageParameters, page_of
from shared.responses import csv_rows, ndjson, page_response, wants_csv, wants_ndjson

STREAM_ROWS = 500

Filters = Mapping[str, Any]
Document = Callable[[Any], dict[str, Any]]
Key = TypeVar("Key")


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
    model: type[BaseModel],
) -> Response:
    """Answer with a page of documents, or with all of them; the table has the scalar fields of `model`."""

    pages = Rows(
        lambda given, after, limit: listed.page(given, principal, filters, after, limit),
        lambda: listed.count(session, principal, filters),
    )
    return await _answer(
        request,
        session,
        page,
        pages,
        every=lambda streaming: listed.stream(streaming, principal, filters),
        document=document,
        model=model,
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows listed by id: `fetch` gives up to so many after an id, in the session it is given; `count` all there are."""

    fetch: Callable[[AsyncSession, UUID | None, int], Awaitable[Sequence[Row[Any] | RowMapping]]]
    count: Callable[[], Awaitable[int]]
    key: Callable[[Any], UUID] = attrgetter("id")


async def list_rows(
    request: Request,
    session: AsyncSession,
    page: PageParameters,
    rows: Rows,
    *,
    document: Document,
    model: type[BaseModel],
) -> Response:
    """Answer with a page of documents, or with all of them; the table has the scalar fields of `model`."""

    def every(streaming: AsyncSession) -> AsyncIterator[Any]:
        async def fetch(after: UUID | None, limit: int) -> Sequence[Any]:
            return await rows.fetch(streaming, after, limit)

        return page_after_page(fetch, rows.key)

    return await _answer(request, session, page, rows, every=every, document=document, model=model)


async def _answer(
    request: Request,
    session: AsyncSession,
    page: PageParameters,
    rows: Rows,
    *,
    every: Callable[[AsyncSession], AsyncIterator[Any]],
    document: Document,
    model: type[BaseModel],
) -> Response:
    if whole := streamed(request, every, document=document, model=model):
        return whole
    found = await rows.fetch(session, id_after(page), page.limit + 1)
    total = await rows.count() if page.include_total else None
    documents = [document(row) for row in found]
    return page_response(request, page_of(request, page, documents, lambda each: (each["id"],), total=total))


def streamed(
    request: Request,
    rows: Callable[[AsyncSession], AsyncIterator[Any]],
    *,
    document: Document,
    model: type[BaseModel],
) -> Response | None:
    """Answer with all rows where the client names a form for that; None where it takes pages."""
    if wants_ndjson(request):
        return ndjson(_all(request, rows, document))
    if wants_csv(request):
        return csv_rows(header_of(model), rows_of(model, _all(request, rows, document)))
    return None


async def _all(
    request: Request, rows: Callable[[AsyncSession], AsyncIterator[Any]], document: Document
) -> AsyncIterator[Any]:
    async with streaming_session(request) as session:
        async for row in rows(session):
            yield document(row)


async def page_after_page(
    fetch: Callable[[Key | None, int], Awaitable[Sequence[Any]]], key: Callable[[Any], Key]
) -> AsyncIterator[Any]:
    """Yield all rows of a list that gives up to so many rows after a key."""
    after: Key | None = None
    while rows := await fetch(after, STREAM_ROWS):
        for row in rows:
            yield row
        after = key(rows[-1])
