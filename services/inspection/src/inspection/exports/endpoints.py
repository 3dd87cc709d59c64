"""Routes that give workbooks."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from inspection.exports import service
from inspection.exports.workbook import MEDIA_TYPE
from inspection.scopes import INSPECTIONS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import PublicReads

router = APIRouter(tags=["exports"])

Reader = Annotated[Principal, Requires(INSPECTIONS_READ)]
WORKBOOK: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "an Excel workbook: schools, inspections, and what they mean",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get(
    "/v1/trusts/{uid}/schools.xlsx",
    operation_id="export_trust_schools",
    responses=WORKBOOK,
    response_class=Response,
)
async def export_trust_schools(
    _: Reader,
    request: Request,
    reads: PublicReads,
    uid: Annotated[str, Path(pattern="^[0-9]{1,10}$", description="the trust's UID", examples=["5143"])],
) -> Response:
    """Export the schools that are in the trust now, with the grades of every framework apart, as a workbook."""
    return await service.trust_workbook(request, reads, uid)


@router.get(
    "/v1/local-authorities/{code}/schools.xlsx",
    operation_id="export_local_authority_schools",
    responses=WORKBOOK,
    response_class=Response,
)
async def export_local_authority_schools(
    _: Reader,
    request: Request,
    reads: PublicReads,
    code: Annotated[str, Path(pattern="^[0-9]{3}$", description="the local authority's code", examples=["201"])],
) -> Response:
    """Export the schools in the local authority, with the grades of every framework apart, as a workbook."""
    return await service.local_authority_workbook(request, reads, code)
