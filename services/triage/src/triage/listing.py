"""Lists by id, newest first: a page, or all rows as lines or as a table, in the form that the client names."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import streaming_session
from shared.pagination import PageParameters, page_of
from shared.responses import csv_rows, ndjson, page_response, wants_csv, wants_ndjson
from triage.cursors import id_after

STREAM_ROWS: Final = 500

Document = dict[str, Any]
Fetch = Callable[[AsyncSession, UUID | None, int], Awaitable[Sequence[RowMapping]]]
"""Returns up to so many rows after an id."""


async def list_by_id(
    request: Request,
    session: AsyncSession,
    page: PageParameters,
    *,
    fetch: Fetch,
    count: Callable[[], Awaitable[int]],
    document: Callable[[RowMapping], Document],
    columns: Sequence[str],
) -> Response:
    """Answer with a page of documents, or with all of them; `columns` are those of the table."""
    if whole := streamed(request, lambda: _all(request, fetch, document), columns):
        return whole
    rows = await fetch(session, id_after(page), page.limit + 1)
    total = await count() if page.include_total else None
    documents = [document(row) for row in rows]
    return page_response(request, page_of(request, page, documents, lambda made: (str(made["id"]),), total=total))


def streamed(
    request: Request, documents: Callable[[], AsyncIterator[Document]], columns: Sequence[str]
) -> Response | None:
    """Answer with all documents where the client names a form for that; None where it takes pages."""
    if wants_ndjson(request):
        return ndjson(documents())
    if wants_csv(request):
        return csv_rows(columns, _table(documents(), columns))
    return None


async def _all(request: Request, fetch: Fetch, document: Callable[[RowMapping], Document]) -> AsyncIterator[Document]:
    after: UUID | None = None
    async with streaming_session(request) as session:
        while rows := await fetch(session, after, STREAM_ROWS):
            for row in rows:
                yield document(row)
            after = rows[-1]["id"]


async def _table(documents: AsyncIterator[Document], columns: Sequence[str]) -> AsyncIterator[list[Any]]:
    """Documents as rows: a value inside another stands under both names, codes of a list with spaces between them."""
    async for document in documents:
        flat = dict(_flat(document))
        yield [flat.get(name) for name in columns]


def _flat(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in document.items():
        if isinstance(value, Mapping):
            found += [(f"{name}_{inner}", held) for inner, held in _flat(value)]
        else:
            found.append((name, " ".join(map(str, value)) if isinstance(value, list) else value))
    return found
