"""All SQL that sets two rounds side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, and_, case, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.needs.repository import NEEDS
from brokering.proposals.repository import PROPOSALS
from brokering.rounds.repository import PROPOSED, ROUND_NEEDS
from brokering.rows import all_rows
from shared.auth.principal import Principal
from shared.auth.tenancy import visible


def _side(principal: Principal, round_id: UUID, name: str, other_id: UUID) -> Any:
    """Return the needs of a round with what each got; one that the other round split stands once for each part."""
    split = ROUND_NEEDS.alias()
    split_by_other = and_(split.c.round_id == other_id, split.c.need_id == ROUND_NEEDS.c.need_id, split.c.part != "")
    whole = and_(split_by_other, ROUND_NEEDS.c.part.is_(None))
    return (
        select(
            ROUND_NEEDS.c.need_id,
            func.coalesce(ROUND_NEEDS.c.part, split.c.part, "").label("part"),
            PROPOSALS.c.leader_id,
            PROPOSALS.c.leader_reference,
            PROPOSALS.c.suitability,
            PROPOSALS.c.distance_km,
        )
        .select_from(ROUND_NEEDS)
        .outerjoin(split, whole)
        .outerjoin(PROPOSALS, PROPOSED)
        .where(ROUND_NEEDS.c.round_id == round_id, visible(principal, ROUND_NEEDS))
        .subquery(name)
    )


def _compared(principal: Principal, first_id: UUID, second_id: UUID) -> Select[Any]:
    first = _side(principal, first_id, "first", second_id)
    second = _side(principal, second_id, "second", first_id)
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
    same = [func.coalesce(first.c[name], second.c[name]).label(name) for name in ("need_id", "part")]
    both = and_(first.c.need_id == second.c.need_id, first.c.part == second.c.part)
    return select(*same, change.label("change"), *fields).select_from(first.outerjoin(second, both, full=True))


async def counts(session: AsyncSession, principal: Principal, first_id: UUID, second_id: UUID) -> dict[str, int]:
    """Return how many needs there are of each kind of change; where one round split a need, each part counts."""
    every = _compared(principal, first_id, second_id).subquery()
    rows = await all_rows(session, select(every.c.change, func.count().label("needs")).group_by(every.c.change))
    return {row["change"]: row["needs"] for row in rows}


async def differences(
    session: AsyncSession, principal: Principal, rounds: tuple[UUID, UUID], after: tuple[UUID, str] | None, limit: int
) -> Sequence[RowMapping]:
    """Return up to `limit` needs and parts of whom the rounds say different things, oldest need first."""
    every = _compared(principal, *rounds).subquery()
    query = (
        select(every, NEEDS.c.subject_kind, NEEDS.c.subject_id, NEEDS.c.subject_name)
        .join(NEEDS, NEEDS.c.id == every.c.need_id)
        .where(every.c.change.not_in(["same_leader", "unmatched_in_both"]))
        .order_by(every.c.need_id, every.c.part)
        .limit(limit)
    )
    return await all_rows(
        session, query if after is None else query.where(tuple_(every.c.need_id, every.c.part) > after)
    )
