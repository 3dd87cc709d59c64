"""Routes of matching rounds."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from brokering.proposals import service as proposals
from brokering.proposals.schemas import ProposalPage
from brokering.reference.lists import OneOf
from brokering.rounds import asking, outcomes, service
from brokering.rounds.schemas import NewRound, Pair, Round, RoundLeaderPage, RoundPage, UnmatchedPage
from brokering.scopes import BROKERING_MATCH, PROPOSALS_READ
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE, NDJSON, json_response

router = APIRouter(tags=["matching rounds"])

State = Annotated[str, OneOf("round_states")]
Reader = Annotated[Principal, Requires(PROPOSALS_READ)]
Matcher = Annotated[Principal, Requires(BROKERING_MATCH)]

ROUND = "/v1/matching-rounds/{round_id}"


@router.post("/v1/matching-rounds", operation_id="ask_for_round", status_code=202, responses={202: {"model": Round}})
async def ask_for_round(principal: Matcher, request: Request, session: Db, once: Idempotent, new: NewRound) -> Response:
    """Match all open needs with leaders, after catching up with both feeds; `Location` is the round."""
    return await once(lambda: asking.ask(request, session, principal, new))


@router.get(
    "/v1/matching-rounds",
    operation_id="list_rounds",
    responses={200: {"model": RoundPage, "content": LINES_OR_TABLE}},
)
async def list_rounds(
    principal: Reader,
    request: Request,
    session: Db,
    page: PageRequest,
    state: Annotated[State | None, Query()] = None,
) -> Response:
    """List rounds, newest first."""
    return await service.list_rounds(request, session, principal, page, state)


@router.get(ROUND, operation_id="get_round", responses={200: {"model": Round}})
async def get_round(principal: Reader, request: Request, session: Db, round_id: UUID) -> Response:
    """Read a round: its state, and once it has succeeded its figures, bound and proof."""
    return json_response(request, await service.read(session, principal, round_id))


@router.delete(ROUND, operation_id="cancel_round", responses={200: {"model": Round}})
async def cancel_round(principal: Matcher, request: Request, session: Db, round_id: UUID) -> Response:
    """Cancel a round that has not ended."""
    return await service.cancel(request, session, principal, round_id)


@router.get(
    f"{ROUND}/proposals",
    operation_id="list_round_proposals",
    responses={200: {"model": ProposalPage, "content": LINES_OR_TABLE}},
)
async def list_round_proposals(
    principal: Reader, request: Request, session: Db, round_id: UUID, page: PageRequest
) -> Response:
    """List what a round proposes, with the parts of each score and who came next."""
    await service.read(session, principal, round_id)
    return await proposals.list_proposals(request, session, principal, page, {"round_id": round_id})


@router.get(
    f"{ROUND}/unmatched",
    operation_id="list_unmatched",
    responses={200: {"model": UnmatchedPage, "content": LINES_OR_TABLE}},
)
async def list_unmatched(
    principal: Reader, request: Request, session: Db, round_id: UUID, page: PageRequest
) -> Response:
    """List the needs without a leader, why, and what would have to give."""
    return await outcomes.list_unmatched(request, session, principal, round_id, page)


@router.get(
    f"{ROUND}/leaders",
    operation_id="list_round_leaders",
    responses={200: {"model": RoundLeaderPage, "content": LINES_OR_TABLE}},
)
async def list_round_leaders(
    principal: Reader, request: Request, session: Db, round_id: UUID, page: PageRequest
) -> Response:
    """List what each leader could still give when the round was solved."""
    return await outcomes.list_leaders(request, session, principal, round_id, page)


@router.get(
    f"{ROUND}/pairs",
    operation_id="stream_pairs",
    responses={200: {"model": Pair, "content": {NDJSON: {"schema": {"$ref": "#/components/schemas/Pair"}}}}},
)
async def stream_pairs(principal: Reader, request: Request, session: Db, round_id: UUID) -> Response:
    """Stream every feasible pair with its suitability: with `/leaders`, all that is needed to solve the round again."""
    return await outcomes.stream_pairs(request, session, principal, round_id)
