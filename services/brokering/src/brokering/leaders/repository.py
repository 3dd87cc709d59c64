"""All SQL on the directory of leaders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    RowMapping,
    Select,
    Table,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.leaders.own_record import is_leader
from brokering.ledger import repository as ledger
from brokering.models.directory import Leader, LeaderAvailability, LeaderBatch, LeaderDesignation, LeaderInterest
from brokering.models.leader_records import LeaderStrengthEvidence
from brokering.models.ledger import LeaderAccount
from brokering.rows import all_rows, made_row, one_row
from shared.auth.principal import Principal

LEADERS: Table = Leader.metadata.tables["leaders"]
ACCOUNTS: Table = LeaderAccount.metadata.tables["leader_accounts"]
BATCHES: Table = LeaderBatch.metadata.tables["leader_batches"]
AVAILABILITY: Table = LeaderAvailability.metadata.tables["leader_availability"]
INTERESTS: Table = LeaderInterest.metadata.tables["leader_interests"]
EVIDENCE: Table = LeaderStrengthEvidence.metadata.tables["leader_strength_evidence"]
DESIGNATIONS: Table = LeaderDesignation.metadata.tables["leader_designations"]


def visible_leaders(principal: Principal) -> ColumnElement[bool]:
    """Return the filter on leaders: brokers see the whole directory, a leader itself."""
    if principal.sees_everything or (principal.regions and not is_leader(principal)):
        return true()
    return LEADERS.c.tenancy_orgs.op("&&")(cast([str(principal.org)], ARRAY(Text)))


def _leaders(principal: Principal) -> Select[Any]:
    declared = exists().where(DESIGNATIONS.c.leader_id == LEADERS.c.id)
    return (
        select(
            LEADERS,
            and_(declared, LEADERS.c.remote.is_not(None)).label("declared"),
            func.coalesce(ACCOUNTS.c.committed_days, 0).label("days_committed"),
            func.coalesce(ACCOUNTS.c.open_deployments, 0).label("open_deployments"),
        )
        .outerjoin(ACCOUNTS, ACCOUNTS.c.leader_id == LEADERS.c.id)
        .where(visible_leaders(principal))
    )


def _filtered(principal: Principal, filters: Mapping[str, Any]) -> Select[Any]:
    query = _leaders(principal)
    for column in ("region", "role", "organisation_kind", "organisation_id"):
        if filters.get(column) is not None:
            query = query.where(LEADERS.c[column] == filters[column])
    if filters.get("phase") is not None:
        query = query.where(LEADERS.c.phases.op("@>")(cast([filters["phase"]], ARRAY(Text))))
    if filters.get("q") is not None:
        query = query.where(
            or_(
                LEADERS.c.reference.icontains(filters["q"], autoescape=True),
                LEADERS.c.organisation_name.icontains(filters["q"], autoescape=True),
            )
        )
    return query


async def page(
    session: AsyncSession, principal: Principal, filters: Mapping[str, Any], after: str | None, limit: int
) -> Sequence[RowMapping]:
    """Return up to `limit` leaders by reference."""
    query = _filtered(principal, filters).order_by(LEADERS.c.reference).limit(limit)
    if after is not None:
        query = query.where(LEADERS.c.reference > after)
    return await all_rows(session, query)


async def count(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> int:
    """Return how many leaders match."""
    query = select(func.count()).select_from(_filtered(principal, filters).subquery())
    return int((await session.execute(query)).scalar_one())


async def stream(session: AsyncSession, principal: Principal, filters: Mapping[str, Any]) -> AsyncIterator[RowMapping]:
    """Yield all leaders that match, by reference."""
    result = await session.stream(_filtered(principal, filters).order_by(LEADERS.c.reference))
    async for row in result.mappings():
        yield row


_DAYS_GIVEN = text(
    """
    SELECT 2 * CASE WHEN count(entry.id) > 0 THEN coalesce(sum(entry.days) FILTER (
            WHERE entry.starts_on <= :ends_on AND entry.ends_on >= :starts_on), 0)
        ELSE leader.days_available END
    FROM leaders AS leader LEFT JOIN leader_availability AS entry ON entry.leader_id = leader.id
    WHERE leader.id = :leader_id GROUP BY leader.id
    """
)

_SHORTEST_WINDOW = text(
    """
    WITH promises AS (
        SELECT offer.id, offer.proposal_id, offer.half_days FROM offers AS offer
        WHERE offer.leader_id = :leader_id AND offer.state IN ('offered', 'accepted', 'agreed')
        UNION ALL
        SELECT offer.id, offer.proposal_id, account.reserved_half_days
        FROM deployments AS deployment JOIN deployment_accounts AS account ON account.deployment_id = deployment.id
        LEFT JOIN offers AS offer ON offer.id = deployment.offer_id
        WHERE deployment.leader_id = :leader_id AND account.reserved_half_days > 0
    ), dated AS (
        SELECT coalesce(round.window_from, :today) AS starts_on, coalesce(round.window_to, :until) AS ends_on,
            promise.half_days
        FROM promises AS promise LEFT JOIN proposals AS proposal ON proposal.id = promise.proposal_id
        LEFT JOIN matching_rounds AS round ON round.id = proposal.round_id
    ), windows AS (SELECT DISTINCT starts_on, ends_on FROM dated)
    SELECT windows.starts_on, windows.ends_on, promised.half_days AS promised, given.half_days AS given
    FROM windows CROSS JOIN LATERAL (
        SELECT sum(dated.half_days) AS half_days FROM dated
        WHERE dated.starts_on >= windows.starts_on AND dated.ends_on <= windows.ends_on
    ) AS promised CROSS JOIN LATERAL (
        SELECT 2 * CASE WHEN count(entry.id) > 0 THEN coalesce(sum(entry.days) FILTER (
                WHERE entry.starts_on <= windows.ends_on AND entry.ends_on >= windows.starts_on), 0)
            ELSE leader.days_available END AS half_days
        FROM leaders AS leader LEFT JOIN leader_availability AS entry ON entry.leader_id = leader.id
        WHERE leader.id = :leader_id GROUP BY leader.id
    ) AS given
    ORDER BY promised.half_days - given.half_days DESC, starts_on, ends_on LIMIT 1
    """
)


async def find(
    session: AsyncSession, principal: Principal, leader_id: UUID, *, lock: bool = False
) -> RowMapping | None:
    """Return one leader that this client may see."""
    query = _leaders(principal).where(LEADERS.c.id == leader_id)
    if lock:
        query = query.with_for_update(of=LEADERS, key_share=True)
    return await one_row(session, query)


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Insert a leader."""
    await session.execute(insert(LEADERS).values(**values))


