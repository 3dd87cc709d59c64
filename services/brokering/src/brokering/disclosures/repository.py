"""All SQL of the public register: columns that may be public, of approved offers only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.conflict_checks.repository import CHECKS
from brokering.models.support import Offer
from brokering.rows import all_rows

OFFERS = Offer.metadata.tables["offers"]


def _register() -> Select[Any]:
    answer = (
        select(CHECKS.c.state)
        .where(CHECKS.c.need_id == OFFERS.c.need_id, CHECKS.c.leader_id == OFFERS.c.leader_id)
        .order_by(CHECKS.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    shown = OFFERS.c.shown
    return (
        select(
            OFFERS.c.id,
            OFFERS.c.subject_kind,
            OFFERS.c.subject_id,
            OFFERS.c.subject_name,
            OFFERS.c.tenancy_region.label("region"),
            shown["record"]["reference"].astext.label("leader_reference"),
            shown["record"]["role"].astext.label("leader_role"),
            shown["record"]["organisation"].label("organisation"),
            func.coalesce(shown["interests"], cast([], JSONB)).label("interests"),
            func.coalesce(shown["flags"], cast([], JSONB)).label("flags"),
            (OFFERS.c.approval["at"].astext).label("approved_at"),
            answer.label("responsible_body"),
        )
        .where(OFFERS.c.state == "approved")
        .order_by(OFFERS.c.id)
    )


async def page(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    """Return up to `limit` entries."""
    query = _register().limit(limit)
    return await all_rows(session, query if after is None else query.where(OFFERS.c.id > after))


async def count(session: AsyncSession) -> int:
    """Return how many entries there are."""
    query = select(func.count()).select_from(OFFERS).where(OFFERS.c.state == "approved")
    return int((await session.execute(query)).scalar_one())


async def stream(session: AsyncSession) -> AsyncIterator[RowMapping]:
    """Yield all entries."""
    result = await session.stream(_register())
    async for row in result.mappings():
        yield row
