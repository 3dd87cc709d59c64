"""Routes of the procedure. Public: whoever is heard may know by which rules."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from shared.auth import Principal, Public
from shared.db.session import PublicReads
from triage.procedure import service
from triage.procedure.schemas import DeadlineFound, ProcedureVersion, ProcedureVersions

router = APIRouter(tags=["procedure"])

Anyone = Annotated[Principal | None, Public()]


@router.get(
    "/v1/procedure-versions", operation_id="list_procedure_versions", responses={200: {"model": ProcedureVersions}}
)
async def list_procedure_versions(_: Anyone, request: Request, reads: PublicReads) -> Response:
    """List the versions of the procedure and of the school holidays."""
    return await service.list_versions(request, reads)


@router.get(
    "/v1/procedure-versions/{kind}/{version}",
    operation_id="get_procedure_version",
    responses={200: {"model": ProcedureVersion}},
)
async def get_procedure_version(
    _: Anyone,
    request: Request,
    reads: PublicReads,
    kind: Literal["procedure", "school-holidays"],
    version: Annotated[int, Path(ge=1, le=1_000_000)],
) -> Response:
    """Read one version in full."""
    return await service.get_version(request, reads, kind, version)


@router.get("/v1/school-days", operation_id="count_school_days", responses={200: {"model": DeadlineFound}})
async def count_school_days(
    _: Anyone,
    request: Request,
    reads: PublicReads,
    after: Annotated[date, Query(ge=date(2023, 11, 1), le=date(2100, 1, 1))],
    school_days: Annotated[int, Query(ge=1, le=200)],
    la: Annotated[str | None, Query(max_length=100, description="code of the local authority")] = None,
) -> Response:
    """Tell which day is so many school days after another."""
    return await service.get_deadline(request, reads, la=la, after=after, school_days=school_days)
