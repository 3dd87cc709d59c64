"""The lists beside a leader's entry: availability, interests, designations, and the trail of changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from operator import itemgetter
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy import Row, RowMapping, Table
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.matching import Designation
from brokering.domain.values import say_days
from brokering.leaders import changes, own_record, repository
from brokering.leaders.record_schemas import NewStrengthEvidence
from brokering.leaders.repository import AVAILABILITY, DESIGNATIONS, EVIDENCE, INTERESTS
from brokering.leaders.service import read
from brokering.ledger import repository as ledger
from brokering.listing import Rows, list_rows
from brokering.offers import conflicts
from brokering.offers.errors import DaysPromised
from brokering.policies.documents import current_policy
from shared.auth.principal import Principal
from shared.auth.tenancy import bind_claims, bind_system_claims
from shared.clock import utc_now
from shared.errors import Conflict, NotFound, invalid
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import json_response

LISTS = {
    AVAILABILITY.name: "availability",
    INTERESTS.name: "interests",
    DESIGNATIONS.name: "designations",
    EVIDENCE.name: "strength_evidence",
}
ONE_OF = {**LISTS, INTERESTS.name: "interest", DESIGNATIONS.name: "designation"}


class InterestEnded(Conflict):
    """The interest has an end already."""

    slug = "interest-ended"
    title = "This interest has an end already"


async def list_entries(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    leader_id: UUID,
    table: Table,
    model: type[BaseModel],
    page: PageParameters,
) -> Response:
    """Answer with a page of a leader's availability, interests or designations, or with all of them."""
    await read(session, principal, leader_id)
    rows = Rows(
        fetch=lambda session, after, limit: repository.entries(session, table, leader_id, after, limit),
        count=lambda: repository.count_entries(session, table, leader_id),
        key=itemgetter("id"),
    )
    return await list_rows(request, session, page, rows, document=entry, model=model)


async def add_entry(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    leader_id: UUID,
    table: Table,
    values: Mapping[str, Any],
) -> Response:
    """Add an entry to one of a leader's lists."""
    await read(session, principal, leader_id, lock=True)
    own_record.refuse_list(principal, LISTS[table.name])
    by = "declared_by" if "declared_by" in table.c else "recorded_by"
    short = await _shortest(session, principal, leader_id) if table is AVAILABILITY else None
    row = await repository.add_entry(
        session, table, {**values, "id": new_id(), "leader_id": leader_id, by: principal.subject}
    )
    if table is AVAILABILITY:
        await _refuse_shorter(session, principal, leader_id, short)
    await _record(session, principal, table, None, row)
    return json_response(request, entry(row), status=201)


async def declare(
    request: Request, session: AsyncSession, principal: Principal, *, leader_id: UUID, values: Mapping[str, Any]
) -> Response:
    """Declare an interest; schools that have not answered an offer of the leader are shown it."""
    made = await add_entry(request, session, principal, leader_id=leader_id, table=INTERESTS, values=values)
    await conflicts.show_anew(session, principal, leader_id)
    return made


async def add_evidence(
    request: Request, session: AsyncSession, principal: Principal, *, leader_id: UUID, new: NewStrengthEvidence
) -> Response:
    """Say what a declared strength rests on; raises Unprocessable for an area that is not among the strengths."""
    leader = await read(session, principal, leader_id)
    if new.area not in leader["strengths"]:
        declared = ", ".join(leader["strengths"]) or "none"
        raise invalid("/area", f"Not among the strengths that the leader has declared: {declared}.", "not_a_strength")
    values = new.model_dump()
    return await add_entry(request, session, principal, leader_id=leader_id, table=EVIDENCE, values=values)


