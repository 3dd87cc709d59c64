"""What every write to an episode has in common: sight, locks, the state it needs, the deployment, the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.episode_states import STATES, EpisodeBlocked, EpisodeStep, episode_step
from brokering.domain.ledger import KINDS, Account, Movement
from brokering.domain.values import say_days
from brokering.episodes import repository
from brokering.episodes.documents import held_by
from brokering.ledger import repository as ledger
from brokering.ledger.call import Call
from brokering.notifications.telling import notify
from brokering.offers.errors import CapExceeded, EpisodeNotFound
from brokering.offers.errors import EpisodeBlocked as EpisodeConflict
from shared.errors import invalid
from shared.events.outbox import NewEvent, append_async

STANDS = {
    Account.RESERVED: "reserved and not used",
    Account.USED: "used",
}


async def seen(call: Call, episode_id: UUID) -> Row[Any]:
    """Return an episode that the client may see; raises EpisodeNotFound."""
    row = await repository.find(call.session, call.principal, episode_id)
    if row is None:
        raise EpisodeNotFound("There is no such episode.")
    return row


async def hold(session: AsyncSession, episode: Row[Any], joining: Sequence[Row[Any]] = ()) -> Row[Any]:
    """Lock an episode with the accounts of its leaders, its need and its grants; return it as it stands now.

    `joining` are offers to be locked with it, and with what they hold.
    """
    locked = await ledger.lock(
        session,
        leaders=[*_named(episode, "leader_id"), *(offer.leader_id for offer in joining)],
        needs=[episode.need_id],
        proposals=[offer.proposal_id for offer in joining if offer.proposal_id is not None],
        offers=[offer.id for offer in joining],
        episodes=[episode.id],
        budgets=_named(episode, "grant_id"),
    )
    return locked.episodes[episode.id]


async def hold_days(call: Call, episode_id: UUID) -> Row[Any]:
    """Lock an episode with the accounts of its leaders, for a movement that leaves its need and its grants alone.

    Raises EpisodeNotFound for what the client may not see; from here on the transaction sees all rows.
    """
    row = await repository.hold_days(call.session, call.principal, episode_id)
    if row is None:
        raise EpisodeNotFound("There is no such episode.")
    return row


def _named(episode: Row[Any], name: str) -> list[UUID]:
    """The ids that the deployments of an episode, as it was seen, name."""
    return [UUID(each[name]) for each in episode.deployments or [] if each[name] is not None]


def allowed(held: Row[Any], action: str) -> EpisodeStep:
    """Return the step; raises EpisodeBlocked with what is in the way."""
    step = episode_step(held.state, action)
    if isinstance(step, EpisodeBlocked):
        raise EpisodeConflict(step.text)
    return step


async def deployment_of(call: Call, held: Row[Any], deployment_id: UUID | None) -> Row[Any]:
    """Return the deployment that is meant: a leader's own, the one named, or the only one that goes on."""
    rows = list(await repository.deployments(call.session, held.id))
    if call.principal.org.kind == "leader":
        rows = [row for row in rows if str(call.principal.org) in row.leader_orgs]
    if deployment_id is not None:
        rows = [row for row in rows if row.id == deployment_id]
    elif len(rows) > 1:
        rows = [row for row in rows if row.ends_on is None]
    if len(rows) != 1:
        raise invalid("/deployment_id", "Name one of the episode's deployments.", "deployment_needed")
    return rows[0]


def check_day(on: date | None, held: Row[Any], deployment: Row[Any], now: datetime) -> None:
    """Raise Unprocessable for a day to come, one before the deployment began, or one after it ended."""
    if on is not None and on > now.date():
        raise invalid("/on", "Days are entered when they have been worked, not before.", "in_the_future")
    if on is not None and on < held.opened_on:
        raise invalid("/on", "The episode had not been opened on that day.", "before_opening")
    if on is not None and on < deployment.starts_on:
        raise invalid("/on", "The leader's deployment had not begun on that day.", "before_deployment")
    if deployment.ends_on is not None and (on or now.date()) > deployment.ends_on:
        raise invalid("/on", "The leader's deployment had ended on that day.", "after_deployment")


def check_days(deployment: Row[Any], movement: Movement) -> None:
    """Raise CapExceeded where fewer days stand there than the movement takes."""
    held = held_by(deployment)
    if held.lacks(movement) > 0:
        account = KINDS[movement.kind].debit
        raise CapExceeded(
            f"{say_days(movement.half_days)} asked for, and {say_days(held.of(account))} {STANDS[account]}."
        )


def entry_of(
    call: Call,
    held: Row[Any],
    deployment: Row[Any],
    movement: Movement,
    *,
    on: date | None = None,
    note: str | None = None,
) -> ledger.Entry:
    """Return the ledger entry of a movement within a deployment."""
    return ledger.Entry(
        kind=movement.kind,
        half_days=movement.half_days,
        leader_id=deployment.leader_id,
        need_id=held.need_id,
        offer_id=deployment.offer_id or held.offer_id,
        episode_id=held.id,
        deployment_id=deployment.id,
        effective_on=on or call.now.date(),
        recorded_at=call.now,
        recorded_by=call.principal.subject,
        note=note,
    )


def change_of(held: Row[Any], state: str, **more: Any) -> NewEvent:
    """Return the event of an episode's change."""
    data = {
        "id": str(held.id),
        "state": state,
        "need_id": str(held.need_id),
        "subject": {"kind": held.subject_kind, "id": held.subject_id},
        **more,
    }
    return NewEvent("brokering.episode.changed", str(held.id), data)


async def write_step(call: Call, held: Row[Any], step: EpisodeStep, reason: str | None, **values: Any) -> None:
    """Write a step into the episode's state and history, move its need, and tell of both."""
    record = {
        "action": step.action,
        "from": step.from_state,
        "to": step.to_state,
        "reason": reason,
        "by": call.principal.subject,
        "on_behalf_of": str(call.principal.org),
        "at": call.now.isoformat(),
    }
    changed = {"state": step.to_state, "history": [*held.history, record], "updated_at": call.now, **values}
    await repository.write_state(call.session, held.id, changed)
    need_state = STATES[step.to_state].need
    if need_state != STATES[step.from_state].need:
        await repository.set_need(call.session, held.need_id, need_state, call.now)
        data = {"id": str(held.need_id), "state": need_state}
        await append_async(call.session, [NewEvent("brokering.need.changed", str(held.need_id), data)])
    completed_on = values.get("completed_on")
    more = {"completed_on": completed_on.isoformat()} if completed_on else {}
    await append_async(call.session, [change_of(held, step.to_state, **more)])
    if step.from_state != step.to_state:
        await notify_parties(call, held, f"episode_{step.to_state}", {})


async def notify_parties(call: Call, held: Row[Any], kind: str, about: dict[str, Any]) -> None:
    """Queue what the parties to an episode are told; `about` beside its subject and ids."""
    told = {"subject": held.subject_name, "need_id": str(held.need_id), "episode_id": str(held.id), **about}
    orgs = [f"leader:{about.get('leader_id', held.leader_id)}", *held.tenancy_orgs]
    told.pop("leader_id", None)
    await notify(call.session, kind, orgs=orgs, region=held.tenancy_region, about=told, now=call.now)
