"""All SQL on rounds as requests deal with them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Table,
    Text,
    and_,
    cast,
    column,
    func,
    insert,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.leaders.repository import LEADERS, visible_leaders
from brokering.models.rounds import MatchingRound, RoundLeader, RoundNeed, RoundUnmatched
from brokering.needs.repository import NEEDS
from brokering.proposals.repository import PROPOSALS
from brokering.rows import all_rows, one_row
from shared.auth.principal import Principal
from shared.auth.tenancy import visible

ROUNDS: Table = MatchingRound.metadata.tables["matching_rounds"]
ROUND_LEADERS: Table = RoundLeader.metadata.tables["round_leaders"]
ROUND_NEEDS: Table = RoundNeed.metadata.tables["round_needs"]
UNMATCHED: Table = RoundUnmatched.metadata.tables["round_unmatched"]
PROPOSED = and_(
    PROPOSALS.c.round_id == ROUND_NEEDS.c.round_id,
    PROPOSALS.c.need_id == ROUND_NEEDS.c.need_id,
    PROPOSALS.c.part.is_not_distinct_from(ROUND_NEEDS.c.part),
)
"""What a round proposed for a need, or for the part of one."""
JOB_FIELDS = ("state", "done", "total", "step", "problem", "finished_at")
JOBS = table("jobs", *[column(name) for name in ("id", *JOB_FIELDS)])


def _visible(principal: Principal) -> ColumnElement[bool]:
    if principal.sees_everything:
        return true()
    return ROUNDS.c.scope_regions.op("&&")(cast(sorted(principal.regions), ARRAY(Text)))


def _rounds(principal: Principal) -> Select[Any]:
    job = [JOBS.c[name].label(f"job_{name}") for name in JOB_FIELDS]
    return select(ROUNDS, *job).join(JOBS, JOBS.c.id == ROUNDS.c.id).where(_visible(principal))


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Insert a round."""
    await session.execute(insert(ROUNDS).values(**values))


async def known(
    session: AsyncSession, principal: Principal, needs: Sequence[UUID], leaders: Sequence[UUID]
) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Return those of these needs and leaders that this client may see."""
    if not needs and not leaders:
        return frozenset(), frozenset()
    of_needs = select(NEEDS.c.id).where(NEEDS.c.id.in_(needs), visible(principal, NEEDS))
    of_leaders = select(LEADERS.c.id).where(LEADERS.c.id.in_(leaders), visible_leaders(principal))
    found = [(await session.execute(query)).scalars().all() for query in (of_needs, of_leaders)]
    return frozenset(found[0]), frozenset(found[1])


async def find(session: AsyncSession, principal: Principal, round_id: UUID) -> RowMapping | None:
    """Return one round that this client may see."""
    return await one_row(session, _rounds(principal).where(ROUNDS.c.id == round_id))


async def page(
    session: AsyncSession, principal: Principal, state: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return up to `limit` rounds, newest first."""
    query = _rounds(principal).order_by(ROUNDS.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(JOBS.c.state == state)
    if after is not None:
        query = query.where(ROUNDS.c.id < after)
    return await all_rows(session, query)


async def count(session: AsyncSession, principal: Principal, state: str | None) -> int:
    """Return how many rounds there are."""
    query = _rounds(principal)
    if state is not None:
        query = query.where(JOBS.c.state == state)
    return int((await session.execute(select(func.count()).select_from(query.subquery()))).scalar_one())


async def unmatched(
    session: AsyncSession, principal: Principal, round_id: UUID, after: int, limit: int
) -> Sequence[RowMapping]:
    """Return up to `limit` unmatched needs of a round, in its order."""
    query = _unmatched(principal, round_id).where(UNMATCHED.c.need_no > after).limit(limit)
    return await all_rows(session, query)


def _unmatched(principal: Principal, round_id: UUID) -> Select[Any]:
    mine = and_(UNMATCHED.c.round_id == round_id, visible(principal, UNMATCHED))
    return select(UNMATCHED).where(mine).order_by(UNMATCHED.c.need_no)


async def count_unmatched(session: AsyncSession, principal: Principal, round_id: UUID) -> int:
    """Return how many unmatched needs of a round this client may see."""
    query = select(func.count()).select_from(_unmatched(principal, round_id).subquery())
    return int((await session.execute(query)).scalar_one())


async def stream_unmatched(session: AsyncSession, principal: Principal, round_id: UUID) -> AsyncIterator[RowMapping]:
    """Yield all unmatched needs of a round."""
    result = await session.stream(_unmatched(principal, round_id))
    async for row in result.mappings():
        yield row


async def leaders(session: AsyncSession, round_id: UUID, after: int, limit: int | None) -> Sequence[RowMapping]:
    """Return the leaders of a round with what they could give."""
    query = (
        select(ROUND_LEADERS)
        .where(ROUND_LEADERS.c.round_id == round_id, ROUND_LEADERS.c.leader_no > after)
        .order_by(ROUND_LEADERS.c.leader_no)
        .limit(limit)
    )
    return await all_rows(session, query)


async def count_leaders(session: AsyncSession, round_id: UUID) -> int:
    """Return how many leaders a round had."""
    query = select(func.count()).select_from(ROUND_LEADERS).where(ROUND_LEADERS.c.round_id == round_id)
    return int((await session.execute(query)).scalar_one())


async def stream_needs(session: AsyncSession, principal: Principal, round_id: UUID) -> AsyncIterator[RowMapping]:
    """Yield the needs of a round with their feasible pairs, through a cursor on the server."""
    query = (
        select(ROUND_NEEDS)
        .where(ROUND_NEEDS.c.round_id == round_id, visible(principal, ROUND_NEEDS))
        .order_by(ROUND_NEEDS.c.need_no)
        .execution_options(yield_per=100)
    )
    result = await session.stream(query)
    async for row in result.mappings():
        yield row