async def remove_availability(
    session: AsyncSession, principal: Principal, *, leader_id: UUID, entry_id: UUID
) -> Response:
    """Take days back that a leader cannot give after all; raises DaysPromised where they are promised already."""
    row = await _found(session, principal, AVAILABILITY, leader_id, entry_id)
    short = await _shortest(session, principal, leader_id)
    await repository.remove_entry(session, AVAILABILITY, entry_id)
    await _refuse_shorter(session, principal, leader_id, short)
    await _record(session, principal, AVAILABILITY, row, None)
    return Response(status_code=204)


async def end_interest(
    request: Request, session: AsyncSession, principal: Principal, *, leader_id: UUID, entry_id: UUID, ends_on: date
) -> Response:
    """Say when an interest ended; it counts for some years more. Raises InterestEnded where that is known already."""
    row = await _found(session, principal, INTERESTS, leader_id, entry_id)
    if row["ends_on"] is not None:
        raise InterestEnded(f"This interest ended on {row['ends_on']}.")
    if row["starts_on"] is not None and ends_on < row["starts_on"]:
        raise invalid("/ends_on", f"It began on {row['starts_on']}.", "before_start")
    ended = await repository.end_interest(session, entry_id, ends_on)
    await _record(session, principal, INTERESTS, row, ended)
    await conflicts.show_anew(session, principal, leader_id)
    return json_response(request, entry(ended))


async def _shortest(session: AsyncSession, principal: Principal, leader_id: UUID) -> Row[Any] | None:
    """Return the dates for which most is promised beyond what is given, to whomever it is promised."""
    await bind_system_claims(session)
    await ledger.lock(session, leaders=[leader_id])
    window = current_policy().window_from(utc_now().date())
    short = await repository.shortest_window(session, leader_id, window.starts_on, window.ends_on)
    await bind_claims(session, principal)
    return short


def _short_by(window: Row[Any] | None) -> int:
    return 0 if window is None else max(0, window.promised - int(window.given))


async def _refuse_shorter(
    session: AsyncSession, principal: Principal, leader_id: UUID, before: Row[Any] | None
) -> None:
    """Raise DaysPromised where a change takes away days of the dates for which they are promised.

    The database holds the same over all of a leader's entries, whatever their dates.
    """
    after = await _shortest(session, principal, leader_id)
    if after is not None and _short_by(after) > _short_by(before):
        raise DaysPromised(
            f"{say_days(after.promised)} are offered or reserved between {after.starts_on} and {after.ends_on}, and"
            f" the leader would give {say_days(int(after.given))} then."
        )


async def _found(
    session: AsyncSession, principal: Principal, table: Table, leader_id: UUID, entry_id: UUID
) -> RowMapping:
    await read(session, principal, leader_id, lock=True)
    own_record.refuse_list(principal, LISTS[table.name])
    row = await repository.find_entry(session, table, leader_id, entry_id)
    if row is None:
        raise NotFound("The leader has no such entry.")
    return row


async def _record(
    session: AsyncSession, principal: Principal, table: Table, before: RowMapping | None, after: RowMapping | None
) -> None:
    row = before if after is None else after
    if row is None:
        raise LookupError("a change has a before or an after")
    said = [None if each is None else told(each) for each in (before, after)]
    made = changes.entry(principal, row["leader_id"], (ONE_OF[table.name], row["id"]), said[0], said[1])
    await changes.record(session, [made])


def told(row: RowMapping) -> dict[str, Any]:
    """Return what an entry says; who entered it and when stands beside the change."""
    beside = {"id", "recorded_at", "recorded_by", "declared_at", "declared_by", "standing"}
    return {name: value for name, value in entry(row).items() if name not in beside}


def entry(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return an entry as the API shows it."""
    shown = {name: value for name, value in row.items() if name != "leader_id"}
    shown["id"] = str(shown["id"])
    if "days" in shown:
        shown["days"] = float(shown["days"])
    if "valid_from" in shown:
        held = Designation(shown["status"], shown["valid_from"], shown["valid_to"])
        shown["standing"] = held.standing(utc_now().date())
    return shown
