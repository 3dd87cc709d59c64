"""The public route of sources."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from inspection.freshness import service
from inspection.freshness.schemas import SourceList
from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.db.session import PublicReads

router = APIRouter(tags=["data quality"])


@router.get("/v1/sources", operation_id="list_sources", responses={200: {"model": SourceList}})
async def list_sources(_: Annotated[Principal | None, Public()], request: Request, reads: PublicReads) -> Response:
    """List the kinds of file this service is fed with: the newest one loaded, its age, and whether it is stale."""
    return await service.list_sources(request, reads)
