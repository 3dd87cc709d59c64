"""The addresses of the pages. They are not part of the API: their documents have addresses of their own under /v1."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from inspection.pages import search, service
from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.clock import request_day
from shared.db.session import PublicReads

router = APIRouter(include_in_schema=False)

Anyone = Annotated[Principal | None, Public()]
Cursor = Annotated[str | None, Query(max_length=1000)]
Uid = Annotated[str, Path(pattern="^[0-9]{1,10}$")]
Day = Annotated[date, Depends(request_day)]
Urn = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/schools")
async def search_page(
    _: Anyone, request: Request, reads: PublicReads, q: str | None = None, after: Cursor = None
) -> Response:
    """Find a school by its name, or the nearest ones to a postcode."""
    return await search.search_page(request, reads, q, after)


@router.get("/trusts/{uid}")
async def trust_page(
    *, _: Anyone, request: Request, reads: PublicReads, uid: Uid, day: Day, after: Cursor = None
) -> Response:
    """Show the schools of a trust with their grades, and what inspections of the trust itself found."""
    return await service.trust_page(request, reads, uid, after, day)


@router.get("/schools/{urn}")
async def school_page(_: Anyone, request: Request, urn: Urn) -> Response:
    """Show a school's inspection results."""
    return await service.school_page(request, urn)


@router.get("/schools/{urn}/easy-read")
async def easy_read_page(_: Anyone, request: Request, urn: Urn) -> Response:
    """Show the same in short sentences."""
    return await service.easy_read_page(request, urn)
