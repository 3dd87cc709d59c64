"""All SQL that sets two rounds side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.needs.repository import NEEDS
from brokering.proposals.repository import PROPOSALS
from brokering.rounds.repository import ROUND_NEEDS
from brokering.rows import all_rows
from shared.auth.principal import Principal
from shared.auth.tenancy import visible


def _side(principal: Principal, round_id: UUID, name: str) -> Any:
    """Return the needs of a round with what each got."""
    proposal = and_(PROPOSALS.c.round_id == ROUND_NEEDS.c.round_id, PROPOSALS.c.need_id == ROUND_NEEDS.c.need_id)
    return (
        select(
            ROUND_NEEDS.c.need_id,
            PROPOSALS.c.leader_id,
            PROPOSALS.c.leader_reference,
            PROPOSALS.c.suitability,
            PROPOSALS.c.distance_km,
        )
        .select_from(ROUND_NEEDS)
        .outerjoin(PROPOSALS, proposal)
        .where(ROUND_NEEDS.c.round_id == round_id, visible(principal, ROUND_NEEDS))
        .subquery(name)
    )


def _compared(principal: Principal, first_id: UUID, second_id: UUID) -> Select[Any]:
    first, second = _side(principal, first_id, "first"), _side(principal, second_id, "second")
    before, after = first.c.leader_id, second.c.leader_id
    change = case(
        (second.c.need_id.is_(None), "only_in_first"),
        (first.c.need_id.is_(None), "only_in_second"),
        (and_(before.is_(None), after.is_(None)), "unmatched_in_both"),
        (before.is_(None), "newly_matched"),
        (after.is_(None), "no_longer_matched"),
        (before == after, "same_leader"),
        else_="other_leader",
    )
    fields = [
        side.c[name].label(f"{side.name}_{name}")
        for side in (first, second)
        for name in ("leader_id", "leader_reference", "suitability", "distance_km")
    ]
    need_id = func.coalesce(first.c.need_id, second.c.need_id)
    return select(need_id.label("need_id"), change.label("change"), *fields).select_from(
        first.outerjoin(second, first.c.need_id == second.c.need_id, full=True)
    )


async def counts(session: AsyncSession, principal: Principal, first_id: UUID, second_id: UUID) -> dict[str, int]:
    """Return how many needs there are of each kind of change."""
    every = _compared(principal, first_id, second_id).subquery()
    rows = await all_rows(session, select(every.c.change, func.count().label("needs")).group_by(every.c.change))
    return {row["change"]: row["needs"] for row in rows}


async def differences(
    session: AsyncSession, principal: Principal, rounds: tuple[UUID, UUID], after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return up to `limit` needs of whom the rounds say different things, in the order in which needs were made."""
    every = _compared(principal, *rounds).subquery()
    query = (
        select(every, NEEDS.c.subject_kind, NEEDS.c.subject_id, NEEDS.c.subject_name)
        .join(NEEDS, NEEDS.c.id == every.c.need_id)
        .where(every.c.change.not_in(["same_leader", "unmatched_in_both"]))
        .order_by(every.c.need_id)
        .limit(limit)
    )
    return await all_rows(session, query if after is None else query.where(every.c.need_id > after))
