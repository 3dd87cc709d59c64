"""The SQL of tasks: open offers, and proposals of decided needs that nobody has offered yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Subquery, cast, func, literal, null, select, tuple_, union_all
from sqlalchemy import Uuid as SqlUuid
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.offer_states import OPEN_STATES
from brokering.ledger.repository import NEEDS, OFFERS, PROPOSALS
from brokering.offers.repository import overdue
from shared.auth.principal import Principal
from shared.auth.tenancy import visible


@dataclass(frozen=True, slots=True)
class TaskFilters:
    """What a list of tasks is narrowed to: due before this moment, waiting in these states, in this region."""

    due_before: datetime | None = None
    states: Sequence[str] | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks one client may see, as they stand at a moment; a proposal's offer is due so long after its round."""

    principal: Principal
    now: datetime
    broker_offers_in: timedelta

    async def page(
        self, session: AsyncSession, filters: TaskFilters, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Row[Any]]:
        """Return up to `limit` tasks, soonest due first."""
        tasks = self._all()
        statement = _narrowed(select(tasks), tasks, filters)
        if after is not None:
            place = tuple_(literal(after[0]), literal(after[1]))
            statement = statement.where(tuple_(tasks.c.due_at, tasks.c.id) > place)
        ordered = statement.order_by(tasks.c.due_at, tasks.c.id).limit(limit)
        rows: Sequence[Row[Any]] = (await session.execute(ordered)).all()
        return rows

    async def count(self, session: AsyncSession, filters: TaskFilters) -> int:
        """Count the tasks that match."""
        tasks = self._all()
        return int(await session.scalar(_narrowed(select(func.count()).select_from(tasks), tasks, filters)) or 0)

    def _all(self) -> Subquery:
        return union_all(self._offers(), self._proposals()).subquery("tasks")

    def _offers(self) -> Select[Any]:
        return select(
            OFFERS.c.id,
            OFFERS.c.state,
            OFFERS.c.due_at,
            OFFERS.c.subject_kind,
            OFFERS.c.subject_id,
            OFFERS.c.subject_name,
            OFFERS.c.tenancy_region.label("region"),
            OFFERS.c.need_id,
            OFFERS.c.leader_id,
            OFFERS.c.proposal_id,
            OFFERS.c.id.label("offer_id"),
        ).where(visible(self.principal, OFFERS), OFFERS.c.state.in_(OPEN_STATES), ~overdue(self.now))

    def _proposals(self) -> Select[Any]:
        return (
            select(
                PROPOSALS.c.id,
                PROPOSALS.c.state,
                (PROPOSALS.c.created_at + self.broker_offers_in).label("due_at"),
                NEEDS.c.subject_kind,
                NEEDS.c.subject_id,
                NEEDS.c.subject_name,
                PROPOSALS.c.tenancy_region,
                PROPOSALS.c.need_id,
                PROPOSALS.c.leader_id,
                PROPOSALS.c.id,
                cast(null(), SqlUuid),
            )
            .join(NEEDS, NEEDS.c.id == PROPOSALS.c.need_id)
            .where(visible(self.principal, PROPOSALS), PROPOSALS.c.state == "proposed", NEEDS.c.state == "decided")
        )


def _narrowed(statement: Select[Any], tasks: Subquery, filters: TaskFilters) -> Select[Any]:
    if filters.due_before is not None:
        statement = statement.where(tasks.c.due_at < filters.due_before)
    if filters.states is not None:
        statement = statement.where(tasks.c.state.in_(filters.states))
    if filters.region is not None:
        statement = statement.where(tasks.c.region == filters.region)
    return statement
