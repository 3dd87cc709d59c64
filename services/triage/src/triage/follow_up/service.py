"""Recording what followed an inspection, correcting it, and reading it. Its school is assessed again at once."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.clock import today
from shared.errors import Forbidden, invalid
from shared.ids import new_id
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, page_response
from triage.follow_up import repository
from triage.follow_up.schemas import Correction, FollowUp, NewProgressReview, NewSupportOutcome
from triage.listing import list_by_id
from triage.problems import FollowUpNotFound, SchoolNotFound
from triage.procedure.service import procedure_on, refuse_words
from triage.reference.service import require_code

COLUMNS: Final = tuple(FollowUp.model_fields)
REVIEW: Final = "progress_review"
SUPPORT: Final = "support_outcome"


async def record_support(
    request: Request, session: AsyncSession, principal: Principal, urn: int, wanted: NewSupportOutcome
) -> Response:
    """Record that a support episode was completed."""
    _check_day(wanted.completed_on, "/completed_on")
    told = {"kind": SUPPORT, "happened_on": wanted.completed_on, "reference": wanted.episode_id, "conclusion": None}
    return await _record(request, session, principal, urn, {**told, "note": wanted.note})


async def record_review(
    request: Request, session: AsyncSession, principal: Principal, urn: int, wanted: NewProgressReview
) -> Response:
    """Record what a review of progress concluded."""
    _check_day(wanted.concluded_on, "/concluded_on")
    require_code("review_conclusions", wanted.conclusion, "/conclusion")
    told = {"kind": REVIEW, "happened_on": wanted.concluded_on, "reference": wanted.review_id}
    return await _record(
        request, session, principal, urn, {**told, "conclusion": wanted.conclusion, "note": wanted.note}
    )


def _check_day(day: date | None, pointer: str) -> None:
    if day is not None and day > today():
        raise invalid(pointer, "Only what has taken place is recorded.", "in_the_future")


async def _record(
    request: Request, session: AsyncSession, principal: Principal, urn: int, told: dict[str, Any]
) -> Response:
    await _hold(session, principal, urn)
    refuse_words(await procedure_on(session, today()), {"/note": told["note"]})
    first = {"id": new_id(), "version": 1, "urn": urn, "withdrawn": False, "reason": None, "source": "api"}
    row = await repository.add(session, {**told, **first, **_recorder(principal)})
    await repository.refresh(session, [urn])
    return json_response(request, dict(row), status=201, headers={"Location": f"/v1/follow-ups/{row['id']}"})


async def _hold(session: AsyncSession, principal: Principal, urn: int) -> None:
    school = await repository.hold(session, urn)
    if school is None:
        raise SchoolNotFound("There is no school of this URN.")
    if not principal.sees_everything and school["region"] not in principal.regions:
        raise Forbidden("The token does not cover the region of this school.")


def _recorder(principal: Principal) -> dict[str, str]:
    return {"recorded_by": principal.subject, "recorded_role": principal.role}


async def correct(
    request: Request, session: AsyncSession, principal: Principal, follow_up_id: UUID, wanted: Correction
) -> Response:
    """Add a version that says otherwise, with the reason."""
    _check_day(wanted.happened_on, "/happened_on")
    seen = await _latest(session, principal, follow_up_id)
    await _hold(session, principal, seen["urn"])
    held = await _latest(session, principal, follow_up_id, hold=True)
    if wanted.conclusion is not None and held["kind"] != REVIEW:
        raise invalid("/conclusion", "A support outcome has no conclusion.", "not_of_this_kind")
    require_code("review_conclusions", wanted.conclusion, "/conclusion")
    texts = {"/note": wanted.note, "/reason": wanted.reason}
    refuse_words(await procedure_on(session, today()), texts)
    changed = {name: value for name, value in wanted.model_dump(exclude_unset=True).items() if value is not None}
    values = {**held, **changed, "version": held["version"] + 1, "source": "api", **_recorder(principal)}
    row = await repository.add(session, values)
    await repository.refresh(session, [held["urn"]])
    return json_response(request, dict(row), status=201, headers={"Location": f"/v1/follow-ups/{row['id']}"})


async def _latest(session: AsyncSession, principal: Principal, follow_up_id: UUID, *, hold: bool = False) -> RowMapping:
    row = await repository.get(session, follow_up_id, principal, hold=hold)
    if row is None:
        raise FollowUpNotFound("There is no such support outcome or progress review.")
    return row


async def get(request: Request, session: AsyncSession, principal: Principal, follow_up_id: UUID) -> Response:
    """Answer with the latest version of one."""
    return json_response(request, dict(await _latest(session, principal, follow_up_id)))


async def versions(
    request: Request, session: AsyncSession, principal: Principal, follow_up_id: UUID, page: PageParameters
) -> Response:
    """Answer with the versions of one, oldest first."""
    await _latest(session, principal, follow_up_id)
    key = page.key(int)
    after = int(key[0] or 0) if key else 0
    rows = await repository.versions(session, follow_up_id, principal, after, page.limit + 1)
    documents = [dict(row) for row in rows]
    return page_response(request, page_of(request, page, documents, lambda made: (made["version"],)))


async def of_school(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    urn: int,
    kind: str | None,
    page: PageParameters,
) -> Response:
    """Answer with what is recorded on a school, newest first."""

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.of_school(session, principal, urn=urn, kind=kind, after=after, limit=limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count(session, principal, urn=urn, kind=kind),
        document=dict,
        columns=COLUMNS,
    )
