"""What waits on whom."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.offer_states import STATES, Actor
from brokering.ledger.call import Call
from brokering.ledger.policy import support_policy
from brokering.listing import page_after_page, streamed
from brokering.tasks import repository
from brokering.tasks.schemas import Task
from shared.errors import invalid
from shared.pagination import PageParameters, page_of
from shared.responses import page_response

KINDS = {
    Actor.BROKER: ("make_offer", "Make the offer to the leader"),
    Actor.LEADER: ("answer_offer", "Accept or decline the offer"),
    Actor.SUBJECT: ("agree", "Agree to the leader, or refuse"),
    Actor.REGIONAL_DIRECTOR: ("approve", "Approve the match, or reject it"),
}


def filters_of(due: date | None, waits_on: str | None, region: str | None) -> repository.TaskFilters:
    """Return the filters; `due` takes the whole of its day. Unknown codes are refused."""
    states = None
    if waits_on is not None:
        states = [state.code for state in STATES.values() if state.waits_on and state.waits_on.value == waits_on]
        if not states:
            raise invalid("waits_on", "Nothing waits on such a one.", "unknown_code")
    before = datetime.combine(due + timedelta(days=1), time(), UTC) if due and due < date.max else None
    return repository.TaskFilters(before, states, region)


async def list_tasks(call: Call, filters: repository.TaskFilters, page: PageParameters) -> Response:
    """Answer with one page of tasks, or with all of them."""
    tasks = repository.Tasks(call.principal, call.now, support_policy(call.now.date()).broker_offers_in)

    def every(session: AsyncSession) -> AsyncIterator[Row[Any]]:
        async def fetch(after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Row[Any]]:
            return await tasks.page(session, filters, after=after, limit=limit)

        return page_after_page(fetch, lambda row: (row.due_at, row.id))

    def document(row: Row[Any]) -> dict[str, Any]:
        return _document(row, call.now)

    if whole := streamed(call.request, every, document=document, model=Task):
        return whole
    rows = await tasks.page(call.session, filters, after=_after(page), limit=page.limit + 1)
    total = await tasks.count(call.session, filters) if page.include_total else None
    documents = [document(row) for row in rows]

    def key(task: dict[str, Any]) -> tuple[str, str]:
        return task["due_at"].isoformat(), task["id"]

    return page_response(call.request, page_of(call.request, page, documents, key, total=total))


def _after(page: PageParameters) -> tuple[datetime, UUID] | None:
    key = page.key(str, str)
    if key is None:
        return None
    try:
        return datetime.fromisoformat(str(key[0])), UUID(str(key[1]))
    except ValueError as error:
        raise invalid("after", "This cursor was not made by this list.", "bad_cursor") from error


def _document(row: Row[Any], now: datetime) -> dict[str, Any]:
    actor = STATES[row.state].waits_on or Actor.BROKER
    kind, label = KINDS[actor]
    return {
        "id": str(row.id),
        "kind": kind,
        "label": label,
        "waits_on": actor.value,
        "due_at": row.due_at,
        "overdue": row.due_at < now,
        "subject": {"kind": row.subject_kind, "id": row.subject_id, "name": row.subject_name},
        "region": row.region,
        "need_id": str(row.need_id),
        "leader_id": str(row.leader_id),
        "proposal_id": str(row.proposal_id),
        "offer_id": str(row.offer_id) if row.offer_id else None,
    }
