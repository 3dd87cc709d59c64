"""What clients do with episodes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.cursors import id_after
from brokering.domain.episode_states import STATES, EpisodeBlocked, EpisodeStep, episode_step
from brokering.domain.ledger import KINDS, Account, Movement, to_days
from brokering.domain.values import half_days
from brokering.episodes import repository
from brokering.episodes.documents import (
    balances_after,
    days_document,
    entry_document,
    episode_document,
    held_by,
)
from brokering.episodes.schemas import Episode, LedgerRequest
from brokering.ledger import repository as ledger
from brokering.ledger.call import Call
from brokering.listing import page_after_page, streamed
from brokering.offers.errors import CapExceeded, EpisodeNotFound
from brokering.offers.errors import EpisodeBlocked as EpisodeConflict
from shared.errors import Forbidden, invalid
from shared.events.outbox import NewEvent, append_async
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, page_response

ACTION_OF = {"used": "use", "returned": "return", "use_corrected": "correct"}
STANDS = {
    Account.RESERVED: "reserved and not used",
    Account.USED: "used",
}


async def list_episodes(call: Call, filters: repository.EpisodeFilters, page: PageParameters) -> Response:
    """Answer with one page of episodes, or with all of them."""

    def every(session: AsyncSession) -> AsyncIterator[Row[Any]]:
        async def fetch(after: UUID | None, limit: int) -> Sequence[Row[Any]]:
            return await repository.page(session, call.principal, filters, after=after, limit=limit)

        return page_after_page(fetch, lambda row: row.id)

    if whole := streamed(call.request, every, document=episode_document, model=Episode):
        return whole
    rows = await repository.page(call.session, call.principal, filters, after=id_after(page), limit=page.limit + 1)
    total = await repository.count(call.session, call.principal, filters) if page.include_total else None
    documents = [episode_document(row) for row in rows]
    found = page_of(call.request, page, documents, lambda episode: (episode["id"],), total=total)
    return page_response(call.request, found)


async def _seen(call: Call, episode_id: UUID) -> Row[Any]:
    row = await repository.find(call.session, call.principal, episode_id)
    if row is None:
        raise EpisodeNotFound("There is no such episode.")
    return row


async def get_episode(call: Call, episode_id: UUID) -> Response:
    """Answer with one episode."""
    return json_response(call.request, episode_document(await _seen(call, episode_id)))


async def get_ledger(call: Call, episode_id: UUID, as_of: date | None, page: PageParameters) -> Response:
    """Answer with a page of an episode's ledger as it stood on a day; the balances are those of the whole of it."""
    episode = await _seen(call, episode_id)
    entries = await repository.entries(call.session, episode.offer_id, as_of)
    after = page.key(int)
    left = [entry for entry in entries if after is None or entry.seq > after[0]][: page.limit + 1]
    shown = page_of(call.request, page, left, lambda entry: (entry.seq,), total=len(entries))
    document = {
        "episode_id": str(episode_id),
        "as_of": as_of,
        "days": days_document(balances_after(episode.cap_half_days, entries)),
        "data": [entry_document(entry) for entry in shown["data"]],
        "paging": shown["paging"],
    }
    return page_response(call.request, document)


async def add_entry(call: Call, episode_id: UUID, body: LedgerRequest) -> Response:
    """Enter a movement of days and answer with it.

    Raises a Conflict where the episode is paused or stopped or fewer days stand there than are to be moved.
    """
    seen = await _seen(call, episode_id)
    await call.act_for_all()
    held = await _hold(call.session, seen)
    _allowed(held, ACTION_OF[body.kind])
    deployment = await _deployment(call, held, body)
    _check_day(body.on, held, call.now)
    _check_days(deployment, Movement(body.kind, half_days(Decimal(str(body.days)))))
    entry = await ledger.enter(call.session, _entry(call, body, held, deployment))
    await _tell(call.session, held, held.state)
    await call.act_for_client()
    after = await _seen(call, episode_id)
    document = {"entry": entry_document(entry), "days": days_document(held_by(after))}
    headers = {"Location": f"/v1/episodes/{episode_id}/ledger"}
    return json_response(call.request, document, status=HTTPStatus.CREATED, headers=headers)


async def _hold(session: AsyncSession, seen: Row[Any]) -> Row[Any]:
    leaders = await repository.leaders_of(session, seen.id)
    locked = await ledger.lock(session, leaders=leaders, needs=[seen.need_id], episodes=[seen.id])
    return locked.episodes[seen.id]


