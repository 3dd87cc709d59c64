"""Making an offer of a proposed match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.conflict_checks import hearing
from brokering.domain.ledger import to_days
from brokering.domain.needs import BY_HAND
from brokering.domain.values import NeedState, ProposalState, Window, half_days
from brokering.episodes import writing
from brokering.leaders import repository as leaders
from brokering.ledger import repository as ledger
from brokering.ledger.call import Call
from brokering.ledger.policy import support_policy
from brokering.offers import conflicts, repository, steps
from brokering.offers.errors import (
    CapExceeded,
    LeaderLacksDays,
    LeaderLacksPlaces,
    NeedNotFree,
    NeedProvisional,
    ProposalNotOpen,
)
from brokering.offers.schemas import OfferRequest
from brokering.policies.documents import current_policy
from brokering.problems import ProposalNotFound
from brokering.rechecks import raising
from shared.errors import invalid
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id

END_OF_DAY = time(23, 59, 59)
PROVISIONAL_STANDS = {
    False: "The need rests on a proposed tier: an offer can be made once the regional director has decided.",
    True: "The need was entered by hand, and no decision of enhanced support for the school stands behind it: an offer"
    " can be made once the regional director has decided so.",
}
NEED_STANDS = {
    NeedState.UNDER_OFFER: "an offer on it is open",
    NeedState.IN_SUPPORT: "an episode of it is open",
    NeedState.MET: "it has been met",
    NeedState.WITHDRAWN: "it has been withdrawn",
}
PROPOSAL_STANDS = {
    ProposalState.UNDER_OFFER: "an offer of it is open",
    ProposalState.ACCEPTED: "it has been approved already",
    ProposalState.DECLINED: "an offer of it has been made and has fallen",
    ProposalState.SUPERSEDED: "a later round has superseded it",
    ProposalState.WITHDRAWN: "it has been withdrawn",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What is offered, by when it is to be answered, and with what words."""

    half_days: int
    deadline: datetime
    message: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A need and a leader that no round has proposed, scored as a round would: what an offer needs to know of them."""

    leader_id: UUID
    suitability: int
    score_parts: list[dict[str, Any]]
    distance_km: float | None
    flags: list[str]
    party_orgs: list[str]
    part: str | None = None
    id: None = None


async def make(call: Call, proposal_id: UUID, body: OfferRequest) -> UUID:
    """Offer a proposed match to its leader and return the offer's id; its days and a place are held from now on.

    Raises NotFound for a proposal out of the client's sight, Unprocessable for a deadline that has passed, and a
    Conflict that says what is in the way.
    """
    seen = await repository.find_proposal(call.session, call.principal, proposal_id)
    if seen is None:
        raise ProposalNotFound("There is no such proposal.")
    await call.act_for_all()
    held = await hold(call.session, call.now, need_id=seen.need_id, leader_id=seen.leader_id, proposals=[seen.id])
    proposal = held.proposals[proposal_id]
    need = await repository.need(call.session, seen.need_id)
    check_decided(need)
    if proposal.state != ProposalState.PROPOSED:
        raise ProposalNotOpen(f"This proposal cannot be offered: {PROPOSAL_STANDS[ProposalState(proposal.state)]}.")
    joins = await joined_episode(call.session, need, proposal.part)
    return await place(call, need, proposal, terms_of(body, proposal.days, call.now), joins=joins)


async def place(call: Call, need: Row[Any], match: Row[Any] | Pair, terms: Terms, *, joins: UUID | None = None) -> UUID:
    """Check days, places, doubts and conflicts, and store the offer; the leader's account and the need are locked."""
    await _check_days(call.session, need, match, terms, call.now)
    interests = await conflicts.interests_in(call.session, match.leader_id, need.party_orgs)
    conflicts.refuse_standing(interests, call.now.date())
    await raising.refuse_in_doubt(call.session, match.leader_id)
    await hearing.refuse_unheard(call.session, need.id, match.leader_id, call.now.date())
    return await _store(call, need, match, terms, interests=interests, joins=joins)


