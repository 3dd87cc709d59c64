"""Locks in one fixed order, and movements of days.

The order is: accounts of leaders, needs, proposals, offers, episodes, budgets; within each by id. Whoever writes
several of these takes them here, so that no two writers can wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.ledger import KINDS
from brokering.models.base import Base
from shared.events.outbox import APPENDED, NewEvent, values_of
from shared.ids import new_id

TABLES = Base.metadata.tables
LEADER_ACCOUNTS = TABLES["leader_accounts"]
NEED_ACCOUNTS = TABLES["need_accounts"]
NEEDS = TABLES["needs"]
PROPOSALS = TABLES["proposals"]
OFFERS = TABLES["offers"]
EPISODES = TABLES["episodes"]
MOVEMENTS = TABLES["ledger_movements"]
BUDGETS = TABLES["budgets"]
_ENTER = insert(MOVEMENTS).returning(MOVEMENTS)
_ENTER_AND_TELL = _ENTER.add_cte(APPENDED)


@dataclass(frozen=True, slots=True)
class Locked:
    """The rows that a writer holds, by id; they stay as read until its transaction ends."""

    leaders: dict[UUID, Row[Any]]
    needs: dict[UUID, Row[Any]]
    proposals: dict[UUID, Row[Any]]
    offers: dict[UUID, Row[Any]]
    episodes: dict[UUID, Row[Any]]
    budgets: dict[UUID, Row[Any]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement to be entered: `kind` as in the domain's table, who entered it, and the day it speaks of."""

    kind: str
    half_days: int
    leader_id: UUID
    need_id: UUID
    offer_id: UUID
    effective_on: date
    recorded_at: datetime
    recorded_by: str
    episode_id: UUID | None = None
    deployment_id: UUID | None = None
    note: str | None = None


async def lock(
    session: AsyncSession,
    *,
    leaders: Iterable[UUID] = (),
    needs: Iterable[UUID] = (),
    proposals: Iterable[UUID] = (),
    offers: Iterable[UUID] = (),
    episodes: Iterable[UUID] = (),
    budgets: Iterable[UUID] = (),
) -> Locked:
    """Lock rows in the fixed order, with the episodes that the offers join, and return them as they stand now."""
    leader_rows = await _lock(session, LEADER_ACCOUNTS, LEADER_ACCOUNTS.c.leader_id, leaders)
    need_rows = await _lock(session, NEEDS, NEEDS.c.id, needs)
    proposal_rows = await _lock(session, PROPOSALS, PROPOSALS.c.id, proposals)
    offer_rows = await _lock(session, OFFERS, OFFERS.c.id, offers)
    joined = [offer.joins_episode_id for offer in offer_rows.values() if offer.joins_episode_id is not None]
    return Locked(
        leaders=leader_rows,
        needs=need_rows,
        proposals=proposal_rows,
        offers=offer_rows,
        episodes=await _lock(session, EPISODES, EPISODES.c.id, [*episodes, *joined]),
        budgets=await _lock(session, BUDGETS, BUDGETS.c.id, budgets),
    )


async def _lock(
    session: AsyncSession, table: Table, key: ColumnElement[UUID], ids: Iterable[UUID]
) -> dict[UUID, Row[Any]]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = await session.execute(select(table).where(key.in_(wanted)).order_by(key).with_for_update(key_share=True))
    return {row[0]: row for row in rows}  # the key is the first column of each of these tables


async def open_need_account(session: AsyncSession, need_id: UUID, cap_half_days: int, policy_version: int) -> Row[Any]:
    """Make the need's account where it has none, and return it. The need is locked."""
    values = {"need_id": need_id, "cap_half_days": cap_half_days, "policy_version": policy_version}
    await session.execute(upsert(NEED_ACCOUNTS).values(values).on_conflict_do_nothing())
    return (await session.execute(select(NEED_ACCOUNTS).where(NEED_ACCOUNTS.c.need_id == need_id))).one()


async def enter(session: AsyncSession, entry: Entry, told: Sequence[NewEvent] = ()) -> Row[Any]:
    """Enter a movement, and tell of it; the database moves the balances and holds the caps. Returns the stored row."""
    kind = KINDS[entry.kind]
    values = {
        **{each.name: getattr(entry, each.name) for each in fields(entry)},
        "id": new_id(),
        "debit": kind.debit.value,
        "credit": kind.credit.value,
        "places": kind.places,
    }
    statement, more = (_ENTER_AND_TELL, values_of(told)) if told else (_ENTER, {})
    row: Row[Any] = (await session.execute(statement, {**values, **more})).one()
    return row
