"""The route of the caseload."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from shared.auth import Principal, Requires
from shared.db.session import Db
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE
from triage.caseload import service
from triage.caseload.schemas import CaseloadPage, CaseState
from triage.notices.endpoints import Today
from triage.reference.service import DEFAULT_SCHEME
from triage.scopes import ASSESSMENTS_READ

router = APIRouter(tags=["caseload"])

Filter = Annotated[str | None, Query(max_length=100)]


@router.get(
    "/v1/caseload",
    operation_id="list_caseload",
    responses={200: {"model": CaseloadPage, "content": LINES_OR_TABLE}},
)
async def list_caseload(  # noqa: PLR0917 - FastAPI passes by name
    request: Request,
    principal: Annotated[Principal, Requires(ASSESSMENTS_READ)],
    session: Db,
    on: Today,
    page: PageRequest,
    scheme: Annotated[str, Query(max_length=100)] = DEFAULT_SCHEME,
    tier: Annotated[
        str | None, Query(max_length=100, description="a proposed result; default all that call for something")
    ] = None,
    region: Filter = None,
    la: Filter = None,
    trust: Filter = None,
    flag: Filter = None,
    state: Annotated[CaseState | None, Query(description="default all but decided")] = None,
    min_age: Annotated[int | None, Query(ge=0, le=100_000, description="days since the proposal, at least")] = None,
) -> Response:
    """List what waits for a decision, the oldest proposal first."""
    wanted = await service.filter_of(
        session,
        on,
        scheme=scheme,
        tier=tier,
        region=region,
        la=la,
        trust=trust,
        flag=flag,
        state=state,
        min_age=min_age,
    )
    return await service.list_cases(request, session, principal, wanted, page)
