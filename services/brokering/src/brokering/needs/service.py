"""Reading, entering and changing needs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.matching_policy import MatchingPolicy
from brokering.domain.needs import BY_HAND, FREE_STATES, SUPPORTED_TIER
from brokering.domain.values import NeedState, SubjectKind, half_days, in_days, say_days
from brokering.listing import list_by_id
from brokering.need_statements.documents import stated
from brokering.needs import repository
from brokering.needs.parties import parties_of_school, who_may_see
from brokering.needs.schemas import Need, NeedPatch, NewNeed, Subject
from brokering.policies.documents import current_policy
from brokering.problems import NeedNotEditable, NeedNotFound
from brokering.words import refuse_words
from shared.auth.principal import Principal
from shared.clock import utc_now
from shared.errors import invalid
from shared.etags import check_if_match, etag_of
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import dumps, json_response

NEED_CHANGED = "brokering.need.changed"


def document(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a need as the API shows it."""
    return {
        "id": str(row["id"]),
        "subject": {"kind": row["subject_kind"], "id": row["subject_id"], "name": row["subject_name"]},
        "days": float(row["days"]),
        "areas": row["areas"],
        "priority": row["priority"],
        "statement": row["statement"],
        "stated": [stated(each) for each in row["stated"] or ()],
        "state": row["state"],
        "state_reason": row["state_reason"],
        "origin": {
            "kind": row["origin_kind"],
            "decision_id": row["origin_decision_id"],
            "assessment_id": row["origin_assessment_id"],
        },
        "region": row["tenancy_region"],
        "phase": row["phase"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


async def list_needs(
    request: Request, session: AsyncSession, principal: Principal, page: PageParameters, filters: Mapping[str, Any]
) -> Response:
    """Answer with a page, or with all of them."""
    return await list_by_id(
        request, session, principal, page, filters, listed=repository, document=document, model=Need
    )


async def read(session: AsyncSession, principal: Principal, need_id: UUID) -> dict[str, Any]:
    """Return a need's document; raises NeedNotFound."""
    row = await repository.find(session, principal, need_id)
    if row is None:
        raise NeedNotFound("There is no need of this id that you may see.")
    return document(row)


async def create(request: Request, session: AsyncSession, principal: Principal, new: NewNeed) -> Response:
    """Enter a need by hand; a school's is provisional unless a decision stands behind it."""
    policy = current_policy()
    halves = policy.default_half_days if new.days is None else half_days(new.days)
    check_cap(halves, policy)
    refuse_words("/statement", new.statement)
    need_id = new_id()
    about = await _subject(session, principal, new.subject)
    values = {
        **about,
        "id": need_id,
        "days": in_days(halves),
        "areas": sorted(set(new.areas)),
        "priority": new.priority,
        "statement": new.statement,
        "origin_kind": BY_HAND,
        "tenancy_orgs": who_may_see(about["state"], about["party_orgs"]),
        "edited_at": utc_now(),
    }
    await repository.add(session, values)
    await tell(session, need_id, values)
    made = await read(session, principal, need_id)
    return json_response(request, made, status=201, headers={"Location": f"/v1/needs/{need_id}"})


async def change(
    request: Request, session: AsyncSession, principal: Principal, *, need_id: UUID, if_match: str, patch: NeedPatch
) -> Response:
    """Apply a merge patch to the version that If-Match names."""
    row = await repository.find(session, principal, need_id, lock=True)
    if row is None:
        raise NeedNotFound("There is no need of this id that you may see.")
    check_if_match(if_match, etag_of(dumps(document(row))))
    if row["state"] not in FREE_STATES:
        raise NeedNotEditable(f"The need is {row['state'].replace('_', ' ')}: what it asks for is settled.")
    sent = patch.model_dump(exclude_unset=True)
    if "days" in sent:
        check_cap(half_days(sent["days"]), current_policy())
        sent["days"] = Decimal(str(sent["days"]))
    refuse_words("/statement", sent.get("statement"))
    if "areas" in sent:
        sent["areas"] = sorted(set(sent["areas"]))
    if sent:
        await repository.change(session, need_id, {**sent, "edited_at": utc_now()})
        await tell(session, need_id, {**row, **sent})
    return json_response(request, await read(session, principal, need_id))


async def tell(session: AsyncSession, need_id: UUID, row: Mapping[Any, Any]) -> None:
    """Tell the feed of a need's new state."""
    data = {"id": str(need_id), "state": row["state"], "subject": _told_subject(row), "days": float(row["days"])}
    await append_async(session, [NewEvent(NEED_CHANGED, str(need_id), data)])


def _told_subject(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {"kind": row["subject_kind"], "id": row["subject_id"]}


def check_cap(halves: int, policy: MatchingPolicy) -> None:
    """Raise Unprocessable for more half days than a need may be of."""
    if halves > policy.half_days_cap:
        raise invalid("/days", f"A need is of {say_days(policy.half_days_cap)} at most.", "above_cap")


async def _subject(session: AsyncSession, principal: Principal, subject: Subject) -> dict[str, Any]:
    if subject.kind == SubjectKind.SCHOOL:
        about = await _school(session, subject.id)
    else:
        about = await _trust(session, subject.id)
    region = about["tenancy_region"]
    if not principal.sees_everything and region not in principal.regions:
        raise _unknown(subject)
    return {**about, "subject_kind": subject.kind.value, "subject_id": subject.id}


async def _school(session: AsyncSession, identifier: str) -> dict[str, Any]:
    urn = int(identifier) if identifier.isascii() and identifier.isdecimal() and len(identifier) <= 9 else 0  # noqa: PLR2004
    school = await repository.school(session, urn)
    if school is None or str(urn) != identifier:
        raise _unknown(Subject(kind=SubjectKind.SCHOOL, id=identifier))
    decision = await repository.standing_decision(session, urn)
    decided = decision is not None and decision["tier"] == SUPPORTED_TIER
    return {
        "subject_name": school["name"],
        "state": NeedState.DECIDED.value if decided else NeedState.PROVISIONAL.value,
        "origin_decision_id": decision["id"] if decided and decision else None,
        "origin_assessment_id": decision["assessment_id"] if decided and decision else None,
        "party_orgs": parties_of_school(school),
        "tenancy_region": school["region"],
    }


async def _trust(session: AsyncSession, uid: str) -> dict[str, Any]:
    """A trust has no tier, so there is no decision to wait for: the regional director has the say on the match."""
    trust = await repository.trust(session, uid)
    if trust is None:
        raise _unknown(Subject(kind=SubjectKind.TRUST, id=uid))
    return {
        "subject_name": trust["name"],
        "state": NeedState.DECIDED.value,
        "party_orgs": [f"trust:{uid}"],
        "tenancy_region": trust["region"],
    }


def _unknown(subject: Subject) -> Exception:
    return invalid("/subject/id", f"We hold no {subject.kind.value} of this id in your regions.", "unknown_subject")
