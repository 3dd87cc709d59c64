"""Keyset pagination: stable under inserts, never a count, never a silent cap."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import Depends, Query, Request

from shared.errors import invalid

MAX_LIMIT = 200
DEFAULT_LIMIT = 50

CursorKey = tuple[str | int | float | None, ...]


def encode_cursor(key: CursorKey) -> str:
    """Return the opaque form of the last row's sort key."""
    return base64.urlsafe_b64encode(orjson.dumps(list(key))).rstrip(b"=").decode()


def decode_cursor(cursor: str, types: tuple[type, ...]) -> CursorKey:
    """Return the key inside a cursor; raises Unprocessable when it is not one of ours of these types."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != len(types):
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor")
    if not all(_fits(value, kind) for value, kind in zip(values, types, strict=True)):
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor")
    return tuple(values)


def _fits(value: object, kind: type) -> bool:
    if kind is str:
        return isinstance(value, str) and "\x00" not in value
    if kind is int:
        return type(value) is int and -(2**63) <= value < 2**63
    return isinstance(value, kind)


@dataclass(frozen=True, slots=True)
class PageParameters:
    """What the client asked of a list."""

    limit: int
    after: str | None
    include_total: bool

    def key(self, *types: type) -> CursorKey | None:
        """Return the decoded sort key to go on after, or None at the start."""
        return None if self.after is None else decode_cursor(self.after, types)


async def page_parameters(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="rows on a page")] = DEFAULT_LIMIT,
    after: Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before")] = None,
    include_total: Annotated[bool, Query(description="count all rows that match as well")] = False,
) -> PageParameters:
    """Read the paging parameters of a request."""
    return PageParameters(limit, after, include_total)


PageRequest = Annotated[PageParameters, Depends(page_parameters)]


def page_of(
    request: Request,
    parameters: PageParameters,
    rows: Sequence[Any],
    key: Callable[[Any], CursorKey],
    *,
    total: int | None = None,
) -> dict[str, Any]:
    """Build a page from up to `limit + 1` rows; the extra row only tells that there is more."""
    shown = list(rows[: parameters.limit])
    cursor = encode_cursor(key(shown[-1])) if len(rows) > parameters.limit else None
    paging: dict[str, Any] = {
        "limit": parameters.limit,
        "next_cursor": cursor,
        "next_url": next_url(request, cursor) if cursor else None,
    }
    if parameters.include_total:
        paging["total"] = total
    return {"data": shown, "paging": paging}


def next_url(request: Request, cursor: str) -> str:
    """Return the path and query of the next page."""
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return f"{request.url.path}?{urlencode([*query, ('after', cursor)])}"


def link_header(page: dict[str, Any]) -> dict[str, str]:
    """Return the `Link` header of a page, or nothing on the last one."""
    url = page["paging"]["next_url"]
    return {"Link": f'<{url}>; rel="next"'} if url else {}
