"""The public route of statistics."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from inspection.statistics import service
from inspection.statistics.repository import Dimension
from inspection.statistics.schemas import GradeStatistics
from shared.auth.access import Public
from shared.auth.principal import Principal
from shared.db.session import PublicReads

router = APIRouter(tags=["statistics"])


@router.get(
    "/v1/statistics/grades",
    operation_id="get_grade_statistics",
    responses={200: {"model": GradeStatistics}},
)
async def get_grade_statistics(
    _: Annotated[Principal | None, Public()],
    request: Request,
    reads: PublicReads,
    by: Annotated[Dimension, Query(description="what the counts are grouped by", examples=["region"])] = "region",
) -> Response:
    """Count open schools by grade and category of concern."""
    return await service.grade_statistics(request, reads, by)
