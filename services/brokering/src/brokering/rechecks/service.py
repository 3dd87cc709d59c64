"""Reads and answers re-checks of designations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import RowMapping

from brokering.leaders import changes
from brokering.leaders.records import told
from brokering.ledger.call import Call
from brokering.listing import list_by_id
from brokering.rechecks import raising, repository
from brokering.rechecks.errors import RecheckAnswered, RecheckNotFound
from brokering.rechecks.schemas import Recheck, RecheckAnswer
from shared.errors import Forbidden
from shared.pagination import PageParameters
from shared.responses import json_response

SAME = ("leader_reference", "inspected_on", "findings", "policy_version", "state", "raised_at", "due_at", "answer")


def document(row: Mapping[Any, Any], now: datetime) -> dict[str, Any]:
    """Return a re-check as the API shows it."""
    return {
        "id": str(row["id"]),
        "leader_id": str(row["leader_id"]),
        "school": {"urn": row["urn"], "name": row["school_name"]},
        **{name: row[name] for name in SAME},
        "overdue": row["state"] == "waiting" and row["due_at"] < now,
    }


async def list_rechecks(call: Call, page: PageParameters, filters: Mapping[str, Any]) -> Response:
    """Answer with a page, or with all of them."""
    return await list_by_id(
        call.request,
        call.session,
        call.principal,
        page,
        filters,
        listed=repository,
        document=lambda row: document(row, call.now),
        model=Recheck,
    )


async def read(call: Call, recheck_id: UUID) -> Response:
    """Answer with one re-check; raises RecheckNotFound."""
    return json_response(call.request, document(await _found(call, recheck_id), call.now))


async def answer(call: Call, recheck_id: UUID, body: RecheckAnswer) -> Response:
    """Take the answer; a withdrawal ends the designation before today. Accepted matches are not touched.

    Raises RecheckNotFound, Forbidden for a leader of another region, RecheckAnswered.
    """
    row = await _found(call, recheck_id, lock=True)
    if not (call.principal.sees_everything or row["region"] is None or row["region"] in call.principal.regions):
        raise Forbidden(f"The leader belongs to {row['region']}: its regional director answers.")
    if row["state"] != "waiting":
        raise RecheckAnswered(f"It was answered on {row['answer']['at'][:10]}: {row['state']}.")
    said = {"outcome": body.outcome, "reason": body.reason, "by": call.principal.subject}
    said |= {"role": call.principal.role, "at": call.now.isoformat()}
    await repository.answer(call.session, recheck_id, body.outcome, said)
    if body.outcome == "withdrawn":
        await _withdraw(call, row["leader_id"])
    answered = await _found(call, recheck_id)
    await raising.tell(call.session, [answered])
    return json_response(call.request, document(answered, call.now))


async def _withdraw(call: Call, leader_id: UUID) -> None:
    ended = await repository.end_designations(call.session, leader_id, call.now.date())
    added = await repository.add_withdrawal(call.session, leader_id, call.now.date(), call.principal.subject)
    trail = [(after, told(before)) for before, after in ended] + [(added, None)]
    made = [
        changes.entry(call.principal, leader_id, ("designation", row["id"]), before, told(row)) for row, before in trail
    ]
    await changes.record(call.session, made)


async def _found(call: Call, recheck_id: UUID, *, lock: bool = False) -> RowMapping:
    row = await repository.find(call.session, call.principal, recheck_id, lock=lock)
    if row is None:
        raise RecheckNotFound("There is no re-check of this id that you may see.")
    return row