async def hold(
    session: AsyncSession,
    now: datetime,
    *,
    need_id: UUID,
    leader_id: UUID,
    proposals: Sequence[UUID] = (),
    episodes: Sequence[UUID] = (),
) -> ledger.Locked:
    """Lock what the offer touches, and let overdue offers on the same need or to the same leader lapse first."""
    stale = await repository.overdue_offers(session, now, need_id=need_id, leader_id=leader_id)
    held = await ledger.lock(
        session,
        leaders=[leader_id, *(offer.leader_id for offer in stale)],
        needs=[need_id, *(offer.need_id for offer in stale)],
        proposals=[*proposals, *steps.present(*(offer.proposal_id for offer in stale))],
        offers=[offer.id for offer in stale],
        episodes=episodes,
    )
    for offer in held.offers.values():
        await steps.lapse(session, offer, now)
    return held


def check_decided(need: Row[Any]) -> None:
    """Raise NeedProvisional for a need that no decision stands behind."""
    if need.state == NeedState.PROVISIONAL:
        raise NeedProvisional(PROVISIONAL_STANDS[need.origin_kind == BY_HAND])


async def joined_episode(session: AsyncSession, need: Row[Any], part: str | None) -> UUID | None:
    """Return the episode that an offer of the need, or of this part of it, is to join; it and the need are locked.

    Raises NeedNotFree for a need that is under offer, in support, met or withdrawn, unless that is of the other part,
    and EpisodeBlocked where the episode takes no further leader.
    """
    if need.state == NeedState.DECIDED:
        if await repository.has_open(session, need.id):
            raise NeedNotFree("Another offer on this need is open.")
        return None
    held = need.state in {NeedState.UNDER_OFFER, NeedState.IN_SUPPORT}
    if part is None or not held or not await repository.part_free(session, need.id, part):
        what = "the need" if part is None else "this part of the need"
        raise NeedNotFree(f"{what.capitalize()} cannot take another offer: {NEED_STANDS[NeedState(need.state)]}.")
    episode_id = await repository.open_episode(session, need.id)
    if episode_id is not None:
        locked = await ledger.lock(session, episodes=[episode_id])
        writing.allowed(locked.episodes[episode_id], "deploy")
    return episode_id


def terms_of(body: OfferRequest, days_wanted: Decimal, now: datetime) -> Terms:
    """Return the terms; what is not said comes from the match and the support policy."""
    deadline = _deadline(body.deadline, now)
    days = days_wanted if body.days is None else Decimal(str(body.days))
    return Terms(half_days(days), deadline, body.message)


def _deadline(given: datetime | date | None, now: datetime) -> datetime:
    """Return the deadline; raises Unprocessable for one that has passed or lies further off than the policy lets it."""
    policy = support_policy(now.date())
    if given is None:
        return now + policy.leader_answers_in
    last = now + policy.leader_answers_at_most
    if isinstance(given, datetime):
        deadline = given.astimezone(UTC)
    else:
        deadline, last = (datetime.combine(day, END_OF_DAY, UTC) for day in (given, last.date()))
    if deadline <= now:
        raise invalid("/deadline", "The deadline has passed already.", "in_the_past")
    if deadline > last:
        days = policy.leader_answers_at_most.days
        raise invalid("/deadline", f"A leader is given {days} days at most: until {last.date()}.", "too_far")
    return deadline


