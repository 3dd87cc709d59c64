"""Routes of proposals."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.leaders.schemas import Region
from brokering.proposals import service
from brokering.proposals.schemas import Proposal, ProposalPage
from brokering.reference.lists import OneOf
from brokering.scopes import PROPOSALS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE, json_response

router = APIRouter(tags=["proposals"])

State = Annotated[str, OneOf("proposal_states")]
Reader = Annotated[Principal, Requires(PROPOSALS_READ)]


async def proposal_filters(
    *,
    round_id: Annotated[UUID | None, Query()] = None,
    need_id: Annotated[UUID | None, Query()] = None,
    leader_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    region: Annotated[Region | None, Query()] = None,
    urn: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="the school in need")] = None,
) -> dict[str, Any]:
    """Read the filters of a list of proposals."""
    return {
        "round_id": round_id,
        "need_id": need_id,
        "leader_id": leader_id,
        "state": state,
        "region": region,
        "subject_id": str(urn) if urn is not None else None,
    }


@router.get(
    "/v1/proposals", operation_id="list_proposals", responses={200: {"model": ProposalPage, "content": LINES_OR_TABLE}}
)
async def list_proposals(
    principal: Reader,
    request: Request,
    session: Db,
    page: PageRequest,
    filters: Annotated[dict[str, Any], Depends(proposal_filters)],
) -> Response:
    """List proposals. Schools, trusts and local authorities see theirs from the offer on."""
    return await service.list_proposals(request, session, principal, page, filters)


@router.get("/v1/proposals/{proposal_id}", operation_id="get_proposal", responses={200: {"model": Proposal}})
async def get_proposal(principal: Reader, request: Request, session: Db, proposal_id: UUID) -> Response:
    """Read a proposal: leader, suitability part by part, distance, flags, and who came next."""
    return json_response(request, await service.read(session, principal, proposal_id))
