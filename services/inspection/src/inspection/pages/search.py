"""The search page: schools by name, or the nearest ones to a postcode."""

from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.domain.postcodes import read_postcode
from inspection.pages.rendering import page
from inspection.reference.service import codes
from inspection.schools import service as schools
from inspection.schools.listing_sql import SchoolFilters
from inspection.wording import say
from shared.errors import Unprocessable
from shared.pagination import PageParameters

RESULTS: Final = 20
LONGEST: Final = 200
UNKNOWN_POSTCODE: Final = "unknown_postcode"


async def search_page(request: Request, reads: AsyncConnection, q: str | None, after: str | None) -> Response:
    """Answer with the form, and with what was found; what cannot be searched for is said on the page."""
    asked = (q or "").strip()
    found, error = None, _error(asked) if q is not None else None
    if asked and not error:
        found, error = await _find(request, reads, asked, after)
    title = say("search.results", q=asked) if found else say("search.title")
    title = f"{say('search.error_prefix')} {title}" if error else title
    return page(
        request,
        "search.html",
        title=title,
        q=asked,
        found={"near": None, "search": None, **found} if found else None,
        error=error,
        phases=codes().entries("phases"),
    )


def _error(asked: str) -> str | None:
    if not asked:
        return say("search.empty")
    return say("search.too_long", most=LONGEST) if len(asked) > LONGEST else None


async def _find(
    request: Request, reads: AsyncConnection, asked: str, after: str | None
) -> tuple[dict[str, Any] | None, str | None]:
    """Return what was found, or why nothing could be looked for."""
    postcode = read_postcode(asked)
    wanted = SchoolFilters(near=postcode) if postcode else SchoolFilters(q=asked)
    try:
        filters = await schools.settle(reads, wanted)
    except Unprocessable as refused:
        if not any(problem.code == UNKNOWN_POSTCODE for problem in refused.errors):
            raise
        return None, say("search.nowhere", q=asked)
    parameters = PageParameters(RESULTS, after, include_total=False)
    return await schools.found_page(request, reads, filters, parameters), None
