"""All SQL on re-checks of designations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Table, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.leaders.repository import DESIGNATIONS, LEADERS, visible_leaders
from brokering.models.leader_records import DesignationRecheck
from brokering.rows import all_rows, one_row
from shared.auth.principal import Principal
from shared.ids import new_id

RECHECKS: Table = DesignationRecheck.metadata.tables["designation_rechecks"]
_LEADERS_OF = text(
    """
    SELECT leader.id, leader.reference, leader.base_urn, leader.organisation_kind, leader.organisation_id,
        coalesce(designated.since, (leader.source ->> 'as_at')::date, leader.created_at::date) AS since
    FROM leaders AS leader
    LEFT JOIN LATERAL (
        SELECT max(valid_from) AS since FROM leader_designations
        WHERE leader_id = leader.id AND status = 'designated'
    ) AS designated ON true
    WHERE leader.base_urn = ANY (CAST(:urns AS int[]))
        OR (leader.organisation_kind = 'trust' AND leader.organisation_id = ANY (CAST(:trusts AS text[])))
    ORDER BY leader.id
    """
)


async def leaders_of(session: AsyncSession, urns: Sequence[int], trusts: Sequence[str]) -> Sequence[RowMapping]:
    """Return the leaders of these schools and trusts; `since`: the date of the designation, else of the entry."""
    return await all_rows(session, _LEADERS_OF.bindparams(urns=list(urns), trusts=list(trusts)))


async def add(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> Sequence[RowMapping]:
    """Raise re-checks; one of the same leader, school and inspection stands already. Return those that are new."""
    if not rows:
        return []
    statement = upsert(RECHECKS).values([dict(row) for row in rows])
    new = statement.on_conflict_do_nothing(constraint="uq_designation_rechecks_inspection").returning(RECHECKS)
    return await all_rows(session, new)


def _rechecks(principal: Principal, filters: Mapping[str, Any]) -> Select[Any]:
    query = select(RECHECKS, LEADERS.c.region).join(LEADERS, LEADERS.c.id == RECHECKS.c.leader_id)
    query = query.where(visible_leaders(principal)).order_by(RECHECKS.c.id)
    for name, value in filters.items():
        if value is not None:
            query = query.where(RECHECKS.c[name] == value)
    return query


async def page(
    session: AsyncSession, principal: Principal, filters: Mapping[str, Any], after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return up to `limit` re-checks in the order in which they were raised."""
    query = _rechecks(principal, filters).limit(limit)
    return await all_rows(session, query if after is None else query.where(RECHECKS.c.id > after))


async def count(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> int:
    """Return how many match."""
    query = select(func.count()).select_from(_rechecks(principal, filters).order_by(None).subquery())
    return int((await session.execute(query)).scalar_one())


async def stream(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> AsyncIterator[RowMapping]:
    """Yield all that match."""
    result = await session.stream(_rechecks(principal, filters))
    async for row in result.mappings():
        yield row


async def find(
    session: AsyncSession, principal: Principal, recheck_id: UUID, *, lock: bool = False
) -> RowMapping | None:
    """Return one that this client may see, with the leader's region."""
    query = _rechecks(principal, {"id": recheck_id})
    return await one_row(session, query.with_for_update(of=RECHECKS) if lock else query)


async def waiting(session: AsyncSession, leader_id: UUID) -> RowMapping | None:
    """Return the newest re-check of a leader that waits for its answer."""
    query = select(RECHECKS).where(RECHECKS.c.leader_id == leader_id, RECHECKS.c.state == "waiting")
    return await one_row(session, query.order_by(RECHECKS.c.inspected_on.desc(), RECHECKS.c.id).limit(1))


async def answer(session: AsyncSession, recheck_id: UUID, state: str, said: Mapping[str, Any]) -> None:
    """Write the answer down."""
    await session.execute(update(RECHECKS).where(RECHECKS.c.id == recheck_id).values(state=state, answer=dict(said)))


async def end_designations(session: AsyncSession, leader_id: UUID, today: date) -> list[tuple[RowMapping, RowMapping]]:
    """Let the designations that hold today or later end before today; return each as it was and as it is."""
    last = today - timedelta(days=1)
    held = DESIGNATIONS.c.leader_id == leader_id, DESIGNATIONS.c.status == "designated"
    standing = func.coalesce(DESIGNATIONS.c.valid_to, today) >= today
    query = select(DESIGNATIONS).where(*held, standing).order_by(DESIGNATIONS.c.id).with_for_update()
    before = await all_rows(session, query)
    ending = update(DESIGNATIONS).where(DESIGNATIONS.c.id.in_([row["id"] for row in before]))
    ended = ending.values(valid_to=func.greatest(DESIGNATIONS.c.valid_from, last)).returning(DESIGNATIONS)
    after = {row["id"]: row for row in await all_rows(session, ended)}
    return [(row, after[row["id"]]) for row in before]


async def add_withdrawal(session: AsyncSession, leader_id: UUID, today: date, by: str) -> RowMapping:
    """Record that a leader's designation is withdrawn from a day on."""
    kind = select(LEADERS.c.role).where(LEADERS.c.id == leader_id).scalar_subquery()
    values = {"id": new_id(), "leader_id": leader_id, "kind": kind, "status": "withdrawn"}
    query = insert(DESIGNATIONS).values(**values, valid_from=today, recorded_by=by).returning(DESIGNATIONS)
    return (await all_rows(session, query))[0]
