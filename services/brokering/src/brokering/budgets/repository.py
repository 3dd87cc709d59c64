"""The SQL of delivery partners, budgets, fees and the entries of money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Table, Text, cast, false, func, insert, or_, select, update
from sqlalchemy import text as sql_text
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.ledger.repository import BUDGETS, TABLES
from shared.auth.principal import DEPARTMENT, Principal
from shared.auth.tenancy import visible

PARTNERS = TABLES["delivery_partners"]
FEES = TABLES["fees"]
ENTRIES = TABLES["money_entries"]
GRANT, CONTRACT = "deployment_grant", "partner_contract"
_ONE_GRANT_AT_A_TIME = sql_text("SELECT pg_advisory_xact_lock(hashtextextended('grants ' || :region, 0))")


def in_sight(principal: Principal, table: Table) -> ColumnElement[bool]:
    """Whose rows a client sees: a department's client with regions sees what touches one of them."""
    touching: ColumnElement[bool] = false()
    if principal.org.kind in DEPARTMENT and principal.regions:
        touching = table.c.regions.op("&&")(cast(sorted(principal.regions), ARRAY(Text)))
    return or_(visible(principal, table), touching)


async def partner(
    session: AsyncSession, principal: Principal, partner_id: UUID, *, lock: bool = False
) -> Row[Any] | None:
    """Return one delivery partner that the client may see, locked if asked."""
    statement = select(PARTNERS).where(PARTNERS.c.id == partner_id, in_sight(principal, PARTNERS))
    if lock:
        statement = statement.with_for_update(key_share=True)
    return (await session.execute(statement)).one_or_none()


async def change_partner(session: AsyncSession, partner_id: UUID, values: Mapping[str, Any]) -> Row[Any]:
    """Store what changes on a delivery partner, and return it."""
    statement = update(PARTNERS).where(PARTNERS.c.id == partner_id).values(**values).returning(PARTNERS)
    row: Row[Any] = (await session.execute(statement)).one()
    return row


