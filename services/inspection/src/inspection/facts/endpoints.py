"""Routes that give facts in bulk."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from inspection.facts import service
from inspection.facts.schemas import FactsFound, FactsLookup, FactsPage
from inspection.scopes import FACTS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import PublicReads
from shared.pagination import PageParameters
from shared.responses import LINES

router = APIRouter(tags=["facts"])

Reader = Annotated[Principal, Requires(FACTS_READ)]
MAX_FACTS = 1000
DEFAULT_FACTS = 200


async def facts_page(
    limit: Annotated[int, Query(ge=1, le=MAX_FACTS, description="documents on a page")] = DEFAULT_FACTS,
    after: Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before")] = None,
    include_total: Annotated[bool, Query(description="count all schools as well")] = False,
) -> PageParameters:
    """Read the paging parameters; pages of facts may be longer than others."""
    return PageParameters(limit, after, include_total)


@router.get("/v1/facts", operation_id="list_facts", responses={200: {"model": FactsPage, "content": LINES}})
async def list_facts(
    principal: Reader, request: Request, reads: PublicReads, page: Annotated[PageParameters, Depends(facts_page)]
) -> Response:
    """List the facts of all schools by URN. `Accept: application/x-ndjson` streams all of them."""
    return await service.list_facts(request, reads, principal, page)


@router.post("/v1/facts/lookup", operation_id="lookup_facts", responses={200: {"model": FactsFound}})
async def lookup_facts(
    principal: Reader, request: Request, reads: PublicReads, wanted: Annotated[FactsLookup, Body()]
) -> Response:
    """Read the facts of up to 1,000 schools."""
    return await service.lookup_facts(request, reads, principal, wanted.urns)
