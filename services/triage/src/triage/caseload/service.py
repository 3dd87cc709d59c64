"""The caseload as clients read it."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.db.session import streaming_session
from shared.errors import Forbidden, invalid
from shared.pagination import PageParameters, page_of
from shared.responses import page_response
from triage.assessments.redaction import is_party
from triage.caseload import repository
from triage.caseload.repository import CaseFilter
from triage.caseload.schemas import Case
from triage.listing import STREAM_ROWS, streamed
from triage.procedure.service import procedure_on
from triage.reference.service import require_code, require_result, require_scheme

COLUMNS: Final = tuple(Case.model_fields)


def refuse_parties(principal: Principal) -> None:
    """Raise Forbidden for those who are a party to cases: this is the department's view of all of them."""
    if is_party(principal):
        raise Forbidden("This is for the department and its regional teams.")


async def filter_of(session: AsyncSession, on: date, *, scheme: str, tier: str | None, **others: Any) -> CaseFilter:
    """Read the filters. Without a tier, whatever calls for something; a code that does not exist is an error."""
    require_scheme(scheme, "scheme")
    require_result(tier, scheme, "tier")
    require_code("regions", others["region"], "region")
    require_code("flags", others["flag"], "flag")
    procedure = await procedure_on(session, on)
    tiers = (tier,) if tier else tuple(procedure["tiers"][1:])
    return CaseFilter(scheme, tiers, tuple(procedure["representations"]["heard"]), on, **others)


async def list_cases(
    request: Request, session: AsyncSession, principal: Principal, wanted: CaseFilter, page: PageParameters
) -> Response:
    """Answer with a page of cases, or with all of them."""
    refuse_parties(principal)
    if whole := streamed(request, lambda: _all(request, principal, wanted), COLUMNS):
        return whole
    rows = await repository.page(session, wanted, principal, _after(page), page.limit + 1)
    total = await repository.count(session, wanted, principal) if page.include_total else None
    documents = [dict(row) for row in rows]
    found = page_of(request, page, documents, lambda case: (case["proposed_at"].isoformat(), case["urn"]), total=total)
    return page_response(request, found)


def _after(page: PageParameters) -> tuple[datetime, int] | None:
    key = page.key(str, int)
    if key is None:
        return None
    try:
        return datetime.fromisoformat(str(key[0])), int(str(key[1]))
    except ValueError as error:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor") from error


async def _all(request: Request, principal: Principal, wanted: CaseFilter) -> AsyncIterator[dict[str, Any]]:
    after: tuple[datetime, int] | None = None
    async with streaming_session(request) as session:
        while rows := await repository.page(session, wanted, principal, after, STREAM_ROWS):
            for row in rows:
                yield dict(row)
            after = (rows[-1]["proposed_at"], rows[-1]["urn"])
