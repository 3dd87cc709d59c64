"""Routes of the directory."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.leaders import service
from brokering.leaders.schemas import Leader, LeaderPage, LeaderPatch, NewLeader, Phase, Region
from brokering.reference.lists import OneOf
from brokering.scopes import LEADERS_READ, LEADERS_WRITE
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.etags import IfMatch
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE, json_response

router = APIRouter(tags=["leaders"])

Reader = Annotated[Principal, Requires(LEADERS_READ)]
Writer = Annotated[Principal, Requires(LEADERS_WRITE)]
Role = Annotated[str, OneOf("leader_roles")]
OrganisationKind = Annotated[str, OneOf("organisation_kinds")]
Filter = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")]


async def leader_filters(
    *,
    region: Annotated[Region | None, Query()] = None,
    role: Annotated[Role | None, Query()] = None,
    phase: Annotated[Phase | None, Query()] = None,
    organisation_kind: Annotated[OrganisationKind | None, Query()] = None,
    organisation_id: Filter = None,
    q: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$", description="in reference or name")] = None,
) -> dict[str, Any]:
    """Read the filters of the directory."""
    return {
        "region": region,
        "role": role,
        "phase": phase,
        "organisation_kind": organisation_kind,
        "organisation_id": organisation_id,
        "q": q,
    }


Filters = Annotated[dict[str, Any], Depends(leader_filters)]


@router.get(
    "/v1/leaders", operation_id="list_leaders", responses={200: {"model": LeaderPage, "content": LINES_OR_TABLE}}
)
async def list_leaders(
    principal: Reader, request: Request, session: Db, page: PageRequest, filters: Filters
) -> Response:
    """List leaders by reference. Brokers see the whole directory, a leader itself."""
    return await service.list_leaders(request, session, principal, page, filters)


@router.post("/v1/leaders", operation_id="create_leader", status_code=201, responses={201: {"model": Leader}})
async def create_leader(principal: Writer, request: Request, session: Db, once: Idempotent, new: NewLeader) -> Response:
    """Enter a leader; the reference is unique."""
    return await once(lambda: service.create(request, session, principal, new))


@router.get("/v1/leaders/{leader_id}", operation_id="get_leader", responses={200: {"model": Leader}})
async def get_leader(principal: Reader, request: Request, session: Db, leader_id: UUID) -> Response:
    """Read a leader."""
    return json_response(request, await service.read(session, principal, leader_id))


@router.patch("/v1/leaders/{leader_id}", operation_id="update_leader", responses={200: {"model": Leader}})
async def update_leader(
    *, principal: Writer, request: Request, session: Db, leader_id: UUID, if_match: IfMatch, patch: LeaderPatch
) -> Response:
    """Change a leader by JSON Merge Patch. Days and places cannot fall below what is promised already.

    A leader changes of the own entry what the code list `leader_own_fields` names; for all else 403 names the field.
    """
    return await service.change(request, session, principal, leader_id=leader_id, if_match=if_match, patch=patch)
