"""Hearing what schools say that they need, and telling it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.values import half_days, in_days
from brokering.listing import list_by_id
from brokering.need_statements import repository
from brokering.need_statements.documents import document
from brokering.need_statements.schemas import NeedStatement, NewNeedStatement
from brokering.needs.parties import parties_of_school
from brokering.needs.service import check_cap
from brokering.policies.documents import current_policy
from brokering.problems import StatementNotFound
from brokering.words import refuse_words
from shared.auth.principal import Principal
from shared.errors import invalid
from shared.events.outbox import NewEvent, append_async
from shared.ids import new_id
from shared.pagination import PageParameters
from shared.responses import json_response

STATEMENT_MADE = "brokering.need-statement.made"


async def list_statements(
    request: Request, session: AsyncSession, principal: Principal, page: PageParameters, filters: Mapping[str, Any]
) -> Response:
    """Answer with a page, or with all of them."""
    return await list_by_id(
        request, session, principal, page, filters, listed=repository, document=document, model=NeedStatement
    )


async def read(session: AsyncSession, principal: Principal, statement_id: UUID) -> dict[str, Any]:
    """Return a statement's document; raises StatementNotFound."""
    row = await repository.find(session, principal, statement_id)
    if row is None:
        raise StatementNotFound("There is no statement of this id that you may see.")
    return document(row)


async def make(request: Request, session: AsyncSession, principal: Principal, new: NewNeedStatement) -> Response:
    """Put on record what the school, or the body that answers for it today, says; no need is looked at or touched."""
    if new.days is not None:
        check_cap(half_days(new.days), current_policy())
    refuse_words("/text", new.text)
    school = await repository.hold_school(session, new.urn)
    org = str(principal.org)
    if school is None or org not in parties_of_school(school):
        raise invalid("/urn", "There is no school of this URN that you may speak for.", "unknown_school")
    statement_id = new_id()
    values = {
        **new.model_dump(),
        "id": statement_id,
        "days": None if new.days is None else in_days(half_days(new.days)),
        "areas": sorted(set(new.areas)),
        "org": org,
        "supersedes": await repository.standing_of(session, new.urn, org),
        "stated_by": principal.subject,
        "role": principal.role,
    }
    await repository.add(session, values)
    data = {"id": str(statement_id), "urn": new.urn, "org": org}
    await append_async(session, [NewEvent(STATEMENT_MADE, str(statement_id), data)])
    made = await read(session, principal, statement_id)
    return json_response(request, made, status=201, headers={"Location": f"/v1/need-statements/{statement_id}"})
