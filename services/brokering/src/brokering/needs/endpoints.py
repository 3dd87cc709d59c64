"""Routes of needs."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.leaders.schemas import Region
from brokering.needs import service
from brokering.needs.schemas import Need, NeedPage, NeedPatch, NewNeed
from brokering.reference.lists import OneOf
from brokering.scopes import NEEDS_READ, NEEDS_WRITE
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.etags import IfMatch
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE, json_response

router = APIRouter(tags=["needs"])

Reader = Annotated[Principal, Requires(NEEDS_READ)]
Writer = Annotated[Principal, Requires(NEEDS_WRITE)]
State = Annotated[str, OneOf("need_states")]
Kind = Annotated[str, OneOf("subject_kinds")]
Filter = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")]


async def need_filters(
    *,
    state: Annotated[State | None, Query()] = None,
    region: Annotated[Region | None, Query()] = None,
    subject_kind: Annotated[Kind | None, Query()] = None,
    subject_id: Filter = None,
    priority: Annotated[int | None, Query(ge=1, le=5)] = None,
    urn: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="the school in need")] = None,
) -> dict[str, Any]:
    """Read the filters of a list of needs."""
    of_school = {"subject_kind": "school", "subject_id": str(urn)} if urn is not None else {}
    given = {"subject_kind": subject_kind, "subject_id": subject_id, **of_school}
    return {"state": state, "region": region, "priority": priority, **given}


Filters = Annotated[dict[str, Any], Depends(need_filters)]


@router.get("/v1/needs", operation_id="list_needs", responses={200: {"model": NeedPage, "content": LINES_OR_TABLE}})
async def list_needs(principal: Reader, request: Request, session: Db, page: PageRequest, filters: Filters) -> Response:
    """List needs. Provisional ones are shown to the department and its brokers only."""
    return await service.list_needs(request, session, principal, page, filters)


@router.post("/v1/needs", operation_id="create_need", status_code=201, responses={201: {"model": Need}})
async def create_need(principal: Writer, request: Request, session: Db, once: Idempotent, new: NewNeed) -> Response:
    """Enter a need by hand; one open need for a school or trust."""
    return await once(lambda: service.create(request, session, principal, new))


@router.get("/v1/needs/{need_id}", operation_id="get_need", responses={200: {"model": Need}})
async def get_need(principal: Reader, request: Request, session: Db, need_id: UUID) -> Response:
    """Read a need."""
    return json_response(request, await service.read(session, principal, need_id))


@router.patch("/v1/needs/{need_id}", operation_id="update_need", responses={200: {"model": Need}})
async def update_need(
    *, principal: Writer, request: Request, session: Db, need_id: UUID, if_match: IfMatch, patch: NeedPatch
) -> Response:
    """Change days, areas, priority or statement by JSON Merge Patch, until the need is under offer."""
    return await service.change(request, session, principal, need_id=need_id, if_match=if_match, patch=patch)
