"""Local authorities and regions with their schools counted."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.areas import repository
from inspection.reference.service import codes, require_code
from shared.errors import invalid
from shared.pagination import PageParameters, page_of
from shared.responses import page_response


async def list_regions(request: Request, reads: AsyncConnection, page: PageParameters) -> Response:
    """Answer with the nine regions, those without schools too."""
    counted = await repository.open_schools_by_region(reads, codes().open_statuses)
    regions = codes().entries("regions").values()
    data = [
        {"code": region["code"], "label": region["label"], "open_schools": counted.get(region["code"], 0)}
        for region in regions
    ]
    return _page(request, data, page)


async def list_local_authorities(
    request: Request, reads: AsyncConnection, page: PageParameters, region: str | None
) -> Response:
    """Answer with the local authorities by code, those without schools too."""
    require_code("regions", region, "region")
    counted = await repository.open_schools_by_local_authority(reads, codes().open_statuses)
    known = codes().entries("local_authorities").values()
    data = [
        {
            "code": authority["code"],
            "name": authority["label"],
            "region": authority["region"],
            "open_schools": counted.get(authority["code"], 0),
        }
        for authority in sorted(known, key=lambda entry: str(entry["code"]))
        if region in {None, authority["region"]}
    ]
    return _page(request, data, page)


def _page(request: Request, data: list[dict[str, Any]], page: PageParameters) -> Response:
    """Answer with a page of a list that is at hand, in the order it has."""
    codes_of_all = [each["code"] for each in data]
    after = page.key(str)
    if after is not None and after[0] not in codes_of_all:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor")
    start = 0 if after is None else codes_of_all.index(after[0]) + 1
    rows = data[start : start + page.limit + 1]
    return page_response(request, page_of(request, page, rows, lambda each: (each["code"],), total=len(data)))
