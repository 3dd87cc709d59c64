"""The review that every urgent decision gets once those concerned have been heard."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.errors import invalid
from shared.events.outbox import NewEvent, append_async
from shared.responses import json_response
from triage.decisions import repository
from triage.decisions.deciding import hearing_of, not_heard
from triage.decisions.schemas import NewReview
from triage.domain.procedure import Hearing, blocks, codes
from triage.notices.service import require_office
from triage.problems import DecisionNotFound, NothingToReview
from triage.procedure import repository as procedures
from triage.procedure.documents import PROCEDURE
from triage.procedure.service import procedure_on, refuse_words

DECISION_REVIEWED: Final = "triage.decision.reviewed"


async def review(
    request: Request, session: AsyncSession, principal: Principal, *, decision_id: UUID, wanted: NewReview, on: date
) -> Response:
    """Review an urgent decision: it stands, or another one is to take its place."""
    decision = await repository.to_review(session, decision_id, principal)
    if decision is None:
        raise DecisionNotFound("There is no such decision.")
    procedure = await _procedure(session, decision, on)
    require_office(principal, [each["role"] for each in procedure["authorisers"]], decision["tenancy_region"])
    outcomes = codes(procedure["urgent"]["review_outcomes"])
    if wanted.outcome not in outcomes:
        raise invalid("/outcome", f"The outcome is one of {', '.join(outcomes)}.", "unknown_code")
    refuse_words(procedure, {"/reason": wanted.reason})
    _check_open(decision)
    hearing = _hearing(decision)
    body = hearing.body_org if hearing else None
    if found := blocks(procedure, hearing, tier=decision["tier"], body_org=body, on=on):
        raise not_heard(found)
    values = {"id": decision_id, "outcome": wanted.outcome, "reason": wanted.reason, "by": principal.subject}
    await repository.review(session, values)
    await append_async(session, [_event(decision, wanted)])
    row = await repository.get(session, decision_id, principal)
    return json_response(request, dict(row or {}))


async def _procedure(session: AsyncSession, decision: RowMapping, on: date) -> dict[str, Any]:
    """The version by which the decision was made."""
    if decision["procedure_version"] is not None:
        held = await procedures.version(session, PROCEDURE, decision["procedure_version"])
        if held is not None:
            document: dict[str, Any] = held["document"]
            return document
    return await procedure_on(session, on)


def _hearing(decision: RowMapping) -> Hearing | None:
    return hearing_of(decision, "notice_tier") if decision["notice_id"] else None


def _check_open(decision: RowMapping) -> None:
    if decision["urgent_ground"] is None:
        raise NothingToReview("Only a decision made by the urgent route is reviewed.")
    if decision["reviewed_at"] is not None:
        raise NothingToReview("The decision has been reviewed.")
    if decision["superseded_at"] is not None:
        raise NothingToReview("Another decision took the place of this one.")


def _event(decision: RowMapping, wanted: NewReview) -> NewEvent:
    data = {"urn": decision["urn"], "decision_id": str(decision["id"]), "outcome": wanted.outcome}
    return NewEvent(DECISION_REVIEWED, str(decision["urn"]), data)
