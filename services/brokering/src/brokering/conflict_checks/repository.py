"""All SQL on conflict checks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Table, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.models.conflicts import ConflictCheck
from brokering.rows import all_rows, one_row
from shared.auth.principal import Principal
from shared.auth.tenancy import visible

CHECKS: Table = ConflictCheck.metadata.tables["conflict_checks"]


def _checks(principal: Principal, filters: Mapping[str, Any]) -> Select[Any]:
    query = select(CHECKS).where(visible(principal, CHECKS)).order_by(CHECKS.c.id)
    for name, value in filters.items():
        if value is not None:
            query = query.where(CHECKS.c[name] == value)
    return query


async def page(
    session: AsyncSession, principal: Principal, filters: Mapping[str, Any], after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return up to `limit` conflict checks in the order in which they were asked."""
    query = _checks(principal, filters).limit(limit)
    return await all_rows(session, query if after is None else query.where(CHECKS.c.id > after))


async def count(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> int:
    """Return how many match."""
    query = select(func.count()).select_from(_checks(principal, filters).order_by(None).subquery())
    return int((await session.execute(query)).scalar_one())


async def stream(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> AsyncIterator[RowMapping]:
    """Yield all that match."""
    result = await session.stream(_checks(principal, filters))
    async for row in result.mappings():
        yield row


async def find(session: AsyncSession, principal: Principal, check_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """Return one that this client may see."""
    query = _checks(principal, {"id": check_id})
    return await one_row(session, query.with_for_update() if lock else query)


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Ask."""
    await session.execute(insert(CHECKS).values(**values))


async def answer(session: AsyncSession, check_id: UUID, state: str, said: Mapping[str, Any]) -> None:
    """Write the answer down."""
    await session.execute(update(CHECKS).where(CHECKS.c.id == check_id).values(state=state, answer=dict(said)))


async def of_pair(session: AsyncSession, need_id: UUID, leader_id: UUID) -> Sequence[RowMapping]:
    """Return what the responsible body was asked about a pair, in any round."""
    query = select(CHECKS).where(CHECKS.c.need_id == need_id, CHECKS.c.leader_id == leader_id).order_by(CHECKS.c.id)
    return await all_rows(session, query)
