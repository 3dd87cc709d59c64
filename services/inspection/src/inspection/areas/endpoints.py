"""Routes of local authorities and regions."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from inspection.areas import service
from inspection.areas.schemas import LocalAuthorityPage, RegionPage
from inspection.scopes import SCHOOLS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import PublicReads
from shared.pagination import MAX_LIMIT, PageParameters, page_parameters

router = APIRouter(tags=["areas"])

Reader = Annotated[Principal, Requires(SCHOOLS_READ)]


async def whole_page(
    page: Annotated[PageParameters, Depends(page_parameters)],
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="rows on a page; all of them unless told")] = MAX_LIMIT,
) -> PageParameters:
    """Read the paging parameters of a list that fits on one page."""
    return replace(page, limit=limit)


WholePage = Annotated[PageParameters, Depends(whole_page)]


@router.get("/v1/regions", operation_id="list_regions", responses={200: {"model": RegionPage}})
async def list_regions(_: Reader, request: Request, reads: PublicReads, page: WholePage) -> Response:
    """List the nine regions with their open schools counted."""
    return await service.list_regions(request, reads, page)


@router.get(
    "/v1/local-authorities", operation_id="list_local_authorities", responses={200: {"model": LocalAuthorityPage}}
)
async def list_local_authorities(
    _: Reader,
    request: Request,
    reads: PublicReads,
    page: WholePage,
    region: Annotated[str | None, Query(description="one of the nine regions", examples=["London"])] = None,
) -> Response:
    """List all local authorities with their open schools counted."""
    return await service.list_local_authorities(request, reads, page, region)
