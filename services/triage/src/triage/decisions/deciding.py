"""Making a decision: after those concerned have been heard, or by the urgent route."""

from collections.abc import Mapping
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
from shared.responses import json_response
from triage.decisions import repository
from triage.decisions.schemas import NewDecision
from triage.domain.deciding import Required, effective_faults, faults, requirements
from triage.domain.procedure import Block, Hearing, blocks, codes, untold, urgent_faults
from triage.notices import repository as notices
from triage.notices.giving import give
from triage.notices.service import require_office, require_religious_authority
from triage.policies import repository as policies
from triage.problems import AlreadyDecided, AssessmentNotFound, AssessmentSuperseded, NotHeard
from triage.procedure.service import calendar_of, procedure_on, refused_words

DECISION_MADE: Final = "triage.decision.made"


async def decide(
    request: Request, session: AsyncSession, principal: Principal, *, urn: int, wanted: NewDecision, on: date
) -> Response:
    """Make a decision; its event is written with it."""
    procedure = await procedure_on(session, on)
    subject = await _subject(session, principal, urn, wanted)
    require_office(principal, [each["role"] for each in procedure["authorisers"]], subject["region"])
    if not subject["is_current"]:
        raise AssessmentSuperseded("Decide on the current assessment of the school; read it and its reasons first.")
    await _check(session, subject, wanted, procedure, on)
    notice_id = None if wanted.urgent else await _heard(session, subject, wanted, procedure, on)
    supersedes = await _superseded(session, subject, wanted)
    if wanted.urgent:
        notice_id = await _urgent_notice(session, principal, subject, procedure, wanted, on)
    values = _values(principal, subject, wanted, procedure)
    values |= {
        "supersedes": supersedes,
        "notice_id": notice_id,
        **await _dates(session, subject, wanted, procedure, on),
    }
    row = await repository.add(session, values)
    await append_async(session, [_event(row, subject)])
    return json_response(request, dict(row), status=201, headers={"Location": f"/v1/decisions/{row['id']}"})


async def _urgent_notice(  # noqa: PLR0917 - what giving notice takes
    session: AsyncSession,
    principal: Principal,
    subject: RowMapping,
    procedure: dict[str, Any],
    wanted: NewDecision,
    on: date,
) -> UUID:
    """The notice that goes to everybody with an urgent decision."""
    named = wanted.urgent.religious_authority if wanted.urgent else None
    require_religious_authority(procedure, subject, named, "/urgent/religious_authority")
    return await give(
        session,
        principal,
        subject,
        procedure,
        tier=wanted.tier,
        on=on,
        grounds=wanted.reason,
        religious_authority=named,
        urgent=True,
    )


async def _subject(session: AsyncSession, principal: Principal, urn: int, wanted: NewDecision) -> RowMapping:
    found = await notices.subject(session, wanted.assessment_id, principal)
    if found is None:
        raise AssessmentNotFound("There is no such assessment.")
    if found["urn"] != urn:
        raise invalid("/assessment_id", "This assessment is of another school.", "other_school")
    return found


async def _check(
    session: AsyncSession, subject: RowMapping, wanted: NewDecision, procedure: Mapping[str, Any], on: date
) -> None:
    version = await policies.version(session, subject["scheme"], subject["policy_version"])
    if version is not None and wanted.effective_on < version["in_force_from"]:
        detail = f"The version of the scheme that this rests on is in force from {version['in_force_from']} only."
        raise invalid("/effective_on", detail, "before_the_scheme")
    found = faults(
        version["document"].get("decision") if version else None,
        proposed=subject["result"],
        tier=wanted.tier,
        route=wanted.route,
        actions=wanted.actions,
        reason=wanted.reason,
        required=_required(subject, wanted, procedure),
    ) + effective_faults(
        procedure, effective_on=wanted.effective_on, proposed_on=subject["as_of"], on=on, reason=wanted.reason
    )
    problems = [FieldProblem(f"/{each.field}", each.detail, each.code) for each in found]
    problems += _reason_problems(wanted, procedure)
    problems += _urgent_problems(subject, wanted, procedure)
    problems += refused_words(procedure, _words(wanted))
    if problems:
        raise Unprocessable("The decision cannot be made like this; `errors` says why.", errors=problems)


def _words(wanted: NewDecision) -> dict[str, str | None]:
    """What the director wrote, by its pointer; the school reads all of it."""
    conditions = {f"/conditions/{place}": text for place, text in enumerate(wanted.conditions)}
    consulted = {f"/consulted/{place}": text for place, text in enumerate(wanted.consulted)}
    return {"/reason": wanted.reason, **conditions, **consulted}


def _required(subject: RowMapping, wanted: NewDecision, procedure: Mapping[str, Any]) -> Required:
    return requirements(
        procedure,
        tier=wanted.tier,
        consulted=wanted.consulted,
        body_org=subject["body_org"],
        urgent=wanted.urgent is not None,
    )