def _allowed(held: Row[Any], action: str) -> EpisodeStep:
    step = episode_step(held.state, action)
    if isinstance(step, EpisodeBlocked):
        raise EpisodeConflict(step.text)
    return step


async def _deployment(call: Call, held: Row[Any], body: LedgerRequest) -> Row[Any]:
    """Return the deployment that is meant: a leader's own, the one named, or the only one."""
    rows = await repository.deployments(call.session, held.id)
    if call.principal.org.kind == "leader":
        rows = [row for row in rows if str(call.principal.org) in row.leader_orgs]
    if body.deployment_id is not None:
        rows = [row for row in rows if row.id == body.deployment_id]
    if len(rows) != 1:
        raise invalid("/deployment_id", "Name one of the episode's deployments.", "deployment_needed")
    return rows[0]


def _check_day(on: date | None, held: Row[Any], now: datetime) -> None:
    if on is not None and on > now.date():
        raise invalid("/on", "Days are entered when they have been worked, not before.", "in_the_future")
    if on is not None and on < held.opened_on:
        raise invalid("/on", "The episode had not been opened on that day.", "before_opening")


def _check_days(deployment: Row[Any], movement: Movement) -> None:
    held = held_by(deployment)
    if held.lacks(movement) > 0:
        account = KINDS[movement.kind].debit
        raise CapExceeded(
            f"{to_days(movement.half_days)} days are asked, and {to_days(held.of(account))} are {STANDS[account]}."
        )


def _entry(call: Call, body: LedgerRequest, held: Row[Any], deployment: Row[Any]) -> ledger.Entry:
    return ledger.Entry(
        kind=body.kind,
        half_days=half_days(Decimal(str(body.days))),
        leader_id=deployment.leader_id,
        need_id=held.need_id,
        offer_id=held.offer_id,
        episode_id=held.id,
        deployment_id=deployment.id,
        effective_on=body.on or call.now.date(),
        recorded_at=call.now,
        recorded_by=call.principal.subject,
        note=body.note,
    )


async def _tell(session: AsyncSession, held: Row[Any], state: str) -> None:
    data = {"id": str(held.id), "state": state, "need_id": str(held.need_id)}
    await append_async(session, [NewEvent("brokering.episode.changed", str(held.id), data)])


async def move(call: Call, episode_id: UUID, action: str, reason: str | None) -> Response:
    """Pause, resume or stop an episode and answer with it; stopping gives back what was not used.

    Raises Forbidden for a leader, and a Conflict where the episode does not stand where the step starts.
    """
    seen = await _seen(call, episode_id)
    if call.principal.org.kind == "leader":
        raise Forbidden("The delivery partner pauses, resumes and stops episodes.")
    await call.act_for_all()
    held = await _hold(call.session, seen)
    step = _allowed(held, action)
    if step.movement is not None:
        await _release(call, held, step.movement)
    await _write(call, held, step, reason)
    await call.act_for_client()
    return await get_episode(call, episode_id)


async def _release(call: Call, held: Row[Any], movement: str) -> None:
    for deployment in await repository.deployments(call.session, held.id):
        entry = ledger.Entry(
            kind=movement,
            half_days=deployment.reserved_half_days,
            leader_id=deployment.leader_id,
            need_id=held.need_id,
            offer_id=held.offer_id,
            episode_id=held.id,
            deployment_id=deployment.id,
            effective_on=call.now.date(),
            recorded_at=call.now,
            recorded_by=call.principal.subject,
        )
        await ledger.enter(call.session, entry)


async def _write(call: Call, held: Row[Any], step: EpisodeStep, reason: str | None) -> None:
    record = {
        "action": step.action,
        "from": step.from_state,
        "to": step.to_state,
        "reason": reason,
        "by": call.principal.subject,
        "on_behalf_of": str(call.principal.org),
        "at": call.now.isoformat(),
    }
    values = {"state": step.to_state, "history": [*held.history, record], "updated_at": call.now}
    await repository.write_state(call.session, held.id, values)
    need_state = STATES[step.to_state].need
    if need_state != STATES[step.from_state].need:
        await repository.set_need(call.session, held.need_id, need_state, call.now)
        data = {"id": str(held.need_id), "state": need_state}
        await append_async(call.session, [NewEvent("brokering.need.changed", str(held.need_id), data)])
    await _tell(call.session, held, step.to_state)
