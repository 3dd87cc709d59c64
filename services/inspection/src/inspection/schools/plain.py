"""The plain list of schools: by URN, all of them, a page at a time; as a list without filters answers, but quicker."""

import re
from typing import Final

from fastapi import Request, Response

from inspection.ready import ReadyPages
from inspection.schools import repository
from inspection.schools.service import school_document
from shared.db.session import database_of
from shared.pagination import DEFAULT_LIMIT, PageParameters, link_header, page_of
from shared.responses import dumps, json_response
from shared.short_ways import ShortWay

BYTES_KEPT: Final = 48 * 1024 * 1024
"""All of England in pages of 50 takes about 30 MB."""

_ready: Final = ReadyPages(BYTES_KEPT)


async def _plain_page(request: Request, match: re.Match[str]) -> Response:
    page = PageParameters(int(match["limit"] or DEFAULT_LIMIT), match["after"], include_total=False)
    key = page.key(int, int)
    which = {"after": int(key[1] or 0) if key else 0, "limit": page.limit + 1}
    hot_reads = database_of(request).hot_reads
    ready = None
    if match[0] in _ready:
        ready = _ready.get(match[0], await repository.plain_state(hot_reads, **which))
    if ready is None:
        rows, state = await repository.plain_page(hot_reads, **which)
        body = page_of(request, page, rows, lambda row: (0, row["urn"]))
        body["data"] = [school_document(row) for row in body["data"]]
        ready = _ready.keep(match[0], state, dumps(body), link_header(body))
    return json_response(request, ready.content, etag=ready.etag, headers=ready.headers)


SCHOOLS: Final = ShortWay(
    "/v1/schools",
    re.compile(
        r"/v1/schools(?:\?(?:limit=(?P<limit>[1-9][0-9]?|1[0-9][0-9]|200))?"
        r"(?:(?:(?<=\?)|&)after=(?P<after>[A-Za-z0-9_-]{1,100}))?)?"
    ),
    _plain_page,
)
