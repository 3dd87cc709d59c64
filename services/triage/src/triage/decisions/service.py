"""Reading what was decided: in full within the tenancy, else what of it is public."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.pagination import PageParameters
from shared.responses import json_response
from triage.decisions import repository
from triage.decisions.schemas import Decision
from triage.listing import list_by_id
from triage.problems import DecisionNotFound
from triage.publications import repository as publications
from triage.publications.repository import PublishedFilter
from triage.publications.service import list_published, published_of
from triage.scopes import ASSESSMENTS_READ

COLUMNS: Final = tuple(Decision.model_fields)


def _reader(principal: Principal | None) -> Principal | None:
    """The client where its token reads cases; anybody else is the public."""
    return principal if principal is not None and principal.may(ASSESSMENTS_READ) else None


async def get(request: Request, session: AsyncSession, principal: Principal | None, decision_id: UUID) -> Response:
    """Answer with one decision."""
    reader = _reader(principal)
    row = await repository.get(session, decision_id, reader) if reader else None
    if row is not None:
        return json_response(request, dict(row))
    told = await publications.get(session, decision_id)
    if told is None:
        raise DecisionNotFound("There is no such decision.")
    return json_response(
        request, published_of(told), public=principal is None, headers={"Vary": "Accept, Authorization"}
    )


async def of_school(
    request: Request,
    session: AsyncSession,
    principal: Principal | None,
    *,
    urn: int,
    as_of: date | None,
    page: PageParameters,
) -> Response:
    """Answer with the decisions on a school, newest first."""
    reader = _reader(principal)
    if reader is None or not await repository.is_within(session, urn, reader):
        return await list_published(request, session, PublishedFilter(urn=urn, as_of=as_of), page)

    async def fetch(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
        return await repository.of_school(session, reader, urn=urn, as_of=as_of, after=after, limit=limit)

    return await list_by_id(
        request,
        session,
        page,
        fetch=fetch,
        count=lambda: repository.count(session, reader, urn=urn, as_of=as_of),
        document=dict,
        columns=COLUMNS,
    )