def _reason_problems(wanted: NewDecision, procedure: Mapping[str, Any]) -> list[FieldProblem]:
    known = codes(procedure["decision"]["reasons"])
    if wanted.reason_code is None or wanted.reason_code in known:
        return []
    return [FieldProblem("/reason_code", f"The reason is one of {', '.join(known)}.", "unknown_code")]


def _urgent_problems(subject: RowMapping, wanted: NewDecision, procedure: Mapping[str, Any]) -> list[FieldProblem]:
    if wanted.urgent is None:
        return []
    categories = [subject["category_of_concern"]] if subject["category_of_concern"] else []
    found = urgent_faults(procedure, tier=wanted.tier, ground=wanted.urgent.ground, categories=categories)
    problems = [FieldProblem("/urgent/ground", each.detail, each.code) for each in found]
    if wanted.reason is None and wanted.tier == subject["result"]:
        problems.append(FieldProblem("/reason", "The urgent route needs a reason.", "reason_required"))
    return problems


async def _heard(
    session: AsyncSession, subject: RowMapping, wanted: NewDecision, procedure: Mapping[str, Any], on: date
) -> UUID:
    """The notice on which those concerned were heard; raises NotHeard with all that is still to come."""
    notice = await notices.live(session, subject["id"])
    found = blocks(procedure, hearing_of(notice), tier=wanted.tier, body_org=subject["body_org"], on=on)
    found += untold(notice["recipients"]) if notice is not None else []
    if found or notice is None:
        raise not_heard(found)
    notice_id: UUID = notice["id"]
    return notice_id


def not_heard(found: list[Block]) -> NotHeard:
    """The conflict that says what still stands in the way of a step."""
    problems = [FieldProblem("/assessment_id", each.detail, each.code) for each in found]
    return NotHeard(" ".join(each.detail for each in found), errors=problems)


def hearing_of(notice: RowMapping | None, tier: str = "tier") -> Hearing | None:
    """What came of a notice; `tier` names the column of its tier."""
    if notice is None:
        return None
    known = frozenset(each["party"] for each in notice["recipients"] if each["org"] is not None)
    heard = frozenset(notice["heard"])
    return Hearing(notice[tier], notice["representations_until"], known, heard, notice["body_org"])


async def _superseded(session: AsyncSession, subject: RowMapping, wanted: NewDecision) -> UUID | None:
    """The decision whose place the new one takes.

    A second decision on one assessment has to name the first, and an urgent one an urgent one that is still to be
    reviewed: its review ends with it. Any other on a newer assessment takes the place of what was decided by itself.
    """
    current = await repository.current(session, subject["urn"], subject["scheme"])
    if wanted.supersedes is not None and (current is None or current["id"] != wanted.supersedes):
        raise AlreadyDecided("The decision named in `supersedes` is not the current one on this school.")
    if current is None:
        return None
    if wanted.supersedes is None and current["assessment_id"] == subject["id"]:
        raise AlreadyDecided(f"Decision {current['id']} was made on this assessment; name it in `supersedes`.")
    if wanted.supersedes is None and wanted.urgent is not None and current["to_be_reviewed"]:
        detail = f"Decision {current['id']} was urgent and is still to be reviewed: name it in `supersedes`."
        raise AlreadyDecided(detail)
    if wanted.reason is None:
        detail = f"This takes the place of decision {current['id']}: say why."
        raise invalid("/reason", detail, "reason_required_to_supersede")
    superseded: UUID = current["id"]
    return superseded


def _values(
    principal: Principal, subject: RowMapping, wanted: NewDecision, procedure: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        **wanted.model_dump(exclude={"urgent"}),
        "id": new_id(),
        "urn": subject["urn"],
        "scheme": subject["scheme"],
        "proposed": subject["result"],
        "authoriser": principal.subject,
        "authoriser_role": principal.role,
        "urgent_ground": wanted.urgent.ground if wanted.urgent else None,
        "procedure_version": procedure["version"],
    }


async def _dates(
    session: AsyncSession, subject: RowMapping, wanted: NewDecision, procedure: Mapping[str, Any], on: date
) -> dict[str, date | None]:
    calendar = await calendar_of(session, subject["la_code"], on)
    review = calendar.after(on, procedure["urgent"]["review_school_days"]).on if wanted.urgent else None
    return {"review_by": review, "publish_by": calendar.after(on, procedure["publication"]["within_school_days"]).on}


def _event(row: RowMapping, subject: RowMapping) -> NewEvent:
    data = {
        "urn": row["urn"],
        "decision_id": str(row["id"]),
        "scheme": row["scheme"],
        "tier": row["tier"],
        "route": row["route"],
        "proposed": row["proposed"],
        "assessment_id": str(row["assessment_id"]),
        "effective_on": row["effective_on"].isoformat(),
        "action_areas": list(subject["action_areas"]),
        "supersedes": str(row["supersedes"]) if row["supersedes"] else None,
    }
    return NewEvent(DECISION_MADE, str(row["urn"]), data)