async def change(session: AsyncSession, leader_id: UUID, values: Mapping[str, Any]) -> None:
    """Update a leader."""
    await session.execute(update(LEADERS).where(LEADERS.c.id == leader_id).values(**values, updated_at=func.now()))


async def held(session: AsyncSession, references: Sequence[str]) -> dict[str, RowMapping]:
    """Return the leaders of these references with their promised capacity, both locked, by reference."""
    named = LEADERS.c.reference == func.any(cast(list(references), ARRAY(Text)))
    found = select(LEADERS.c.id).where(named).order_by(LEADERS.c.id).with_for_update(key_share=True)
    await ledger.lock(session, leaders=(await session.scalars(found)).all())
    query = (
        select(
            LEADERS,
            func.coalesce(ACCOUNTS.c.committed_days, 0).label("days_committed"),
            func.coalesce(ACCOUNTS.c.open_deployments, 0).label("open_deployments"),
        )
        .outerjoin(ACCOUNTS, ACCOUNTS.c.leader_id == LEADERS.c.id)
        .where(named)
    )
    return {row["reference"]: row for row in (await session.execute(query)).mappings()}


async def add_all(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many leaders."""
    if rows:
        await session.execute(insert(LEADERS), [dict(row) for row in rows])


async def add_batch(session: AsyncSession, values: Mapping[str, Any]) -> RowMapping:
    """Keep a batch's answer."""
    query = insert(BATCHES).values(**values).returning(BATCHES)
    return await made_row(session, query)


async def find_batch(session: AsyncSession, principal: Principal, batch_id: UUID) -> RowMapping | None:
    """Return a batch that this client sent."""
    query = select(BATCHES).where(BATCHES.c.id == batch_id, BATCHES.c.client_id == principal.client_id)
    return await one_row(session, query)


async def entries(
    session: AsyncSession, table: Table, leader_id: UUID, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return a leader's entries in one of the three lists, oldest first."""
    query = select(table).where(table.c.leader_id == leader_id).order_by(table.c.id).limit(limit)
    if after is not None:
        query = query.where(table.c.id > after)
    return await all_rows(session, query)


async def count_entries(session: AsyncSession, table: Table, leader_id: UUID) -> int:
    """Return how many entries a leader has in a list."""
    query = select(func.count()).select_from(table).where(table.c.leader_id == leader_id)
    return int((await session.execute(query)).scalar_one())


async def find_entry(session: AsyncSession, table: Table, leader_id: UUID, entry_id: UUID) -> RowMapping | None:
    """Return an entry of one of a leader's lists, locked."""
    query = select(table).where(table.c.leader_id == leader_id, table.c.id == entry_id).with_for_update()
    return await one_row(session, query)


async def remove_entry(session: AsyncSession, table: Table, entry_id: UUID) -> None:
    """Remove an entry from one of the three lists."""
    await session.execute(delete(table).where(table.c.id == entry_id))


async def end_interest(session: AsyncSession, entry_id: UUID, ends_on: date) -> RowMapping:
    """Write when a declared interest ended."""
    query = update(INTERESTS).where(INTERESTS.c.id == entry_id).values(ends_on=ends_on).returning(INTERESTS)
    return await made_row(session, query)


async def add_entry(session: AsyncSession, table: Table, values: Mapping[str, Any]) -> RowMapping:
    """Add an entry to one of the three lists."""
    return await made_row(session, insert(table).values(**values).returning(table))


async def days_given(session: AsyncSession, leader_id: UUID, starts_on: date, ends_on: date) -> int:
    """Return the half days that a leader gives within dates."""
    values = {"leader_id": leader_id, "starts_on": starts_on, "ends_on": ends_on}
    return int((await session.execute(_DAYS_GIVEN, values)).scalar_one())


async def shortest_window(session: AsyncSession, leader_id: UUID, today: date, until: date) -> Row[Any] | None:
    """Return the dates for which most is promised beyond what the leader gives; None where nothing is promised.

    Half days offered and reserved lie within the window of their round; those of no round between `today` and `until`.
    """
    values = {"leader_id": leader_id, "today": today, "until": until}
    return (await session.execute(_SHORTEST_WINDOW, values)).one_or_none()
