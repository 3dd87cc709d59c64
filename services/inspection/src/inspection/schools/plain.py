"""The plain list of schools: by URN, all of them, a page at a time; as a list without filters answers, but quicker."""

import re
from typing import Final

import orjson
from fastapi import Request, Response

from inspection.ready import ReadyAnswers
from inspection.schools import repository
from inspection.schools.service import school_document
from shared.db.session import database_of
from shared.etags import etag_of
from shared.pagination import DEFAULT_LIMIT, PageParameters, link_header, page_of
from shared.responses import dumps, json_response
from shared.short_ways import ShortWay

SCHOOLS_KEPT: Final = 4096
"""About 3 KB each."""

_ready: Final = ReadyAnswers(school_document, SCHOOLS_KEPT)


async def _plain_page(request: Request, match: re.Match[str]) -> Response:
    page = PageParameters(int(match["limit"] or DEFAULT_LIMIT), match["after"], include_total=False)
    key = page.key(int, int)
    after = int(key[1] or 0) if key else 0
    rows = await repository.plain_page(database_of(request).hot_reads, after=after, limit=page.limit + 1)
    urns = [int(urn or 0) for urn, *_ in rows.sent]
    body = page_of(request, page, urns, lambda urn: (0, urn))
    schools = [_ready.of(urn, rows, number) for number, urn in enumerate(body["data"])]
    tag = etag_of(b"".join([school.etag.encode() for school in schools]) + dumps(body["paging"]))
    body["data"] = [orjson.Fragment(school.content) for school in schools]
    return json_response(request, body, etag=tag, headers=link_header(body))


SCHOOLS: Final = ShortWay(
    "/v1/schools",
    re.compile(
        r"/v1/schools(?:\?(?:limit=(?P<limit>[1-9][0-9]?|1[0-9][0-9]|200))?"
        r"(?:(?:(?<=\?)|&)after=(?P<after>[A-Za-z0-9_-]{1,100}))?)?"
    ),
    _plain_page,
)
