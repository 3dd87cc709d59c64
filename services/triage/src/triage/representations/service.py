"""Hearing the parties."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.errors import Forbidden, invalid
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import json_response
from triage.listing import list_by_id
from triage.problems import AssessmentNotFound, NotOpen
from triage.procedure import repository as procedures
from triage.procedure.documents import PROCEDURE, newest
from triage.representations import repository
from triage.representations.schemas import NewRepresentation, Representation

REPRESENTATION_MADE: Final = "triage.representation.made"
COLUMNS: Final = tuple(Representation.model_fields)


async def make(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    assessment_id: UUID,
    wanted: NewRepresentation,
    on: date,
) -> Response:
    """Store what a party says while the time is open."""
    notice = await repository.notice_on(session, assessment_id, principal)
    if notice is None:
        if not await repository.is_seen(session, assessment_id, principal):
            raise AssessmentNotFound("There is no such assessment.")
        raise NotOpen("No notice of this proposal has been given to your organisation.")
    party = _party(notice, principal)
    _check_open(notice, on)
    await _check_position(session, notice, wanted)
    row = await repository.add(session, _values(notice, principal, party, wanted, assessment_id))
    await append_async(session, [_event(row)])
    headers = {"Location": f"/v1/assessments/{assessment_id}/representations"}
    return json_response(request, dict(row), status=201, headers=headers)


def _party(notice: RowMapping, principal: Principal) -> str:
    """The party that speaks: it has been told, and the token is of its organisation."""
    mine = [each["party"] for each in notice["recipients"] if each["org"] == str(principal.org)]
    if not mine:
        raise Forbidden("Representations are made by those the notice was given to.")
    party: str = mine[0]
    return party


def _check_open(notice: RowMapping, on: date) -> None:
    """Raise NotOpen unless representations are open. After an urgent decision they are: that is when it is heard."""
    if notice["replaced_at"] is not None:
        raise NotOpen("Another notice took the place of this one; it has not been given to your organisation yet.")
    if notice["lapsed_at"] is not None and not notice["urgent"]:
        raise NotOpen("The proposal that the notice was about no longer stands; a new notice would follow.")
    if notice["decided"] and not notice["urgent"]:
        raise NotOpen("The decision has been made.")
    until = notice["representations_until"]
    if until is None:
        raise NotOpen("Others are still to be told; the time opens once everybody has been.")
    if on > until:
        raise NotOpen(f"Representations were open until {until}.")


async def _check_position(session: AsyncSession, notice: RowMapping, wanted: NewRepresentation) -> None:
    held = await procedures.version(session, PROCEDURE, notice["procedure_version"])
    rules = (held["document"] if held else newest(PROCEDURE))["representations"]
    positions = {each["code"]: each for each in rules["positions"]}
    if wanted.position not in positions:
        raise invalid("/position", f"The position is one of {', '.join(positions)}.", "unknown_code")
    if wanted.text is None and positions[wanted.position]["text_required"]:
        raise invalid("/text", f"{wanted.position}: say what you have to say.", "text_required")


def _values(
    notice: RowMapping, principal: Principal, party: str, wanted: NewRepresentation, assessment_id: UUID
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "notice_id": notice["id"],
        "assessment_id": assessment_id,
        "urn": notice["urn"],
        "party": party,
        "org": str(principal.org),
        "position": wanted.position,
        "text": wanted.text,
        "made_by": principal.subject,
        "tenancy_orgs": [str(principal.org)],
        "tenancy_region": notice["tenancy_region"],
    }


def _event(row: RowMapping) -> NewEvent:
    data = {
        "representation_id": str(row["id"]),
        "notice_id": str(row["notice_id"]),
        "assessment_id": str(row["assessment_id"]),
        "urn": row["urn"],
        "party": row["party"],
        "position": row["position"],
    }
    return NewEvent(REPRESENTATION_MADE, str(row["urn"]), data)


async def of_assessment(
    request: Request, session: AsyncSession, principal: Principal, *, assessment_id: UUID, page: PageParameters
) -> Response:
    """Answer with what was said on an assessment, newest first: a party reads what it said itself."""
    if not await repository.is_seen(session, assessment_id, principal):
        raise AssessmentNotFound("There is no such assessment.")

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.page(session, principal, assessment_id=assessment_id, after=after, limit=limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count(session, principal, assessment_id),
        document=dict,
        columns=COLUMNS,
    )
