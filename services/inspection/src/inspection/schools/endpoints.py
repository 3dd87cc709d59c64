"""Routes of the register."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from inspection.audit.schemas import AuditPage
from inspection.exports import listing as exports
from inspection.exports.workbook import MEDIA_TYPE as WORKBOOK
from inspection.inspections import service as inspections
from inspection.inspections.schemas import HistoryPage
from inspection.places.service import require_postcode
from inspection.reference.service import require_code
from inspection.schools import lineage, service
from inspection.schools.listing_sql import SchoolFilters
from inspection.schools.schemas import LookupResult, MembershipList, School, SchoolLineage, SchoolLookup, SchoolPage
from inspection.scopes import INSPECTIONS_READ, SCHOOLS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import PublicReads
from shared.errors import invalid
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE, wants

router = APIRouter(tags=["schools"])

Reader = Annotated[Principal, Requires(SCHOOLS_READ)]
Urn = Annotated[int, Path(ge=1, le=2**31 - 1, description="the school's URN", examples=[100000])]
MOST_KM = 1000
BINARY = {"schema": {"type": "string", "format": "binary"}}
AsOf = Annotated[date | None, Query(description="what was true on this date", examples=["2026-06-01"])]


async def school_filters(  # noqa: PLR0917 - each is a parameter of the query, passed by name
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=200,
            description="words of the name, whatever their case, accents and apostrophes, abbreviated or not; where no "
            "name has them all, those that have them but for a typing error in each. Or a whole URN, LAESTAB or UKPRN",
            examples=["o'brien"],
        ),
    ] = None,
    region: Annotated[str | None, Query(description="one of the nine regions", examples=["London"])] = None,
    la: Annotated[str | None, Query(description="code of the local authority", examples=["201"])] = None,
    trust: Annotated[str | None, Query(description="UID of the trust", examples=["5143"])] = None,
    phase: Annotated[
        str | None, Query(description="a code of `phases` in the reference data", examples=["primary"])
    ] = None,
    status: Annotated[
        str | None, Query(description="a code of `statuses` in the reference data", examples=["open"])
    ] = None,
    has_report_card: Annotated[bool | None, Query(description="whether a report card is published")] = None,
    as_of: AsOf = None,
    near: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=20,
            description="a postcode, or its district alone: nearest schools first, those whose place is not known last",
            examples=["EC3A 5DE"],
        ),
    ] = None,
    within_km: Annotated[
        float | None, Query(gt=0, le=MOST_KM, description="only with `near`: schools no further away than this")
    ] = None,
) -> SchoolFilters:
    """Read the filters of a list of schools; a code that does not exist is an error, not an empty list."""
    require_code("regions", region, "region")
    require_code("local_authorities", la, "la")
    require_code("phases", phase, "phase")
    require_code("statuses", status, "status")
    postcode = require_postcode(near, "near")
    if within_km is not None and postcode is None:
        raise invalid("within_km", "Say near which postcode.", "near_missing")
    return SchoolFilters(q, region, la, trust, phase, status, has_report_card, as_of, postcode, within_km)


Filters = Annotated[SchoolFilters, Depends(school_filters)]


@router.get(
    "/v1/schools",
    operation_id="list_schools",
    responses={200: {"model": SchoolPage, "content": {**LINES_OR_TABLE, WORKBOOK: BINARY}}},
)
async def list_schools(
    _: Reader, request: Request, reads: PublicReads, filters: Filters, page: PageRequest
) -> Response:
    """List schools: with `near` the nearest first, with `q` the likest name first, else by URN.

    `Accept: application/x-ndjson` or `text/csv` streams all that match; that of a workbook (XLSX) gives them as one.
    """
    if wants(request, WORKBOOK):
        return await exports.list_workbook(request, reads, filters)
    return await service.list_schools(request, reads, filters, page)


@router.post("/v1/schools/lookup", operation_id="lookup_schools", responses={200: {"model": LookupResult}})
async def lookup_schools(
    _: Reader, request: Request, reads: PublicReads, wanted: Annotated[SchoolLookup, Body()]
) -> Response:
    """Find up to 1,000 schools by URN, LAESTAB or UKPRN."""
    return await service.lookup_schools(request, reads, wanted)


@router.get("/v1/schools/{urn}", operation_id="get_school", responses={200: {"model": School}})
async def get_school(_: Reader, request: Request, reads: PublicReads, urn: Urn, as_of: AsOf = None) -> Response:
    """Read one school. `as_of` reaches back to its `known_since`."""
    return await service.get_school(request, reads, urn, as_of)


@router.get(
    "/v1/schools/{urn}/audit",
    operation_id="get_school_audit",
    responses={200: {"model": AuditPage, "content": LINES_OR_TABLE}},
)
async def get_school_audit(_: Reader, request: Request, reads: PublicReads, urn: Urn, page: PageRequest) -> Response:
    """List what each file changed of the school's fields in the register, newest first: from what, to what.

    `Accept: application/x-ndjson` or `text/csv` gives the whole trail; the table has a row for each field.
    """
    return await service.get_audit(request, reads, urn, page)


@router.get("/v1/schools/{urn}/lineage", operation_id="get_school_lineage", responses={200: {"model": SchoolLineage}})
async def get_school_lineage(_: Reader, request: Request, reads: PublicReads, urn: Urn) -> Response:
    """Read the chain of predecessors and successors: where it forks, and the cycles that were cut."""
    return await lineage.get_lineage(request, reads, urn)


@router.get(
    "/v1/schools/{urn}/memberships",
    operation_id="list_school_memberships",
    responses={200: {"model": MembershipList, "content": LINES_OR_TABLE}},
)
async def list_school_memberships(
    _: Reader, request: Request, reads: PublicReads, urn: Urn, as_of: AsOf = None
) -> Response:
    """List a school's stays in trusts, newest first; with `as_of`, the one on that date.

    `Accept: application/x-ndjson` or `text/csv` gives them as lines or as a table.
    """
    return await service.list_memberships(request, reads, urn, as_of)


@router.get(
    "/v1/schools/{urn}/inspections",
    operation_id="list_school_inspections",
    responses={200: {"model": HistoryPage, "content": LINES_OR_TABLE}},
)
async def list_school_inspections(
    _: Annotated[Principal, Requires(INSPECTIONS_READ)],
    request: Request,
    reads: PublicReads,
    urn: Urn,
    page: PageRequest,
    as_of: Annotated[date | None, Query(description="what was published by this day, as it stood then")] = None,
) -> Response:
    """List the whole history of a school over its predecessors, newest first.

    `Accept: application/x-ndjson` or `text/csv` gives all of it; where the line forks, only the page says so.
    """
    return await inspections.list_history(request, reads, urn, page, as_of)
