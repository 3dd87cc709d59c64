"""The public route of disadvantage."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from inspection.disadvantage import service
from inspection.disadvantage.repository import DisadvantageBy
from inspection.disadvantage.schemas import Disadvantage
from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.db.session import PublicReads

router = APIRouter(tags=["statistics"])


@router.get(
    "/v1/statistics/disadvantage",
    operation_id="get_disadvantage_statistics",
    responses={200: {"model": Disadvantage}},
)
async def get_disadvantage(
    _: Annotated[Principal | None, Public()],
    request: Request,
    reads: PublicReads,
    by: Annotated[DisadvantageBy, Query(description="what the figures are grouped by", examples=["region"])] = "region",
) -> Response:
    """Estimate the pupils recorded for free meals, by group, category of concern and latest grade."""
    return await service.get_disadvantage(request, reads, by)
