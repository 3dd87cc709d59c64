"""Routes of what schools say that they need."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.leaders.schemas import Region
from brokering.need_statements import service
from brokering.need_statements.schemas import NeedStatement, NeedStatementPage, NewNeedStatement
from brokering.scopes import STATEMENTS_MAKE, STATEMENTS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE, json_response

router = APIRouter(tags=["need statements"])

Reader = Annotated[Principal, Requires(STATEMENTS_READ)]
Party = Annotated[Principal, Requires(STATEMENTS_MAKE)]


async def statement_filters(
    *,
    urn: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    region: Annotated[Region | None, Query()] = None,
    standing: Annotated[bool | None, Query(description="true: only the last of each organisation")] = None,
) -> dict[str, Any]:
    """Read the filters of a list of statements."""
    return {"urn": urn, "region": region, "standing": standing}


@router.post(
    "/v1/need-statements",
    operation_id="state_need",
    status_code=201,
    responses={201: {"model": NeedStatement}},
)
async def state_need(
    principal: Party, request: Request, session: Db, once: Idempotent, new: NewNeedStatement
) -> Response:
    """Say what a school needs, as the school or its responsible body; the answer tells nothing of what is proposed."""
    return await once(lambda: service.make(request, session, principal, new))


@router.get(
    "/v1/need-statements",
    operation_id="list_need_statements",
    responses={200: {"model": NeedStatementPage, "content": LINES_OR_TABLE}},
)
async def list_need_statements(
    principal: Reader,
    request: Request,
    session: Db,
    page: PageRequest,
    filters: Annotated[dict[str, Any], Depends(statement_filters)],
) -> Response:
    """List statements, newest first: of the own school, of schools answered for, or of the own regions."""
    return await service.list_statements(request, session, principal, page, filters)


@router.get(
    "/v1/need-statements/{statement_id}",
    operation_id="get_need_statement",
    responses={200: {"model": NeedStatement}},
)
async def get_need_statement(principal: Reader, request: Request, session: Db, statement_id: UUID) -> Response:
    """Read a statement."""
    return json_response(request, await service.read(session, principal, statement_id))
