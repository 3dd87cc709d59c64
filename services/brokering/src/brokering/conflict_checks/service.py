"""Asks responsible bodies about matches, and takes their answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.candidates.ranking import Ranked, rank_leaders
from brokering.candidates.service import rules_of_today
from brokering.conflict_checks import repository
from brokering.conflict_checks.errors import (
    AlreadyAnswered,
    ConflictCheckNotFound,
    NobodyToAsk,
)
from brokering.conflict_checks.schemas import AnswerRequest, ConflictCheck
from brokering.conflict_checks.working_days import working_days_after
from brokering.domain.conflicts import conflict_text
from brokering.domain.matching import Leader
from brokering.domain.matching_policy import ConflictKind, Treatment
from brokering.ledger.call import Call
from brokering.listing import list_by_id
from brokering.offers import making
from brokering.offers import repository as offers
from brokering.problems import ProposalNotFound
from shared.auth.principal import Principal
from shared.clock import utc_now
from shared.errors import Forbidden
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import json_response

CHANGED = "brokering.conflict-check.changed"
BODIES = ("trust:", "la:")
STATES = {True: "objected", False: "no_objection"}


def document(row: Mapping[Any, Any], today: date) -> dict[str, Any]:
    """Return a conflict check as the API shows it."""
    same = {name: row[name] for name in ("conflicts", "state", "asked_at", "due_on", "answer", "leader_reference")}
    ids = {name: str(row[name]) for name in ("id", "proposal_id", "need_id", "leader_id")}
    subject = {"kind": row["subject_kind"], "id": row["subject_id"], "name": row["subject_name"]}
    return {**ids, **same, "subject": subject, "overdue": row["state"] == "waiting" and row["due_on"] < today}


async def ask(call: Call, proposal_id: UUID) -> Response:
    """Ask the responsible body of a decided need about a proposed match; raises a Conflict that says what stands."""
    seen = await offers.find_proposal(call.session, call.principal, proposal_id)
    if seen is None:
        raise ProposalNotFound("There is no such proposal.")
    await call.act_for_all()
    need = await offers.need(call.session, seen.need_id)
    making.check_decided(need)
    bodies = [org for org in need.party_orgs if org.startswith(BODIES)]
    if not bodies:
        raise NobodyToAsk("No trust or local authority is known to answer for the school or trust in need.")
    policy, window = rules_of_today(call.now.date())
    ranked = await rank_leaders(call.session, policy, window, seen.need_id)
    leader = ranked.leader(str(seen.leader_id))
    check_id = new_id()
    values = {
        "id": check_id,
        "proposal_id": proposal_id,
        "need_id": seen.need_id,
        "leader_id": seen.leader_id,
        "leader_reference": leader.reference,
        "subject_kind": need.subject_kind,
        "subject_id": need.subject_id,
        "subject_name": need.subject_name,
        "conflicts": _found(ranked, leader),
        "asked_by": call.principal.subject,
        "asked_at": call.now,
        "due_on": working_days_after(call.now.date(), policy.answer_working_days),
        "tenancy_orgs": bodies,
        "tenancy_region": need.tenancy_region,
    }
    await repository.add(call.session, values)
    await _tell(call.session, check_id, "waiting")
    await call.act_for_client()
    return await _answered(call, check_id, status=201)


async def answer(call: Call, check_id: UUID, body: AnswerRequest) -> Response:
    """Take the responsible body's answer; raises AlreadyAnswered where there is one."""
    row = await repository.find(call.session, call.principal, check_id, lock=True)
    if row is None:
        raise ConflictCheckNotFound("There is no conflict check of this id that you may see.")
    if str(call.principal.org) not in row["tenancy_orgs"]:
        raise Forbidden("The responsible body itself answers.")
    if row["state"] != "waiting":
        raise AlreadyAnswered(f"It was answered on {row['answer']['at'][:10]}.")
    said = {"objects": body.objects, "reason": body.reason, "by": call.principal.subject}
    said |= {"org": str(call.principal.org), "at": call.now.isoformat()}
    await repository.answer(call.session, check_id, STATES[body.objects], said)
    await _tell(call.session, check_id, STATES[body.objects])
    return await _answered(call, check_id)


async def read(request: Request, session: AsyncSession, principal: Principal, check_id: UUID) -> Response:
    """Answer with one conflict check; raises ConflictCheckNotFound."""
    row = await repository.find(session, principal, check_id)
    if row is None:
        raise ConflictCheckNotFound("There is no conflict check of this id that you may see.")
    return json_response(request, document(row, utc_now().date()))


async def list_checks(
    request: Request, session: AsyncSession, principal: Principal, page: PageParameters, filters: Mapping[str, Any]
) -> Response:
    """Answer with a page, or with all of them."""
    today = utc_now().date()
    return await list_by_id(
        request,
        session,
        principal,
        page,
        filters,
        listed=repository,
        document=lambda row: document(row, today),
        model=ConflictCheck,
    )


def _found(ranked: Ranked, leader: Leader) -> list[dict[str, str]]:
    shown = [kind for kind in ConflictKind if kind != ConflictKind.OWN_ORGANISATION]  # may rest on an undecided flag
    told = [(kind, conflict_text(kind, ranked.policy, ranked.window, ranked.need, leader)) for kind in shown]
    return [
        {"kind": kind.value, "treatment": ranked.policy.conflicts[kind].value, "text": text}
        for kind, text in told
        if text is not None and ranked.policy.conflicts[kind] != Treatment.OFF
    ]


async def _answered(call: Call, check_id: UUID, status: int = 200) -> Response:
    row = await repository.find(call.session, call.principal, check_id)
    if row is None:
        raise ConflictCheckNotFound("There is no conflict check of this id that you may see.")
    headers = {"Location": f"/v1/conflict-checks/{check_id}"} if status == 201 else {}  # noqa: PLR2004
    return json_response(call.request, document(row, call.now.date()), status=status, headers=headers)


async def _tell(session: AsyncSession, check_id: UUID, state: str) -> None:
    await append_async(session, [NewEvent(CHANGED, str(check_id), {"id": str(check_id), "state": state})])
