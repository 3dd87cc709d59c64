"""The SQL of visits. The episode they belong to has been found in the client's sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.ledger.repository import TABLES

VISITS = TABLES["visits"]


async def page(session: AsyncSession, episode_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return up to `limit` visits of an episode, newest entry first."""
    statement = select(VISITS).where(VISITS.c.episode_id == episode_id).order_by(VISITS.c.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(VISITS.c.id < after)
    return (await session.execute(statement)).all()


async def count(session: AsyncSession, episode_id: UUID) -> int:
    """Count the visits of an episode."""
    statement = select(func.count()).select_from(VISITS).where(VISITS.c.episode_id == episode_id)
    return int(await session.scalar(statement) or 0)


async def find(session: AsyncSession, episode_id: UUID, visit_id: UUID) -> Row[Any] | None:
    """Return one visit of an episode."""
    statement = select(VISITS).where(VISITS.c.episode_id == episode_id, VISITS.c.id == visit_id)
    return (await session.execute(statement)).one_or_none()


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store a visit."""
    await session.execute(insert(VISITS).values(**values))


async def withdraw(session: AsyncSession, visit_id: UUID, withdrawal: Mapping[str, Any]) -> None:
    """Mark a visit as recorded by mistake."""
    await session.execute(update(VISITS).where(VISITS.c.id == visit_id).values(withdrawal=dict(withdrawal)))
