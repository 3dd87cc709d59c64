"""Deciding, and reading what was decided."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.errors import FieldProblem, Unprocessable, invalid
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import json_response
from triage.decisions import repository
from triage.decisions.schemas import Decision, NewDecision
from triage.domain.deciding import faults
from triage.listing import list_by_id
from triage.policies import repository as policies
from triage.problems import AlreadyDecided, AssessmentNotFound, AssessmentSuperseded, DecisionNotFound

DECISION_MADE = "triage.decision.made"
COLUMNS: Final = tuple(Decision.model_fields)


async def decide(
    request: Request, session: AsyncSession, principal: Principal, urn: int, wanted: NewDecision
) -> Response:
    """Make a decision; its event is written with it."""
    assessment = await _assessment(session, principal, urn, wanted)
    await _check(session, assessment, wanted)
    supersedes = await _superseded(session, assessment, wanted)
    row = await repository.add(session, _values(principal, assessment, wanted, supersedes))
    await append_async(session, [_event(row, assessment)])
    return json_response(request, dict(row), status=201, headers={"Location": f"/v1/decisions/{row['id']}"})


async def _assessment(session: AsyncSession, principal: Principal, urn: int, wanted: NewDecision) -> RowMapping:
    found = await repository.assessment(session, wanted.assessment_id, principal)
    if found is None:
        raise AssessmentNotFound("There is no such assessment.")
    if found["urn"] != urn:
        raise invalid("/assessment_id", "This assessment is of another school.", "other_school")
    if not found["is_current"]:
        raise AssessmentSuperseded("Decide on the current assessment of the school; read it and its reasons first.")
    return found


async def _check(session: AsyncSession, assessment: RowMapping, wanted: NewDecision) -> None:
    version = await policies.version(session, assessment["scheme"], assessment["policy_version"])
    if version is not None and wanted.effective_on < version["in_force_from"]:
        detail = f"The version of the scheme that this rests on is in force from {version['in_force_from']} only."
        raise invalid("/effective_on", detail, "before_the_scheme")
    found = faults(
        version["document"].get("decision") if version else None,
        proposed=assessment["result"],
        tier=wanted.tier,
        route=wanted.route,
        actions=wanted.actions,
        reason=wanted.reason,
    )
    if found:
        problems = [FieldProblem(f"/{each.field}", each.detail, each.code) for each in found]
        raise Unprocessable("The decision cannot be made like this; `errors` says why.", errors=problems)


async def _superseded(session: AsyncSession, assessment: RowMapping, wanted: NewDecision) -> UUID | None:
    """The decision whose place the new one takes.

    A second decision on one assessment has to name the first. One on a newer assessment takes the place of what was
    decided on an older one by itself.
    """
    current = await repository.current(session, assessment["urn"], assessment["scheme"])
    if wanted.supersedes is not None and (current is None or current["id"] != wanted.supersedes):
        raise AlreadyDecided("The decision named in `supersedes` is not the current one on this school.")
    if current is None:
        return None
    if wanted.supersedes is None and current["assessment_id"] == assessment["id"]:
        raise AlreadyDecided(f"Decision {current['id']} was made on this assessment; name it in `supersedes`.")
    superseded: UUID = current["id"]
    return superseded


def _values(
    principal: Principal, assessment: RowMapping, wanted: NewDecision, supersedes: UUID | None
) -> dict[str, Any]:
    return {
        **wanted.model_dump(),
        "id": new_id(),
        "urn": assessment["urn"],
        "scheme": assessment["scheme"],
        "proposed": assessment["result"],
        "authoriser": principal.subject,
        "authoriser_role": principal.role,
        "supersedes": supersedes,
    }


def _event(row: RowMapping, assessment: RowMapping) -> NewEvent:
    data = {
        "urn": row["urn"],
        "decision_id": str(row["id"]),
        "scheme": row["scheme"],
        "tier": row["tier"],
        "route": row["route"],
        "proposed": row["proposed"],
        "assessment_id": str(row["assessment_id"]),
        "effective_on": row["effective_on"].isoformat(),
        "action_areas": list(assessment["action_areas"]),
        "supersedes": str(row["supersedes"]) if row["supersedes"] else None,
    }
    return NewEvent(DECISION_MADE, str(row["urn"]), data)


async def get(request: Request, session: AsyncSession, principal: Principal, decision_id: UUID) -> Response:
    """Answer with one decision."""
    row = await repository.get(session, decision_id, principal)
    if row is None:
        raise DecisionNotFound("There is no such decision.")
    return json_response(request, dict(row))


async def of_school(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    urn: int,
    as_of: date | None,
    page: PageParameters,
) -> Response:
    """Answer with the decisions on a school, newest first."""

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.of_school(session, principal, urn=urn, as_of=as_of, after=after, limit=limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count(session, principal, urn=urn, as_of=as_of),
        document=dict,
        columns=COLUMNS,
    )
