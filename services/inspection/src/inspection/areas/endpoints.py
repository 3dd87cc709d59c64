"""Routes of local authorities and regions."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from inspection.areas import service
from inspection.areas.schemas import LocalAuthorityList, RegionList
from inspection.scopes import SCHOOLS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import PublicReads

router = APIRouter(tags=["areas"])

Reader = Annotated[Principal, Requires(SCHOOLS_READ)]


@router.get("/v1/regions", operation_id="list_regions", responses={200: {"model": RegionList}})
async def list_regions(_: Reader, request: Request, reads: PublicReads) -> Response:
    """List the nine regions with their open schools counted."""
    return await service.list_regions(request, reads)


@router.get(
    "/v1/local-authorities", operation_id="list_local_authorities", responses={200: {"model": LocalAuthorityList}}
)
async def list_local_authorities(
    _: Reader,
    request: Request,
    reads: PublicReads,
    region: Annotated[str | None, Query(description="one of the nine regions", examples=["London"])] = None,
) -> Response:
    """List all local authorities with their open schools counted."""
    return await service.list_local_authorities(request, reads, region)