async def partners(
    session: AsyncSession, principal: Principal, region: str | None, *, after: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Return up to `limit` delivery partners, oldest first."""
    statement = select(PARTNERS).where(in_sight(principal, PARTNERS)).order_by(PARTNERS.c.id).limit(limit)
    if region is not None:
        statement = statement.where(PARTNERS.c.regions.op("@>")(cast([region], ARRAY(Text))))
    if after is not None:
        statement = statement.where(PARTNERS.c.id > after)
    return (await session.execute(statement)).all()


async def count_partners(session: AsyncSession, principal: Principal, region: str | None) -> int:
    """Count the delivery partners that match."""
    statement = select(func.count()).select_from(PARTNERS).where(in_sight(principal, PARTNERS))
    if region is not None:
        statement = statement.where(PARTNERS.c.regions.op("@>")(cast([region], ARRAY(Text))))
    return int(await session.scalar(statement) or 0)


async def add(session: AsyncSession, table: Table, values: Mapping[str, Any]) -> None:
    """Store a new row."""
    await session.execute(insert(table).values(**values))


def _budgets(principal: Principal, kind: str) -> Select[Any]:
    return select(BUDGETS).where(BUDGETS.c.kind == kind, in_sight(principal, BUDGETS))


async def budget(session: AsyncSession, principal: Principal, kind: str, budget_id: UUID) -> Row[Any] | None:
    """Return one budget of a kind that the client may see."""
    found = await session.execute(_budgets(principal, kind).where(BUDGETS.c.id == budget_id))
    row: Row[Any] | None = found.one_or_none()
    return row


async def grants(
    session: AsyncSession, principal: Principal, region: str | None, *, after: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Return up to `limit` deployment grants, oldest first."""
    statement = _budgets(principal, GRANT).order_by(BUDGETS.c.id).limit(limit)
    if region is not None:
        statement = statement.where(BUDGETS.c.tenancy_region == region)
    if after is not None:
        statement = statement.where(BUDGETS.c.id > after)
    rows: Sequence[Row[Any]] = (await session.execute(statement)).all()
    return rows


async def count_grants(session: AsyncSession, principal: Principal, region: str | None) -> int:
    """Count the deployment grants that match."""
    statement = _budgets(principal, GRANT)
    if region is not None:
        statement = statement.where(BUDGETS.c.tenancy_region == region)
    return int(await session.scalar(select(func.count()).select_from(statement.subquery())) or 0)


async def count_fees(session: AsyncSession, contract_id: UUID) -> int:
    """Count the fees of a contract."""
    statement = select(func.count()).select_from(FEES).where(FEES.c.contract_id == contract_id)
    return int(await session.scalar(statement) or 0)


async def contracts(session: AsyncSession, principal: Principal, partner_id: UUID) -> Sequence[Row[Any]]:
    """Return the contracts of a partner, oldest first."""
    statement = _budgets(principal, CONTRACT).where(BUDGETS.c.partner_id == partner_id).order_by(BUDGETS.c.id)
    rows: Sequence[Row[Any]] = (await session.execute(statement)).all()
    return rows


async def overlapping_grant(session: AsyncSession, region: str, starts_on: date, ends_on: date) -> UUID | None:
    """Return a grant of the region for some of these days; until the transaction ends nobody else enters one."""
    await session.execute(_ONE_GRANT_AT_A_TIME, {"region": region})
    return await session.scalar(
        select(BUDGETS.c.id)
        .where(BUDGETS.c.kind == GRANT, BUDGETS.c.tenancy_region == region)
        .where(BUDGETS.c.starts_on <= ends_on, BUDGETS.c.ends_on >= starts_on)
        .limit(1)
    )


def _grant_on(regions: Iterable[str], on: date) -> Select[Any]:
    return select(BUDGETS).where(
        BUDGETS.c.kind == GRANT,
        BUDGETS.c.tenancy_region.in_(sorted(set(regions))),
        BUDGETS.c.starts_on <= on,
        BUDGETS.c.ends_on >= on,
    )


async def lock_grant(session: AsyncSession, region: str | None, on: date) -> Row[Any] | None:
    """Return the region's grant in force on a day, locked; None where there is none."""
    if region is None:
        return None
    statement = _grant_on([region], on).with_for_update(key_share=True)
    row: Row[Any] | None = (await session.execute(statement)).one_or_none()
    return row


async def grants_on(session: AsyncSession, regions: Iterable[str | None], on: date) -> Sequence[UUID]:
    """Return the grants of these regions in force on a day."""
    rows = await session.execute(_grant_on([region for region in regions if region is not None], on))
    return [row.id for row in rows]


async def lock(session: AsyncSession, budget_id: UUID) -> Row[Any]:
    """Return a budget, locked."""
    statement = select(BUDGETS).where(BUDGETS.c.id == budget_id).with_for_update(key_share=True)
    row: Row[Any] = (await session.execute(statement)).one()
    return row


async def change(session: AsyncSession, table: Table, key: UUID, values: Mapping[str, Any]) -> None:
    """Store what changes on a row."""
    await session.execute(update(table).where(table.c.id == key).values(**values))


async def fees(session: AsyncSession, contract_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return up to `limit` fees of a contract, newest first."""
    statement = select(FEES).where(FEES.c.contract_id == contract_id).order_by(FEES.c.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(FEES.c.id < after)
    return (await session.execute(statement)).all()


async def lock_fee(session: AsyncSession, contract_id: UUID, fee_id: UUID) -> Row[Any] | None:
    """Return a fee of a contract, locked."""
    statement = select(FEES).where(FEES.c.id == fee_id, FEES.c.contract_id == contract_id).with_for_update()
    return (await session.execute(statement)).one_or_none()


async def count_entries(session: AsyncSession, budget_id: UUID) -> int:
    """Count the entries of money of a budget."""
    statement = select(func.count()).select_from(ENTRIES).where(ENTRIES.c.budget_id == budget_id)
    return int(await session.scalar(statement) or 0)


async def entries(session: AsyncSession, budget_id: UUID, *, after: int | None, limit: int) -> Sequence[Row[Any]]:
    """Return up to `limit` entries of money of a budget, oldest first."""
    statement = select(ENTRIES).where(ENTRIES.c.budget_id == budget_id).order_by(ENTRIES.c.seq).limit(limit)
    if after is not None:
        statement = statement.where(ENTRIES.c.seq > after)
    return (await session.execute(statement)).all()