async def _check_days(
    session: AsyncSession, need: Row[Any], match: Row[Any] | Pair, terms: Terms, now: datetime
) -> None:
    policy = support_policy(now.date())
    account = await ledger.open_need_account(session, need.id, policy.cap_half_days, policy.version)
    room = account.cap_half_days - account.offered_half_days - account.reserved_half_days - account.used_half_days
    if terms.half_days > room:
        raise CapExceeded(
            f"The offer is of {to_days(terms.half_days)} days, and the cap of {to_days(account.cap_half_days)} days "
            f"leaves {to_days(room)}."
        )
    leader = await repository.leader_account(session, match.leader_id)
    within = await _window(session, match, now.date())
    in_window = await leaders.days_given(session, match.leader_id, within.starts_on, within.ends_on)
    given = min(leader.available_half_days, in_window)
    left = given - leader.offered_half_days - leader.reserved_half_days - leader.used_half_days
    if terms.half_days > left:
        raise LeaderLacksDays(f"The leader has {to_days(left)} days left; the offer takes {to_days(terms.half_days)}.")
    if leader.places_held >= leader.places_limit:
        raise LeaderLacksPlaces(f"The leader takes on {leader.places_limit} at once and holds {leader.places_held}.")


async def _window(session: AsyncSession, match: Row[Any] | Pair, today: date) -> Window:
    """Return the dates whose days are offered: those of the round, and of no round the policy's from today."""
    if isinstance(match, Pair):
        return current_policy().window_from(today)
    return await repository.window_of(session, match.round_id)


async def _store(
    call: Call,
    need: Row[Any],
    match: Row[Any] | Pair,
    terms: Terms,
    *,
    interests: Sequence[Row[Any]],
    joins: UUID | None,
) -> UUID:
    offer_id = new_id()
    shown = await conflicts.shown_to_school(call.session, match, need.state, interests, call.now)
    await repository.add(call.session, {"id": offer_id, "shown": shown, **_values(call, need, match, terms, joins)})
    await ledger.enter(
        call.session,
        ledger.Entry(
            kind="offered",
            half_days=terms.half_days,
            leader_id=match.leader_id,
            need_id=need.id,
            offer_id=offer_id,
            effective_on=call.now.date(),
            recorded_at=call.now,
            recorded_by=call.principal.subject,
        ),
    )
    if match.id is not None:
        await repository.set_proposal(call.session, match.id, ProposalState.UNDER_OFFER, call.now)
    if need.state == NeedState.DECIDED:
        await repository.set_need(call.session, need.id, NeedState.UNDER_OFFER, call.now)
    await append_async(call.session, _events(offer_id, need, match.id))
    await steps.tell_parties(call.session, await repository.current(call.session, offer_id), "offered", call.now)
    return offer_id


def _values(call: Call, need: Row[Any], match: Row[Any] | Pair, terms: Terms, joins: UUID | None) -> dict[str, Any]:
    leader_orgs = [org for org in match.party_orgs if org.startswith("leader:")]
    return {
        "proposal_id": match.id,
        "joins_episode_id": joins,
        "need_id": need.id,
        "leader_id": match.leader_id,
        "part": match.part,
        "subject_kind": need.subject_kind,
        "subject_id": need.subject_id,
        "subject_name": need.subject_name,
        "half_days": terms.half_days,
        "state": "offered",
        "due_at": terms.deadline,
        "deadline": terms.deadline,
        "message": terms.message,
        "offered_by": call.principal.subject,
        "offered_at": call.now,
        "updated_at": call.now,
        "tenancy_orgs": [*need.tenancy_orgs, *(leader_orgs or [f"leader:{match.leader_id}"])],
        "tenancy_region": need.tenancy_region,
    }


def _events(offer_id: UUID, need: Row[Any], proposal_id: UUID | None) -> list[NewEvent]:
    offer, need_id = str(offer_id), str(need.id)
    events = [NewEvent("brokering.offer.changed", offer, {"id": offer, "state": "offered", "need_id": need_id})]
    if proposal_id is not None:
        told = {"id": str(proposal_id), "state": "under_offer"}
        events.append(NewEvent("brokering.proposal.changed", str(proposal_id), told))
    if need.state == NeedState.DECIDED:
        events.append(NewEvent("brokering.need.changed", need_id, {"id": need_id, "state": "under_offer"}))
    return events
