"""All SQL of what a round did with one pair."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.proposals.repository import LEADERS, PROPOSALS
from brokering.rounds.repository import JOBS, PROPOSED, ROUND_LEADERS, ROUND_NEEDS
from brokering.rows import all_rows, one_row
from shared.auth.principal import Principal
from shared.auth.tenancy import visible


async def last_round_of(session: AsyncSession, principal: Principal, need_id: UUID) -> UUID | None:
    """Return the newest round that has solved this need."""
    query = (
        select(ROUND_NEEDS.c.round_id)
        .join(JOBS, JOBS.c.id == ROUND_NEEDS.c.round_id)
        .where(ROUND_NEEDS.c.need_id == need_id, JOBS.c.state == "succeeded", visible(principal, ROUND_NEEDS))
        .order_by(ROUND_NEEDS.c.round_id.desc())
        .limit(1)
    )
    row = await one_row(session, query)
    return None if row is None else UUID(str(row["round_id"]))


async def pair_in_round(
    session: AsyncSession, principal: Principal, round_id: UUID, need_id: UUID, leader_id: UUID
) -> RowMapping | None:
    """Return what the round held of the pair: its suitability (null: no feasible pair), what was proposed instead.

    Of a need that the round split, it is the part of the leader's role.
    """
    of_role = select(LEADERS.c.role).where(LEADERS.c.id == leader_id).scalar_subquery()
    leader = and_(ROUND_LEADERS.c.round_id == ROUND_NEEDS.c.round_id, ROUND_LEADERS.c.leader_id == leader_id)
    part = or_(ROUND_NEEDS.c.part.is_(None), ROUND_NEEDS.c.part == of_role)
    place = func.array_position(ROUND_NEEDS.c.leader_nos, ROUND_LEADERS.c.leader_no)
    query = (
        select(
            ROUND_NEEDS.c.days,
            ROUND_LEADERS.c.days_available,
            ROUND_LEADERS.c.max_concurrent,
            ROUND_NEEDS.c.suitabilities[place].label("pair_suitability"),
            PROPOSALS.c.leader_id.label("proposed_id"),
            PROPOSALS.c.leader_reference.label("proposed_reference"),
            PROPOSALS.c.suitability.label("proposed_suitability"),
        )
        .select_from(ROUND_NEEDS)
        .outerjoin(ROUND_LEADERS, leader)
        .outerjoin(PROPOSALS, PROPOSED)
        .where(ROUND_NEEDS.c.round_id == round_id, ROUND_NEEDS.c.need_id == need_id, part)
        .where(visible(principal, ROUND_NEEDS))
    )
    return await one_row(session, query)


async def given_to(
    session: AsyncSession, principal: Principal, round_id: UUID, leader_id: UUID
) -> Sequence[RowMapping]:
    """Return what a round proposed a leader for: need, days and suitability, as far as the client may see it."""
    of_leader = and_(PROPOSALS.c.round_id == round_id, PROPOSALS.c.leader_id == leader_id)
    mine = and_(of_leader, visible(principal, PROPOSALS))
    fields = [PROPOSALS.c[name] for name in ("need_id", "subject_kind", "subject_id", "subject_name", "days")]
    return await all_rows(session, select(*fields, PROPOSALS.c.suitability).where(mine).order_by(PROPOSALS.c.need_no))
