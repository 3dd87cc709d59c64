"""Answers: JSON with validators, and streams in constant memory."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from shared.etags import etag_of, matches
from shared.pagination import link_header

NDJSON = "application/x-ndjson"
CSV = "text/csv"
LINES: dict[str, Any] = {NDJSON: {"schema": {"type": "string", "description": "one document a line"}}}
LINES_OR_TABLE: dict[str, Any] = {**LINES, CSV: {"schema": {"type": "string", "description": "all rows"}}}
"""The forms beside JSON in which a list can be had, as the OpenAPI document tells them."""
PUBLIC = "public, max-age=60, must-revalidate"
PRIVATE = "private, no-cache"
_STREAM_CHUNK = 64 * 1024


def dumps(body: Any) -> bytes:
    """Serialise a document; pydantic models by their JSON form."""
    return orjson.dumps(body, default=_default, option=orjson.OPT_UTC_Z)


def _default(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(type(value).__name__)


def json_response(
    request: Request,
    body: Any,
    *,
    status: int = 200,
    public: bool = False,
    headers: dict[str, str] | None = None,
    etag: str | None = None,
) -> Response:
    """Answer with a document, its strong ETag and honest caching; 304 where the client has it already."""
    content = body if isinstance(body, bytes) else dumps(body)
    tag = etag or etag_of(content)
    sent = {**validators(tag, public=public), **(headers or {})}
    known = request.headers.get("if-none-match")
    if known and status == 200 and request.method in {"GET", "HEAD"} and matches(known, tag):  # noqa: PLR2004 - OK
        return Response(status_code=304, headers=sent)
    return Response(content, status_code=status, media_type="application/json", headers=sent)


def validators(etag: str, *, public: bool) -> dict[str, str]:
    """Return the headers by which a document is kept and asked for again."""
    return {
        "ETag": etag,
        "Cache-Control": PUBLIC if public else PRIVATE,
        "Vary": "Accept" if public else "Accept, Authorization",
    }


def file_response(request: Request, content: bytes, media_type: str, file_name: str) -> Response:
    """Answer with a file to keep, its strong ETag and honest caching; the name is of letters, digits, `-` and `.`."""
    headers = {
        "Content-Type": media_type,
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return json_response(request, content, headers=headers)


def page_response(request: Request, page: dict[str, Any], *, public: bool = False) -> Response:
    """Answer with one page of a list and its `Link` to the next."""
    return json_response(request, page, public=public, headers=link_header(page))


def wants(request: Request, media_type: str) -> bool:
    """Tell whether the Accept header names this media type outright."""
    accept = request.headers.get("accept", "")
    return any(part.split(";")[0].strip().lower() == media_type for part in accept.split(","))


def wants_ndjson(request: Request) -> bool:
    """Tell whether the client asked for one document a line."""
    return wants(request, NDJSON)


def wants_csv(request: Request) -> bool:
    """Tell whether the client asked for a table."""
    return wants(request, CSV)


def _stream(chunks: AsyncIterator[bytes], media_type: str, *, public: bool) -> StreamingResponse:
    headers = {
        "Cache-Control": PUBLIC if public else PRIVATE,
        "Vary": "Accept" if public else "Accept, Authorization",
    }
    return StreamingResponse(chunks, media_type=media_type, headers=headers)


async def each(rows: Iterable[Any]) -> AsyncIterator[Any]:
    """Yield the rows of a list that is at hand already, as a stream takes them."""
    for row in rows:
        yield row


def ndjson(rows: AsyncIterator[Any], *, public: bool = False) -> StreamingResponse:
    """Stream one document a line; `rows` may yield documents or ready JSON bytes."""
    return _stream(_lines(rows), NDJSON, public=public)


async def _lines(rows: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    buffer = bytearray()
    async for row in rows:
        buffer += row if isinstance(row, bytes) else dumps(row)
        buffer += b"\n"
        if len(buffer) >= _STREAM_CHUNK:
            yield bytes(buffer)
            buffer.clear()
    if buffer:
        yield bytes(buffer)


def csv_rows(header: Sequence[str], rows: AsyncIterator[Sequence[Any]], *, public: bool = False) -> StreamingResponse:
    """Stream a table with its header; cells that a spreadsheet would run as a formula are quoted with an apostrophe."""
    return _stream(_csv_chunks(header, rows), f"{CSV}; charset=utf-8", public=public)


async def _csv_chunks(header: Sequence[str], rows: AsyncIterator[Sequence[Any]]) -> AsyncIterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    async for row in rows:
        writer.writerow([_cell(value) for value in row])
        if out.tell() >= _STREAM_CHUNK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value
