"""What clients do with episodes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from uuid import UUID

from fastapi import Response

from brokering.domain.ledger import Movement
from brokering.domain.values import half_days
from brokering.episodes import ending, repository, writing
from brokering.episodes.documents import (
    balances_after,
    days_document,
    entry_document,
    episode_document,
    held_by_episode,
)
from brokering.episodes.schemas import Episode, LedgerRequest
from brokering.ledger import repository as ledger
from brokering.ledger.call import Call
from brokering.listing import Rows, list_rows
from shared.errors import Forbidden
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, page_response

ACTION_OF = {"used": "use", "returned": "return", "use_corrected": "correct"}


async def list_episodes(call: Call, filters: repository.EpisodeFilters, page: PageParameters) -> Response:
    """Answer with one page of episodes, or with all of them."""
    rows = Rows(
        fetch=lambda session, after, limit: repository.page(session, call.principal, filters, after=after, limit=limit),
        count=lambda: repository.count(call.session, call.principal, filters),
    )
    return await list_rows(call.request, call.session, page, rows, document=episode_document, model=Episode)


async def get_episode(call: Call, episode_id: UUID) -> Response:
    """Answer with one episode."""
    return json_response(call.request, episode_document(await writing.seen(call, episode_id)))


async def get_ledger(call: Call, episode_id: UUID, as_of: date | None, page: PageParameters) -> Response:
    """Answer with a page of an episode's ledger as it stood on a day; the balances are those of the whole of it."""
    episode = await writing.seen(call, episode_id)
    entries = await repository.entries(call.session, episode, as_of)
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
    held = await writing.hold_days(call, episode_id)
    writing.allowed(held, ACTION_OF[body.kind])
    deployment = await writing.deployment_of(call, held, body.deployment_id)
    writing.check_day(body.on, held, deployment, call.now)
    movement = Movement(body.kind, half_days(Decimal(str(body.days))))
    writing.check_days(deployment, movement)
    wanted = writing.entry_of(call, held, deployment, movement, on=body.on, note=body.note)
    entry = await ledger.enter(call.session, wanted, told=[writing.change_of(held, held.state)])
    after = held_by_episode(deployment).after(movement)
    document = {"entry": entry_document(entry), "days": days_document(after)}
    headers = {"Location": f"/v1/episodes/{episode_id}/ledger"}
    return json_response(call.request, document, status=HTTPStatus.CREATED, headers=headers)


async def move(call: Call, episode_id: UUID, action: str, reason: str | None) -> Response:
    """Pause, resume or stop an episode and answer with it; stopping gives back what was not used or is offered.

    Raises Forbidden for a leader, and a Conflict where the episode does not stand where the step starts.
    """
    seen = await writing.seen(call, episode_id)
    if call.principal.org.kind == "leader":
        raise Forbidden("The delivery partner pauses, resumes and stops episodes.")
    await call.act_for_all()
    held, joining = await ending.hold(call, seen)
    step = writing.allowed(held, action)
    await ending.release(call, held, joining, step)
    await writing.write_step(call, held, step, reason)
    await call.act_for_client()
    return await get_episode(call, episode_id)
