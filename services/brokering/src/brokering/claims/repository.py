"""The SQL of claims. The episode they belong to has been found in the client's sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.ledger.repository import TABLES

CLAIMS = TABLES["claims"]
DEPLOYMENTS = TABLES["deployments"]


async def page(session: AsyncSession, episode_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return up to `limit` claims of an episode, newest first."""
    statement = select(CLAIMS).where(CLAIMS.c.episode_id == episode_id).order_by(CLAIMS.c.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(CLAIMS.c.id < after)
    return (await session.execute(statement)).all()


async def count(session: AsyncSession, episode_id: UUID) -> int:
    """Count the claims of an episode."""
    statement = select(func.count()).select_from(CLAIMS).where(CLAIMS.c.episode_id == episode_id)
    return int(await session.scalar(statement) or 0)


async def find(session: AsyncSession, episode_id: UUID, claim_id: UUID) -> Row[Any] | None:
    """Return one claim of an episode."""
    statement = select(CLAIMS).where(CLAIMS.c.episode_id == episode_id, CLAIMS.c.id == claim_id)
    return (await session.execute(statement)).one_or_none()


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store a claim; the database counts its days as claimed."""
    await session.execute(insert(CLAIMS).values(**values))


async def settle(session: AsyncSession, claim_id: UUID, values: Mapping[str, Any]) -> None:
    """Store the answer to a claim; the database pays it from its grant, or frees its days."""
    await session.execute(update(CLAIMS).where(CLAIMS.c.id == claim_id).values(**values))


async def grant_of(session: AsyncSession, deployment_id: UUID) -> UUID | None:
    """Return the grant that a deployment's days are committed to."""
    return await session.scalar(select(DEPLOYMENTS.c.grant_id).where(DEPLOYMENTS.c.id == deployment_id))
