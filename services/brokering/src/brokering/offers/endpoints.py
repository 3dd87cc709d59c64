"""Routes of offers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.leaders.schemas import Region
from brokering.ledger.call import Call
from brokering.offers import batches, service
from brokering.offers.repository import OfferFilters
from brokering.offers.schemas import (
    AgreementRequest,
    ApprovalBatch,
    ApprovalRequest,
    BatchRequest,
    DirectOffer,
    EpisodeOffer,
    Offer,
    OfferPage,
    OfferRequest,
    ResponseRequest,
    WithdrawalRequest,
)
from brokering.reference.lists import OneOf
from brokering.scopes import EPISODES_READ, OFFERS_AGREE, OFFERS_APPROVE, OFFERS_RESPOND, PROPOSALS_OFFER
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["offers"])

State = Annotated[str, OneOf("offer_states")]
Now = Annotated[datetime, Depends(request_time)]
Reader = Annotated[Principal, Requires(EPISODES_READ)]
Broker = Annotated[Principal, Requires(PROPOSALS_OFFER)]
Leader = Annotated[Principal, Requires(OFFERS_RESPOND, user=True)]
Subject = Annotated[Principal, Requires(OFFERS_AGREE, user=True)]
Director = Annotated[Principal, Requires(OFFERS_APPROVE, user=True)]
Sender = Annotated[Principal, Requires(EPISODES_READ, user=True)]


async def offer_filters(
    state: Annotated[
        State | None, Query(description="an overdue offer counts as `lapsed`", examples=["offered"])
    ] = None,
    need_id: Annotated[UUID | None, Query()] = None,
    leader_id: Annotated[UUID | None, Query()] = None,
    urn: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="the supported school")] = None,
    region: Annotated[Region | None, Query(examples=["London"])] = None,
) -> OfferFilters:
    """Read the filters of a list of offers."""
    return OfferFilters(state, need_id, leader_id, urn, region)


Filters = Annotated[OfferFilters, Depends(offer_filters)]


@router.post(
    "/v1/proposals/{proposal_id}/offer", operation_id="make_offer", status_code=201, responses={201: {"model": Offer}}
)
async def make_offer(
    *,
    request: Request,
    proposal_id: UUID,
    body: OfferRequest,
    principal: Broker,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Offer a proposed match to its leader. 409 says what blocks it: an undecided need, an open offer, no days left."""
    return await once(lambda: service.make_offer(Call(request, session, principal, now), proposal_id, body))


@router.post(
    "/v1/needs/{need_id}/offers", operation_id="offer_next_best", status_code=201, responses={201: {"model": Offer}}
)
async def offer_next_best(
    *,
    request: Request,
    need_id: UUID,
    body: DirectOffer,
    principal: Broker,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Offer a decided need to the next best leader, as after one declined or let it lapse, or to the one named."""
    return await once(lambda: service.offer_next_best(Call(request, session, principal, now), need_id, body))


@router.post(
    "/v1/episodes/{episode_id}/offers", operation_id="offer_episode", status_code=201, responses={201: {"model": Offer}}
)
async def offer_episode(
    *,
    request: Request,
    episode_id: UUID,
    body: EpisodeOffer,
    principal: Broker,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Offer free days of an open episode to a further leader: split support or a hand-over. The road is the same."""
    return await once(lambda: service.offer_episode(Call(request, session, principal, now), episode_id, body))


@router.get("/v1/offers", operation_id="list_offers", responses={200: {"model": OfferPage, "content": LINES_OR_TABLE}})
async def list_offers(
    *, request: Request, principal: Reader, session: Db, filters: Filters, page: PageRequest, now: Now
) -> Response:
    """List the offers the client may see, newest first. `Accept: application/x-ndjson` streams all that match."""
    return await service.list_offers(Call(request, session, principal, now), filters, page)


@router.get("/v1/offers/{offer_id}", operation_id="get_offer", responses={200: {"model": Offer}})
async def get_offer(*, request: Request, offer_id: UUID, principal: Reader, session: Db, now: Now) -> Response:
    """Read one offer, with what the school is shown of the leader before it agrees."""
    return await service.get_offer(Call(request, session, principal, now), offer_id)


@router.post("/v1/offers/{offer_id}/response", operation_id="respond_to_offer", responses={200: {"model": Offer}})
async def respond_to_offer(
    *,
    request: Request,
    offer_id: UUID,
    body: ResponseRequest,
    principal: Leader,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Accept or decline, as the leader, until the deadline."""
    return await once(service.answering(Call(request, session, principal, now), offer_id, service.response_of(body)))


@router.post("/v1/offers/{offer_id}/school-agreement", operation_id="agree_to_offer", responses={200: {"model": Offer}})
async def agree_to_offer(
    *,
    request: Request,
    offer_id: UUID,
    body: AgreementRequest,
    principal: Subject,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Agree or refuse, as the school or its responsible body. A refusal is never itself an engagement concern."""
    return await once(service.answering(Call(request, session, principal, now), offer_id, service.agreement_of(body)))


@router.post("/v1/offers/{offer_id}/approval", operation_id="approve_offer", responses={200: {"model": Offer}})
async def approve_offer(
    *,
    request: Request,
    offer_id: UUID,
    body: ApprovalRequest,
    principal: Director,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Approve or reject the match, as the regional director. Approval reserves the days and opens the episode."""
    return await once(service.answering(Call(request, session, principal, now), offer_id, service.approval_of(body)))


@router.post("/v1/offers/{offer_id}/withdrawal", operation_id="withdraw_offer", responses={200: {"model": Offer}})
async def withdraw_offer(
    *,
    request: Request,
    offer_id: UUID,
    body: WithdrawalRequest,
    principal: Broker,
    session: Db,
    once: Idempotent,
    now: Now,
) -> Response:
    """Take an offer back while it is open; its days are given back."""
    return await once(service.answering(Call(request, session, principal, now), offer_id, service.withdrawal_of(body)))


@router.post("/v1/approvals/batches", operation_id="approve_batch", responses={200: {"model": ApprovalBatch}})
async def approve_batch(
    *, request: Request, body: BatchRequest, principal: Director, session: Db, once: Idempotent, now: Now
) -> Response:
    """Approve or reject up to 200 matches; each row is answered for itself, and a bad one loses no good one."""
    return await once(lambda: batches.approve_batch(Call(request, session, principal, now), body))


@router.get("/v1/approvals/batches/{batch_id}", operation_id="get_batch", responses={200: {"model": ApprovalBatch}})
async def get_batch(
    *,
    request: Request,
    batch_id: UUID,
    principal: Sender,
    session: Db,
    now: Now,
    status: Annotated[Literal["applied", "rejected"] | None, Query(description="those rows only")] = None,
) -> Response:
    """Read what became of a batch that this person sent."""
    return await batches.get_batch(Call(request, session, principal, now), batch_id, status)
