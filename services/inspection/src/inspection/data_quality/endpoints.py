"""Routes of data quality."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from inspection.data import load
from inspection.data_quality import service
from inspection.data_quality.repository import FindingFilters
from inspection.data_quality.schemas import FindingPage, QualitySummary
from inspection.data_quality.service import Rule
from inspection.inspections.service import PUBLISHED_HERE
from inspection.reference.service import codes, require_code
from inspection.scopes import SCHOOLS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import PublicReads
from shared.errors import invalid
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["data quality"])

Reader = Annotated[Principal, Requires(SCHOOLS_READ)]


async def wanted_rules(
    rule: Annotated[str | None, Query(description="a rule's code", examples=["laestab_prefix"])] = None,
    severity: Annotated[str | None, Query(description="error, warning or information", examples=["warning"])] = None,
) -> list[Rule]:
    """Read which rules are asked about."""
    return service.rules_of(rule, severity)


async def finding_filters(
    source: Annotated[
        str | None, Query(description="kind of the file the value came from", examples=["ofsted-latest-inspections"])
    ] = None,
    urn: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="one school", examples=[100000])] = None,
    region: Annotated[str | None, Query(description="one of the nine regions", examples=["London"])] = None,
    la: Annotated[str | None, Query(description="code of the local authority", examples=["201"])] = None,
) -> FindingFilters:
    """Read what a report is narrowed by; a code that does not exist is an error, not an empty list."""
    sources = [*(entry["code"] for entry in load("import_kinds")), PUBLISHED_HERE]
    if source is not None and source not in sources:
        raise invalid("source", f"{source!r} is none of: {', '.join(sources)}.", "unknown_code")
    require_code("regions", region, "region")
    require_code("local_authorities", la, "la")
    return FindingFilters(codes().open_statuses, source, urn, region, la)


Rules = Annotated[list[Rule], Depends(wanted_rules)]
Filters = Annotated[FindingFilters, Depends(finding_filters)]


@router.get(
    "/v1/data-quality",
    operation_id="list_data_quality_findings",
    responses={200: {"model": FindingPage, "content": LINES_OR_TABLE}},
)
async def list_findings(
    _: Reader, request: Request, reads: PublicReads, rules: Rules, filters: Filters, page: PageRequest
) -> Response:
    """List what breaks a rule: worst rules first, then by URN.

    `Accept: application/x-ndjson` or `text/csv` streams all findings.
    """
    return await service.list_findings(request, reads, rules, filters, page)


@router.get(
    "/v1/data-quality/summary",
    operation_id="get_data_quality_summary",
    responses={200: {"model": QualitySummary}},
)
async def get_summary(_: Reader, request: Request, reads: PublicReads, rules: Rules, filters: Filters) -> Response:
    """Count the findings by rule and source."""
    return await service.summary(request, reads, rules, filters)
