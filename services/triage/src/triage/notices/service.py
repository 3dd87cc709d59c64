"""Notices as clients give and read them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.errors import Forbidden, invalid
from shared.events.outbox import append_async
from shared.pagination import PageParameters
from shared.responses import json_response
from triage.assessments.redaction import is_party
from triage.domain.procedure import religious_authority_faults, untold
from triage.listing import list_by_id
from triage.notices import repository
from triage.notices.giving import give
from triage.notices.repository import NoticeFilter
from triage.notices.schemas import NewNotice, Notice
from triage.notices.serving import served_event, tell_next, times, told_orgs
from triage.policies import repository as policies
from triage.problems import AssessmentNotFound, AssessmentSuperseded, NoticeGiven, NoticeNotFound
from triage.procedure import repository as procedures
from triage.procedure.documents import PROCEDURE
from triage.procedure.service import calendar_and_version, procedure_on, refuse_words

COLUMNS = tuple(Notice.model_fields)


async def create(
    request: Request, session: AsyncSession, principal: Principal, wanted: NewNotice, on: date
) -> Response:
    """Give notice of what is intended on the current assessment of a school."""
    procedure = await procedure_on(session, on)
    subject = await repository.subject(session, wanted.assessment_id, principal)
    if subject is None:
        raise AssessmentNotFound("There is no such assessment.")
    require_office(principal, procedure["notice_givers"], subject["region"])
    if not subject["is_current"]:
        raise AssessmentSuperseded("Give notice on the current assessment of the school; read its reasons first.")
    tier = await _tier(session, subject, wanted, procedure)
    refuse_words(procedure, {"/grounds": wanted.grounds})
    require_religious_authority(procedure, subject, wanted.religious_authority, "/religious_authority")
    standing = await repository.live(session, subject["id"])
    if (
        standing is not None
        and standing["tier"] == tier
        and standing["body_org"] == subject["body_org"]
        and not untold(standing["recipients"])
    ):
        raise NoticeGiven(f"Notice {standing['id']} of {tier} has been given on this assessment.")
    given = await give(
        session,
        principal,
        subject,
        procedure,
        tier=tier,
        on=on,
        grounds=wanted.grounds,
        religious_authority=wanted.religious_authority,
    )
    document = await _document(session, principal, given, on)
    return json_response(request, document, status=201, headers={"Location": f"/v1/notices/{given}"})


def require_office(principal: Principal, roles: Sequence[str], region: str | None) -> None:
    """Raise Forbidden unless the person holds one of these roles, for the region of the school."""
    if principal.role not in roles:
        raise Forbidden(f"This is for {' or '.join(roles)}.")
    if region not in principal.regions:
        raise Forbidden("The token does not name the region of the school.")


def require_religious_authority(
    procedure: Mapping[str, Any], subject: RowMapping, named: str | None, pointer: str
) -> None:
    """Raise Unprocessable where the order of notices names the school's religious authority and nobody did."""
    for fault in religious_authority_faults(procedure, subject["religious_character"], named):
        raise invalid(pointer, fault.detail, fault.code)


async def _tier(session: AsyncSession, subject: RowMapping, wanted: NewNotice, procedure: Mapping[str, Any]) -> str:
    version = await policies.version(session, subject["scheme"], subject["policy_version"])
    rules = version["document"].get("decision") if version else None
    if rules is None:
        raise invalid("/assessment_id", "Nothing is decided under this scheme.", "not_decided_under_this_scheme")
    tiers: list[str] = procedure["tiers"]
    tier = wanted.tier or subject["result"]
    if tier not in rules["tiers"] or tier not in tiers:
        raise invalid("/tier", f"Name the tier that is intended: {', '.join(rules['tiers'])}.", "unknown_tier")
    proposed = tiers.index(subject["result"]) if subject["result"] in tiers else -1
    if tiers.index(tier) > proposed and wanted.grounds is None:
        raise invalid("/grounds", f"{subject['result']} was proposed: say why {tier} is intended.", "grounds_required")
    return tier


async def serve(request: Request, session: AsyncSession, principal: Principal, notice_id: UUID, on: date) -> Response:
    """Tell those of the next step; the time to speak begins with the last of them."""
    notice = await repository.get(session, notice_id, principal, on, held=True)
    if notice is None:
        raise NoticeNotFound("There is no such notice.")
    version = await procedures.version(session, PROCEDURE, notice["procedure_version"])
    procedure = version["document"] if version else await procedure_on(session, on)
    require_office(principal, procedure["notice_givers"], notice["tenancy_region"])
    if notice["state"] != "being_served":
        raise NoticeGiven(f"The notice is {notice['state']}: nobody is left to be told.")
    recipients = tell_next(notice["recipients"], on)
    calendar = await calendar_and_version(session, notice["la_code"], on)
    decide_in = procedure["decision"]["within_school_days"]
    dates = times(recipients, calendar, on, school_days=notice["school_days"], decide_in=decide_in)
    values = {"id": notice_id, "recipients": recipients, "tenancy_orgs": told_orgs(recipients), **dates}
    await repository.serve(session, values)
    before = {each["party"] for each in notice["recipients"] if each["told_on"] is not None}
    told = [each for each in recipients if each["party"] not in before]
    await append_async(session, [served_event({**notice, **dates}, told, on)])
    return json_response(request, await _document(session, principal, notice_id, on))


def document_of(row: RowMapping, principal: Principal) -> dict[str, Any]:
    """The Notice document for this client: who in the department gave it stays there."""
    return {**row, "issued_by": None} if is_party(principal) else dict(row)


async def _document(session: AsyncSession, principal: Principal, notice_id: UUID, on: date) -> dict[str, Any]:
    row = await repository.get(session, notice_id, principal, on)
    if row is None:
        raise NoticeNotFound("There is no such notice.")
    return document_of(row, principal)


async def get(request: Request, session: AsyncSession, principal: Principal, notice_id: UUID, on: date) -> Response:
    """Answer with one notice."""
    return json_response(request, await _document(session, principal, notice_id, on))


async def list_notices(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    wanted: NoticeFilter,
    page: PageParameters,
    on: date,
) -> Response:
    """Answer with notices, newest first."""

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.page(session, wanted, principal, on=on, after=after, limit=limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count(session, wanted, principal, on=on),
        document=lambda row: document_of(row, principal),
        columns=COLUMNS,
    )
