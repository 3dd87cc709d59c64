"""All SQL on proposals as requests read them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.models.directory import Leader
from brokering.models.matching import Need, Proposal
from brokering.rows import all_rows, one_row
from shared.auth.principal import Principal
from shared.auth.tenancy import visible

PROPOSALS: Table = Proposal.metadata.tables["proposals"]
NEEDS: Table = Need.metadata.tables["needs"]
LEADERS: Table = Leader.metadata.tables["leaders"]

FILTERS = {
    "round_id": PROPOSALS.c.round_id,
    "need_id": PROPOSALS.c.need_id,
    "leader_id": PROPOSALS.c.leader_id,
    "state": PROPOSALS.c.state,
    "region": PROPOSALS.c.tenancy_region,
    "subject_id": PROPOSALS.c.subject_id,
}


def _proposals(principal: Principal, filters: Mapping[str, Any]) -> Select[Any]:
    need_state = select(NEEDS.c.state).where(NEEDS.c.id == PROPOSALS.c.need_id).scalar_subquery()
    query = select(PROPOSALS, need_state.label("need_state")).where(visible(principal, PROPOSALS))
    for name, value in filters.items():
        if value is not None:
            query = query.where(FILTERS[name] == value)
    return query.order_by(PROPOSALS.c.id)


async def page(
    session: AsyncSession, principal: Principal, filters: Mapping[str, Any], after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return up to `limit` proposals."""
    query = _proposals(principal, filters).limit(limit)
    if after is not None:
        query = query.where(PROPOSALS.c.id > after)
    return await all_rows(session, query)


async def count(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> int:
    """Return how many proposals match."""
    query = select(func.count()).select_from(_proposals(principal, filters).order_by(None).subquery())
    return int((await session.execute(query)).scalar_one())


async def stream(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> AsyncIterator[RowMapping]:
    """Yield all proposals that match."""
    result = await session.stream(_proposals(principal, filters))
    async for row in result.mappings():
        yield row


async def find(session: AsyncSession, principal: Principal, proposal_id: UUID) -> RowMapping | None:
    """Return one proposal that this client may see."""
    query = _proposals(principal, {}).where(PROPOSALS.c.id == proposal_id)
    return await one_row(session, query)
