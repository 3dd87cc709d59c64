"""The SQL of notifications and contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, Text, cast, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.ledger.repository import TABLES
from shared.auth.principal import Principal
from shared.auth.tenancy import visible

NOTIFICATIONS = TABLES["notifications"]
CONTACTS = TABLES["contacts"]
PARTNERS = TABLES["delivery_partners"]
SCHOOLS = TABLES["schools"]
LEADERS = TABLES["leaders"]
MOST_DIGITS = 9


async def add(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store notifications to be sent."""
    if rows:
        await session.execute(insert(NOTIFICATIONS), [dict(row) for row in rows])


async def partners_of(session: AsyncSession, region: str | None) -> Sequence[str]:
    """Return the organisations of the delivery partners that cover a region."""
    if region is None:
        return []
    covers = PARTNERS.c.regions.op("@>")(cast([region], ARRAY(Text)))
    return [f"partner:{code}" for code in await session.scalars(select(PARTNERS.c.code).where(covers))]


async def lease(session: AsyncSession, now: datetime, *, limit: int, lease_for: timedelta) -> Sequence[Row[Any]]:
    """Take up to `limit` notifications that are due, for a while: nobody else takes them, and a crash frees them."""
    due = (
        select(NOTIFICATIONS.c.id)
        .where(NOTIFICATIONS.c.state == "queued", NOTIFICATIONS.c.next_attempt_at <= now)
        .order_by(NOTIFICATIONS.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(NOTIFICATIONS)
        .where(NOTIFICATIONS.c.id.in_(due))
        .values(attempts=NOTIFICATIONS.c.attempts + 1, next_attempt_at=now + lease_for)
        .returning(NOTIFICATIONS)
    )
    rows: Sequence[Row[Any]] = (await session.execute(taken)).all()
    return rows


async def addresses(session: AsyncSession, orgs: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return the addresses of organisations by (organisation, role)."""
    rows = await session.execute(select(CONTACTS).where(CONTACTS.c.org.in_(sorted(set(orgs)))))
    return {(row.org, row.role): row.email for row in rows}


async def write(session: AsyncSession, notification_id: UUID, values: Mapping[str, Any]) -> None:
    """Store what became of a notification."""
    await session.execute(update(NOTIFICATIONS).where(NOTIFICATIONS.c.id == notification_id).values(**values))


async def requeue_without_contact(session: AsyncSession, org: str, now: datetime) -> None:
    """Queue again what could not be sent to an organisation because nobody had told its address."""
    statement = update(NOTIFICATIONS).where(NOTIFICATIONS.c.recipient == org, NOTIFICATIONS.c.state == "no_contact")
    await session.execute(statement.values(state="queued", next_attempt_at=now, problem=None))


def _matching(principal: Principal, state: str | None) -> list[ColumnElement[bool]]:
    ways = [visible(principal, NOTIFICATIONS)]
    if state is not None:
        ways.append(NOTIFICATIONS.c.state == state)
    return ways


async def page(
    session: AsyncSession, principal: Principal, state: str | None, *, after: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Return up to `limit` notifications that the client may see, newest first."""
    statement = select(NOTIFICATIONS).where(*_matching(principal, state)).order_by(NOTIFICATIONS.c.id.desc())
    if after is not None:
        statement = statement.where(NOTIFICATIONS.c.id < after)
    return (await session.execute(statement.limit(limit))).all()


async def count(session: AsyncSession, principal: Principal, state: str | None) -> int:
    """Count the notifications that match."""
    statement = select(func.count()).select_from(NOTIFICATIONS).where(*_matching(principal, state))
    return int(await session.scalar(statement) or 0)


async def contacts(session: AsyncSession, principal: Principal, org: str) -> Sequence[Row[Any]]:
    """Return the contacts of an organisation that the client may see: one a role."""
    mine = CONTACTS.c.org == org, visible(principal, CONTACTS)
    return (await session.execute(select(CONTACTS).where(*mine).order_by(CONTACTS.c.role))).all()


async def put_contact(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store a contact in the place of the one there was."""
    statement = upsert(CONTACTS).values(**values)
    changed = {name: statement.excluded[name] for name in values if name not in {"org", "role"}}
    await session.execute(statement.on_conflict_do_update(constraint="pk_contacts", set_=changed))


async def remove_contact(session: AsyncSession, principal: Principal, org: str, role: str) -> bool:
    """Forget a contact; tell whether there was one."""
    mine = CONTACTS.c.org == org, CONTACTS.c.role == role, visible(principal, CONTACTS)
    gone = await session.execute(delete(CONTACTS).where(*mine).returning(CONTACTS.c.org))
    return gone.one_or_none() is not None


async def region_of(session: AsyncSession, org: str) -> str | None:
    """Return the region of a school, of a body's schools or of a leader, as far as we know one."""
    kind, _, key = org.partition(":")
    if kind == "region":
        return key
    if kind == "leader":
        statement = select(LEADERS.c.region).where(LEADERS.c.tenancy_orgs.op("@>")(cast([org], ARRAY(Text))))
        return await session.scalar(statement.limit(1))
    known_as = {
        "school": SCHOOLS.c.urn == (int(key) if key.isascii() and key.isdecimal() and len(key) <= MOST_DIGITS else 0),
        "trust": SCHOOLS.c.trust_uid == key,
        "la": SCHOOLS.c.la_code == key,
    }.get(kind)
    return None if known_as is None else await session.scalar(select(SCHOOLS.c.region).where(known_as).limit(1))
