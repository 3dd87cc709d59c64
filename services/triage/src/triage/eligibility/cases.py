"""Cases admitted outside the criteria, withdrawn ones too, as those read them who may see the school or trust."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.pagination import PageParameters
from shared.responses import json_response
from triage.eligibility import repository
from triage.listing import list_by_id
from triage.problems import ExceptionNotFound

COLUMNS: Final = ("id", "programme", "programme_version", "subject_kind", "subject", "state", "reason", "admitted_on",
                  "admitted_role", "withdrawal_reason", "withdrawal_withdrawn_on",
                  "withdrawal_withdrawn_role")  # fmt: skip


async def visible_case(session: AsyncSession, principal: Principal, exception_id: UUID) -> RowMapping:
    """Return a case that the client may see; raises ExceptionNotFound."""
    row = await repository.case(session, principal, exception_id)
    if row is None:
        raise ExceptionNotFound("There is no such case.")
    return row


async def get(request: Request, session: AsyncSession, principal: Principal, exception_id: UUID) -> Response:
    """Answer with one case."""
    return json_response(request, document_of(await visible_case(session, principal, exception_id)))


async def list_cases(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    wanted: Mapping[str, str | None],
    page: PageParameters,
) -> Response:
    """Answer with a page of cases, newest first."""

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.cases(session, principal, wanted, after, limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count_cases(session, principal, wanted),
        document=document_of,
        columns=COLUMNS,
    )


def document_of(row: RowMapping) -> dict[str, Any]:
    """A case with its withdrawal, null where it is admitted still."""
    document = dict(row)
    ended = {
        "reason": document.pop("withdrawal_reason"),
        **{name: document.pop(name) for name in ("withdrawn_on", "withdrawn_role")},
    }
    return {**document, "withdrawal": ended if document["state"] == "withdrawn" else None}
