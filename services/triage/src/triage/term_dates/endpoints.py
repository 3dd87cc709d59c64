"""Routes of term dates. Public to read: whoever is heard may know by which days."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response

from shared.auth import Principal, Public, Requires
from shared.db.session import Db, PublicReads
from shared.idempotency import Idempotent
from triage.scopes import TERM_DATES_WRITE
from triage.term_dates import service
from triage.term_dates.schemas import NewTermDates, TermDates, TermDatesVersions

router = APIRouter(tags=["procedure"])

Anyone = Annotated[Principal | None, Public()]
Writer = Annotated[Principal, Requires(TERM_DATES_WRITE, user=True)]
Authority = Annotated[str, Path(max_length=100, description="code of the local authority", examples=["201"])]


@router.get(
    "/v1/local-authorities/{la}/term-dates",
    operation_id="list_term_dates",
    responses={200: {"model": TermDatesVersions}},
)
async def list_term_dates(_: Anyone, request: Request, reads: PublicReads, la: Authority) -> Response:
    """List the versions of an authority's own term dates, the newest first. Without any, the default is gone by."""
    return await service.list_versions(request, reads, la)


@router.post(
    "/v1/local-authorities/{la}/term-dates",
    operation_id="add_term_dates",
    status_code=201,
    responses={201: {"model": TermDates}},
)
async def add_term_dates(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Writer,
    session: Db,
    once: Idempotent,
    la: Authority,
    wanted: Annotated[NewTermDates, Body()],
) -> Response:
    """Add a version: by the authority itself, or by the department's team of its region.

    It is the one in use from now on, for time that is given from now on; what was given before stands.
    """
    return await once(lambda: service.add(request, session, principal, la, wanted))
