"""Giving notice, by itself or with an urgent decision."""

from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.events.outbox import append_async
from shared.ids import new_id
from triage.assessments.redaction import confidential_rules
from triage.domain.procedure import kind_of_notice, order_of_notices
from triage.notices import repository
from triage.notices.serving import recipients_of, served_event, tell_next, times, told_orgs
from triage.procedure.service import calendar_and_version

BODY_KINDS = {"trust": "trust", "local_authority": "local_authority"}


async def give(
    session: AsyncSession,
    principal: Principal,
    subject: RowMapping,
    procedure: dict[str, Any],
    *,
    tier: str,
    on: date,
    grounds: str | None = None,
    religious_authority: str | None = None,
    urgent: bool = False,
) -> UUID:
    """Give notice of a tier: tell those of the first step, or everybody with an urgent decision."""
    kind = kind_of_notice(procedure, tier, BODY_KINDS.get(subject["body_kind"], "other"))
    order, steps = order_of_notices(procedure, subject["religious_character"])
    orgs = {
        "school": f"school:{subject['urn']}",
        "responsible_body": subject["body_org"],
        "religious_authority": religious_authority,
    }
    recipients = tell_next(recipients_of(steps, orgs, at_once=urgent), on)
    calendar = await calendar_and_version(session, subject["la_code"], on)
    days = procedure["urgent"]["representations_school_days"] if urgent else kind["school_days"]
    decide_in = procedure["decision"]["within_school_days"]
    values = {
        "id": new_id(),
        "urn": subject["urn"],
        "scheme": subject["scheme"],
        "assessment_id": subject["id"],
        "kind": kind["code"],
        "tier": tier,
        "urgent": urgent,
        "grounds": grounds,
        "reasons": shown_reasons(subject["reasons"]),
        "action_areas": subject["action_areas"],
        "procedure_version": procedure["version"],
        "notice_order": order,
        "recipients": recipients,
        "body_org": subject["body_org"],
        "la_code": subject["la_code"],
        "school_days": days,
        **times(recipients, calendar, on, school_days=days, decide_in=decide_in),
        "issued_by": principal.subject,
        "issued_by_role": principal.role,
        "tenancy_orgs": told_orgs(recipients),
        "tenancy_region": subject["region"],
    }
    await repository.add(session, values)
    await append_async(session, [served_event(values, recipients, on)])
    notice_id: UUID = values["id"]
    return notice_id


def shown_reasons(reasons: str) -> list[str]:
    """What fired, in words, without what is confidential; `reasons` is JSON text."""
    return [
        each["text"] for each in orjson.loads(reasons) if each["fired"] and each["rule"] not in confidential_rules()
    ]
