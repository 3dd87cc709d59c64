"""Withdrawing a case that was admitted outside the criteria."""

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.clock import today
from shared.responses import json_response
from triage.eligibility import repository
from triage.eligibility.cases import visible_case
from triage.eligibility.reading import rolls_on
from triage.eligibility.schemas import NewWithdrawal
from triage.eligibility.service import SCHOOL, require_region
from triage.procedure.service import procedure_on, refuse_words


async def withdraw(
    request: Request, session: AsyncSession, principal: Principal, exception_id: UUID, wanted: NewWithdrawal
) -> Response:
    """Let a case be admitted no longer, from today; what was answered as of earlier days stays."""
    case = await visible_case(session, principal, exception_id)
    refuse_words(await procedure_on(session, today()), {"/reason": wanted.reason})
    require_region(principal, await _regions(session, case["subject_kind"], case["subject"]))
    values = {
        "exception_id": exception_id,
        "reason": wanted.reason,
        "withdrawn_on": today(),
        "withdrawn_by": principal.subject,
        "withdrawn_role": principal.role,
    }
    return json_response(request, await repository.withdraw(session, values), status=201)


async def _regions(session: AsyncSession, kind: str, subject: str) -> list[str | None]:
    if kind == SCHOOL:
        return [row["region"] for row in await repository.of_urns(session, [int(subject)])]
    return [each["region"] for each in rolls_on(await repository.rolls(session), today()).get(subject, [])]
