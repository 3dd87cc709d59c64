"""What waits on whom."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of task: on whom it waits, and what they are to do."""

    waits_on: Actor
    label: str


KINDS = {
    "make_offer": Kind(Actor.BROKER, "Make the offer to the leader"),
    "answer_offer": Kind(Actor.LEADER, "Accept or decline the offer"),
    "agree": Kind(Actor.SUBJECT, "Agree to the leader, or refuse"),
    "approve": Kind(Actor.REGIONAL_DIRECTOR, "Approve the match, or reject it"),
    "sign_off_completion": Kind(Actor.SUBJECT, "Sign the completion off, or send it back"),
    "sign_off_claim": Kind(Actor.SUBJECT, "Sign the claim off, or refuse it"),
    "approve_fee": Kind(Actor.REGIONAL_DIRECTOR, "Approve the fee, or refuse it"),
    "recheck_designation": Kind(Actor.REGIONAL_DIRECTOR, "Uphold the leader's designation, or withdraw it"),
}
OF_OFFERS = {Actor.BROKER: "make_offer", Actor.LEADER: "answer_offer", Actor.SUBJECT: "agree"}
KIND_OF_STATE = {
    state.code: OF_OFFERS.get(state.waits_on, "approve") for state in STATES.values() if state.waits_on is not None
}


def filters_of(due: date | None, waits_on: str | None, region: str | None) -> repository.TaskFilters:
    """Return the filters; `due` takes the whole of its day. Unknown codes are refused."""
    kinds = None
    if waits_on is not None:
        kinds = [code for code, kind in KINDS.items() if kind.waits_on.value == waits_on]
        if not kinds:
            raise invalid("waits_on", "Nothing waits on such a one.", "unknown_code")
    before = datetime.combine(due + timedelta(days=1), time(), UTC) if due and due < date.max else None
    return repository.TaskFilters(before, kinds, region)


async def list_tasks(call: Call, filters: repository.TaskFilters, page: PageParameters) -> Response:
    """Answer with one page of tasks, or with all of them."""
    policy = support_policy(call.now.date())
    terms = repository.Terms(policy.broker_offers_in, policy.body_signs_in, policy.fees_answered_in)
    tasks = repository.Tasks(call.principal, call.now, terms, KIND_OF_STATE)

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
    kind = KINDS[row.kind]
    return {
        "id": str(row.id),
        "kind": row.kind,
        "label": kind.label,
        "waits_on": kind.waits_on.value,
        "due_at": row.due_at,
        "overdue": row.due_at < now,
        "subject": _subject(row),
        "region": row.region,
        **{name: str(value) if (value := getattr(row, name)) else None for name in LINKS},
    }


def _subject(row: Row[Any]) -> dict[str, Any] | None:
    if row.subject_kind is None:
        return None
    return {"kind": row.subject_kind, "id": row.subject_id, "name": row.subject_name}


OF_OFFER = ("need_id", "leader_id", "proposal_id", "offer_id", "episode_id")
LINKS = (*OF_OFFER, "claim_id", "contract_id", "fee_id", "recheck_id")
