"""One step of an offer: the state, the days, the need, the proposal and the events, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.budgets import funding
from brokering.domain.ledger import to_days
from brokering.domain.offer_states import REASON_REQUIRED, STATES, Blocked, Step, step_from
from brokering.domain.values import NeedState
from brokering.episodes import opening
from brokering.ledger import repository as ledger
from brokering.ledger.call import Stamp
from brokering.ledger.policy import support_policy
from brokering.notifications.telling import notify
from brokering.offers import conflicts, repository
from brokering.offers.errors import DeadlinePassed, StepBlocked
from shared.auth.principal import Principal
from shared.errors import invalid
from shared.events.outbox import NewEvent, append_async

CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Answer:
    """A step that somebody wants: the action, the column its record goes into, and what else the record says."""

    action: str
    column: str
    says: dict[str, Any]
    reason: str | None


def present(*ids: UUID | None) -> list[UUID]:
    """Return those ids that are there: an offer has a proposal, an episode that it joins, or neither."""
    return [each for each in ids if each is not None]


def check_reason(answer: Answer) -> None:
    """Raise Unprocessable where this action needs a reason and has none."""
    if answer.action in REASON_REQUIRED and not answer.reason:
        raise invalid("/reason", "Say why.", "reason_required")


async def take(
    session: AsyncSession, held: Row[Any], answer: Answer, author: Principal, now: datetime
) -> dict[str, Any]:
    """Take a step on an offer that is locked with its leader's account, need and proposal.

    Returns its new state, with the warning that an approval carries. Raises StepBlocked, DeadlinePassed,
    InterestDeclared or GrantMissing with what is in the way.
    """
    step = _allowed(held, answer.action, now)
    await conflicts.refuse_since(session, held, answer.action, now.date())
    warned = {}
    if step.movement == "reserved":
        policy = support_policy(now.date())
        warned = {"warning": await funding.warning_of(session, held.tenancy_region, now.date(), policy)}
    record = {
        **answer.says,
        **warned,
        "reason": answer.reason,
        "by": author.subject,
        "on_behalf_of": str(author.org),
        "at": now.isoformat(),
    }
    await _write(session, held, step, Stamp(author.subject, now), {answer.column: record})
    return {"state": step.to_state, **warned}


async def lapse(session: AsyncSession, held: Row[Any], now: datetime) -> bool:
    """Let a locked offer lapse if it is overdue still, and give its days back; tell whether it was."""
    if held.state != "offered" or held.deadline > now:
        return False
    step = step_from(held.state, "lapse")
    if isinstance(step, Blocked):
        return False
    await _write(session, held, step, Stamp(CLOCK, now), {})
    return True


def _allowed(held: Row[Any], action: str, now: datetime) -> Step:
    step = step_from(held.state, action)
    if isinstance(step, Blocked):
        raise StepBlocked(step.text)
    if held.state == "offered" and held.deadline <= now:
        raise DeadlinePassed(f"The leader could answer until {held.deadline:%Y-%m-%d %H:%M} UTC; the offer has lapsed.")
    return step


async def _write(session: AsyncSession, held: Row[Any], step: Step, stamp: Stamp, record: dict[str, Any]) -> None:
    values = {**record, "state": step.to_state, "due_at": _due(step, stamp.at), "updated_at": stamp.at}
    await repository.write_step(session, held.id, values)
    episode_id = None
    if step.movement == "reserved":
        open_or_join = opening.join_episode if held.joins_episode_id else opening.open_episode
        episode_id = await open_or_join(session, held, stamp)
        if held.joins_episode_id is None:
            await repository.join_parts(session, held.need_id, episode_id)
    elif step.movement is not None:
        await ledger.enter(session, _giving_back(held, step.movement, stamp))
    if held.proposal_id is not None:
        await repository.set_proposal(session, held.proposal_id, STATES[step.to_state].proposal, stamp.at)
    need_state = await _need_state(session, held, step)
    if need_state is not None:
        await repository.set_need(session, held.need_id, need_state, stamp.at)
    await append_async(session, _events(held, step, need_state, episode_id))
    await tell_parties(session, held, step.to_state, stamp.at)


async def _need_state(session: AsyncSession, held: Row[Any], step: Step) -> str | None:
    """Return the state that a step moves the need to; None where an episode or the offer of another part holds it."""
    if step.need_state is None or held.joins_episode_id is not None:
        return None
    falls = step.need_state == NeedState.DECIDED
    return None if falls and await repository.has_open(session, held.need_id, besides=held.id) else step.need_state


async def tell_parties(session: AsyncSession, offer: Row[Any], state: str, now: datetime) -> None:
    """Queue what the parties to an offer are told of its new state."""
    about = {
        "subject": offer.subject_name,
        "days": to_days(offer.half_days),
        "need_id": str(offer.need_id),
        "offer_id": str(offer.id),
    }
    orgs = [f"leader:{offer.leader_id}", *offer.tenancy_orgs]
    await notify(session, f"offer_{state}", orgs=orgs, region=offer.tenancy_region, about=about, now=now)


def _due(step: Step, now: datetime) -> datetime | None:
    policy = support_policy(now.date())
    waits = {"accepted": policy.school_agrees_in, "agreed": policy.director_approves_in}
    return now + waits[step.to_state] if step.to_state in waits else None


def _giving_back(held: Row[Any], movement: str, stamp: Stamp) -> ledger.Entry:
    return ledger.Entry(
        kind=movement,
        half_days=held.half_days,
        leader_id=held.leader_id,
        need_id=held.need_id,
        offer_id=held.id,
        effective_on=stamp.at.date(),
        recorded_at=stamp.at,
        recorded_by=stamp.by,
    )


def _events(held: Row[Any], step: Step, need_state: str | None, episode_id: UUID | None) -> list[NewEvent]:
    need_id = str(held.need_id)
    offer = {"id": str(held.id), "state": step.to_state, "need_id": need_id}
    events = [NewEvent("brokering.offer.changed", str(held.id), offer)]
    if step.movement is not None and held.proposal_id is not None:
        proposal = {"id": str(held.proposal_id), "state": STATES[step.to_state].proposal}
        events.append(NewEvent("brokering.proposal.changed", str(held.proposal_id), proposal))
    if need_state is not None:
        events.append(NewEvent("brokering.need.changed", need_id, {"id": need_id, "state": need_state}))
    if episode_id is not None:
        subject = {"kind": held.subject_kind, "id": held.subject_id}
        episode = {"id": str(episode_id), "state": "open", "need_id": need_id, "subject": subject}
        events.append(NewEvent("brokering.episode.changed", str(episode_id), episode))
    return events
