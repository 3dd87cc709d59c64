"""What clients do with offers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import Row

from brokering.domain.offer_states import Actor, actor_of
from brokering.ledger import repository as ledger
from brokering.ledger.call import Call
from brokering.listing import Rows, list_rows
from brokering.offers import direct, making, repository, steps
from brokering.offers.documents import offer_document
from brokering.offers.errors import OfferNotFound
from brokering.offers.schemas import (
    AgreementRequest,
    ApprovalRequest,
    DirectOffer,
    EpisodeOffer,
    Offer,
    OfferRequest,
    ResponseRequest,
    WithdrawalRequest,
)
from shared.auth.principal import Principal
from shared.pagination import PageParameters
from shared.responses import json_response

SUBJECT_KINDS = frozenset({"school", "trust", "la"})


def no_such_offer() -> OfferNotFound:
    """Return the error for an offer that is not there, or not for this client."""
    return OfferNotFound("There is no such offer.")


async def list_offers(call: Call, filters: repository.OfferFilters, page: PageParameters) -> Response:
    """Answer with one page of offers, or with all of them."""

    def document(row: Row[Any]) -> dict[str, Any]:
        return offer_document(row, call.principal)

    rows = Rows(
        fetch=lambda session, after, limit: repository.page(
            session, call.principal, filters, call.now, after=after, limit=limit
        ),
        count=lambda: repository.count(call.session, call.principal, filters, call.now),
    )
    return await list_rows(call.request, call.session, page, rows, document=document, model=Offer)


async def get_offer(call: Call, offer_id: UUID, status: int = 200) -> Response:
    """Answer with one offer."""
    row = await repository.find(call.session, call.principal, offer_id, call.now)
    if row is None:
        raise no_such_offer()
    headers = {"Location": f"/v1/offers/{offer_id}"} if status == HTTPStatus.CREATED else {}
    return json_response(call.request, offer_document(row, call.principal), status=status, headers=headers)


async def make_offer(call: Call, proposal_id: UUID, body: OfferRequest) -> Response:
    """Make an offer and answer with it."""
    offer_id = await making.make(call, proposal_id, body)
    await call.act_for_client()
    return await get_offer(call, offer_id, status=HTTPStatus.CREATED)


async def offer_next_best(call: Call, need_id: UUID, body: DirectOffer) -> Response:
    """Offer a need to the leader named, or to the best whom it has not been offered to, and answer with the offer."""
    offer_id = await direct.for_need(call, need_id, body)
    await call.act_for_client()
    return await get_offer(call, offer_id, status=HTTPStatus.CREATED)


async def offer_episode(call: Call, episode_id: UUID, body: EpisodeOffer) -> Response:
    """Offer days of an open episode to a further leader, and answer with the offer."""
    offer_id = await direct.for_episode(call, episode_id, body)
    await call.act_for_client()
    return await get_offer(call, offer_id, status=HTTPStatus.CREATED)


def response_of(body: ResponseRequest) -> steps.Answer:
    """Return the step in a leader's answer."""
    action = "accept" if body.accepted else "decline"
    return steps.Answer(action, "response", {"accepted": body.accepted, "reason_code": body.reason_code}, body.reason)


def agreement_of(body: AgreementRequest) -> steps.Answer:
    """Return the step in a school's answer."""
    says = {"agreed": body.agreed, "conflicts_seen": body.conflicts_seen, "reason_code": body.reason_code}
    return steps.Answer("agree" if body.agreed else "refuse", "school_agreement", says, body.reason)


def approval_of(body: ApprovalRequest) -> steps.Answer:
    """Return the step in a regional director's answer."""
    return steps.Answer("approve" if body.approved else "reject", "approval", {"approved": body.approved}, body.reason)


def withdrawal_of(body: WithdrawalRequest) -> steps.Answer:
    """Return the step in a withdrawal."""
    return steps.Answer("withdraw", "withdrawal", {}, body.reason)


def answering(call: Call, offer_id: UUID, answer: steps.Answer) -> Callable[[], Awaitable[Response]]:
    """Return the action that takes a step on an offer and answers with it."""

    async def act() -> Response:
        seen = await repository.find(call.session, call.principal, offer_id, call.now)
        if seen is None or not may_act(call.principal, actor_of(answer.action), seen):
            raise no_such_offer()
        steps.check_reason(answer)
        await call.act_for_all()
        held = await ledger.lock(
            call.session,
            leaders=[seen.leader_id],
            needs=[seen.need_id],
            proposals=steps.present(seen.proposal_id),
            offers=[offer_id],
        )
        await steps.take(call.session, held.offers[offer_id], answer, call.principal, call.now)
        await call.act_for_client()
        return await get_offer(call, offer_id)

    return act


def may_act(principal: Principal, actor: Actor, offer: Row[Any]) -> bool:
    """Tell whether this client is the party whose answer it is; scope and sight have been checked already."""
    own = str(principal.org) in offer.tenancy_orgs
    if actor is Actor.LEADER:
        return principal.org.kind == "leader" and own
    if actor is Actor.SUBJECT:
        return principal.org.kind in SUBJECT_KINDS and own
    return True
