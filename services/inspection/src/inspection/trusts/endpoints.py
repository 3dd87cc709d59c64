"""Routes of trusts."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from inspection.reference.service import codes, require_code
from inspection.schools.endpoints import AsOf
from inspection.scopes import SCHOOLS_READ
from inspection.trusts import schools, service
from inspection.trusts.repository import TrustFilters
from inspection.trusts.schemas import Trust, TrustLookup, TrustPage, TrustSchoolPage, TrustsFound
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import PublicReads
from shared.errors import invalid
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["trusts"])

Reader = Annotated[Principal, Requires(SCHOOLS_READ)]
Uid = Annotated[str, Path(pattern="^[0-9]{1,10}$", description="the trust's UID", examples=["5143"])]


async def trust_filters(
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=200,
            description="words of the name, whatever their case, accents and apostrophes; where no name has them all, "
            "those that have them but for a typing error in each. Or a whole UID, TRN, UKPRN or Companies House number",
            examples=["harris"],
        ),
    ] = None,
    kind: Annotated[
        str | None, Query(description="one of the kinds of trust", examples=["multi_academy_trust"])
    ] = None,
    status: Annotated[str | None, Query(description="open, closed or proposed_to_open", examples=["open"])] = None,
    has_schools: Annotated[bool | None, Query(description="whether a school of the register is in it")] = None,
) -> TrustFilters:
    """Read the filters of a list of trusts; a code that does not exist is an error, not an empty list."""
    if kind is not None and kind not in codes().trust_kinds:
        raise invalid("kind", f"{kind!r} is none of: {', '.join(codes().trust_kinds)}.", "unknown_code")
    require_code("statuses", status, "status")
    return service.trust_filters(q=q, kind=kind, status=status, has_schools=has_schools)


Filters = Annotated[TrustFilters, Depends(trust_filters)]


@router.get("/v1/trusts", operation_id="list_trusts", responses={200: {"model": TrustPage, "content": LINES_OR_TABLE}})
async def list_trusts(_: Reader, request: Request, reads: PublicReads, filters: Filters, page: PageRequest) -> Response:
    """List academy trusts by UID. `Accept: application/x-ndjson` or `text/csv` streams all that match."""
    return await service.list_trusts(request, reads, filters, page)


@router.post("/v1/trusts/lookup", operation_id="lookup_trusts", responses={200: {"model": TrustsFound}})
async def lookup_trusts(
    _: Reader, request: Request, reads: PublicReads, wanted: Annotated[TrustLookup, Body()]
) -> Response:
    """Find up to 1,000 trusts by UID, TRN, UKPRN or Companies House number."""
    return await service.lookup_trusts(request, reads, wanted)


@router.get("/v1/trusts/{uid}", operation_id="get_trust", responses={200: {"model": Trust}})
async def get_trust(_: Reader, request: Request, reads: PublicReads, uid: Uid) -> Response:
    """Read one trust."""
    return await service.get_trust(request, reads, uid)


@router.get(
    "/v1/trusts/{uid}/schools",
    operation_id="list_trust_schools",
    responses={200: {"model": TrustSchoolPage, "content": LINES_OR_TABLE}},
)
async def list_trust_schools(
    _: Reader, request: Request, reads: PublicReads, uid: Uid, page: PageRequest, as_of: AsOf = None
) -> Response:
    """List the schools that are in the trust now, by URN: each with its latest grades, before or after joining.

    With `as_of`, those that were in it on that date, as they were, without grades.
    """
    if as_of is not None:
        return await schools.list_schools_then(request, reads, uid, page, as_of)
    return await schools.list_trust_schools(request, reads, uid, page)
