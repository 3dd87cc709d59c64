"""The SQL of episodes, their deployments and their part of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.ledger.repository import EPISODES, MOVEMENTS, NEED_ACCOUNTS, NEEDS, OFFERS, TABLES
from shared.auth.principal import Principal
from shared.auth.tenancy import visible, visible_sql

ACCOUNTS = TABLES["episode_accounts"]
DEPLOYMENTS = TABLES["deployments"]
LEADERS = TABLES["leaders"]
DEPLOYMENT_ACCOUNTS = TABLES["deployment_accounts"]


@dataclass(frozen=True, slots=True)
class EpisodeFilters:
    """What a list of episodes is narrowed to."""

    state: str | None = None
    need_id: UUID | None = None
    leader_id: UUID | None = None
    urn: int | None = None
    region: str | None = None


_DEPLOYMENTS = (
    select(
        func.jsonb_agg(
            aggregate_order_by(
                func.jsonb_build_object(
                    literal("id"),
                    DEPLOYMENTS.c.id,
                    literal("leader_id"),
                    DEPLOYMENTS.c.leader_id,
                    literal("half_days"),
                    DEPLOYMENTS.c.half_days,
                    literal("from"),
                    DEPLOYMENTS.c.starts_on,
                    literal("to"),
                    DEPLOYMENTS.c.ends_on,
                    literal("offer_id"),
                    DEPLOYMENTS.c.offer_id,
                    literal("day_rate_pence"),
                    DEPLOYMENTS.c.day_rate_pence,
                    literal("grant_id"),
                    DEPLOYMENTS.c.grant_id,
                    literal("ending"),
                    DEPLOYMENTS.c.ending,
                    literal("claimed"),
                    DEPLOYMENT_ACCOUNTS.c.claimed_half_days,
                    literal("used"),
                    DEPLOYMENT_ACCOUNTS.c.used_half_days,
                    literal("returned"),
                    DEPLOYMENT_ACCOUNTS.c.returned_half_days,
                    type_=JSONB,
                ),
                DEPLOYMENTS.c.id,
            )
        )
    )
    .select_from(DEPLOYMENTS.join(DEPLOYMENT_ACCOUNTS, DEPLOYMENT_ACCOUNTS.c.deployment_id == DEPLOYMENTS.c.id))
    .where(DEPLOYMENTS.c.episode_id == EPISODES.c.id)
    .correlate(EPISODES)
    .scalar_subquery()
    .label("deployments")
)

# built once: building it costs more than running it
_DEPLOYMENTS_OF = (
    select(
        DEPLOYMENTS,
        *(each for each in DEPLOYMENT_ACCOUNTS.c if each.name != "deployment_id"),
        *(each.label(f"episode_{each.name}") for each in ACCOUNTS.c if each.name.endswith("_half_days")),
        LEADERS.c.tenancy_orgs.label("leader_orgs"),
    )
    .join(DEPLOYMENT_ACCOUNTS, DEPLOYMENT_ACCOUNTS.c.deployment_id == DEPLOYMENTS.c.id)
    .join(ACCOUNTS, ACCOUNTS.c.episode_id == DEPLOYMENTS.c.episode_id)
    .join(LEADERS, LEADERS.c.id == DEPLOYMENTS.c.leader_id)
    .where(DEPLOYMENTS.c.episode_id == bindparam("episode"))
    .order_by(DEPLOYMENTS.c.id)
)


def _documents(principal: Principal) -> Select[Any]:
    balances = [each for each in ACCOUNTS.c if each.name != "episode_id"]
    return (
        select(EPISODES, *balances, _DEPLOYMENTS)
        .select_from(EPISODES.join(ACCOUNTS, ACCOUNTS.c.episode_id == EPISODES.c.id))
        .where(visible(principal, EPISODES))
    )


async def find(session: AsyncSession, principal: Principal, episode_id: UUID) -> Row[Any] | None:
    """Return one episode that the client may see, with its balances and deployments."""
    found = await session.execute(_documents(principal).where(EPISODES.c.id == episode_id))
    row: Row[Any] | None = found.one_or_none()
    return row


async def hold_days(session: AsyncSession, principal: Principal, episode_id: UUID) -> Row[Any] | None:
    """Lock an episode that the client may see, with the accounts of its leaders; return it as it stands now.

    The rest of the transaction sees all rows: a movement moves balances that the client itself may not see.
    """
    seen, claims = visible_sql(principal, "episodes")
    statement = f"SELECT held.* FROM episodes, hold_days(episodes.id) AS held WHERE episodes.id = :id AND {seen}"  # noqa: S608 - own text
    return (await session.execute(text(statement), {"id": episode_id, **claims})).one_or_none()


def _narrowed(statement: Select[Any], filters: EpisodeFilters) -> Select[Any]:
    ways: list[ColumnElement[bool]] = []
    if filters.state is not None:
        ways.append(EPISODES.c.state == filters.state)
    if filters.need_id is not None:
        ways.append(EPISODES.c.need_id == filters.need_id)
    if filters.leader_id is not None:
        ways.append(EPISODES.c.leader_id == filters.leader_id)
    if filters.urn is not None:
        ways.append(and_(EPISODES.c.subject_kind == "school", EPISODES.c.subject_id == str(filters.urn)))
    if filters.region is not None:
        ways.append(EPISODES.c.tenancy_region == filters.region)
    return statement.where(*ways)


async def page(
    session: AsyncSession, principal: Principal, filters: EpisodeFilters, *, after: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Return up to `limit` episodes, newest first, after an id."""
    statement = _narrowed(_documents(principal), filters)
    if after is not None:
        statement = statement.where(EPISODES.c.id < after)
    rows: Sequence[Row[Any]] = (await session.execute(statement.order_by(EPISODES.c.id.desc()).limit(limit))).all()
    return rows


async def count(session: AsyncSession, principal: Principal, filters: EpisodeFilters) -> int:
    """Count the episodes that match."""
    statement = select(func.count()).select_from(EPISODES).where(visible(principal, EPISODES))
    return int(await session.scalar(_narrowed(statement, filters)) or 0)


async def latest_of(session: AsyncSession, subject_kind: str, subject_id: str) -> UUID | None:
    """Return the newest episode of a subject, which the next one is linked to."""
    mine = EPISODES.c.subject_kind == subject_kind, EPISODES.c.subject_id == subject_id
    return await session.scalar(select(EPISODES.c.id).where(*mine).order_by(EPISODES.c.id.desc()).limit(1))


async def current(session: AsyncSession, episode_id: UUID) -> Row[Any]:
    """Return an episode, locked before, as it stands in this transaction."""
    row: Row[Any] = (await session.execute(select(EPISODES).where(EPISODES.c.id == episode_id))).one()
    return row


async def cap_of(session: AsyncSession, need_id: UUID) -> int:
    """Return the cap of a need's account, in half days."""
    statement = select(NEED_ACCOUNTS.c.cap_half_days).where(NEED_ACCOUNTS.c.need_id == need_id)
    return int((await session.execute(statement)).scalar_one())


async def add(
    session: AsyncSession, episode: Mapping[str, Any], cap_half_days: int, deployment: Mapping[str, Any]
) -> None:
    """Store a new episode with its account and its first deployment (whose account the database opens)."""
    await session.execute(insert(EPISODES).values(**episode))
    await session.execute(insert(ACCOUNTS).values(episode_id=episode["id"], cap_half_days=cap_half_days))
    await session.execute(insert(DEPLOYMENTS).values(**deployment))


async def write_state(session: AsyncSession, episode_id: UUID, values: Mapping[str, Any]) -> None:
    """Store what a step changes on an episode."""
    await session.execute(update(EPISODES).where(EPISODES.c.id == episode_id).values(**values))


async def set_need(session: AsyncSession, need_id: UUID, state: str, now: datetime) -> None:
    """Move the need of an episode."""
    await session.execute(update(NEEDS).where(NEEDS.c.id == need_id).values(state=state, updated_at=now))


async def deployments(session: AsyncSession, episode_id: UUID) -> Sequence[Row[Any]]:
    """Return an episode's deployments with the names of their leaders, oldest first.

    Each with where its days stand and, as `episode_…`, where those of the episode do.
    """
    return (await session.execute(_DEPLOYMENTS_OF, {"episode": episode_id})).all()


async def add_deployment(session: AsyncSession, deployment: Mapping[str, Any], leader_orgs: Sequence[str]) -> None:
    """Store a further deployment, whose leader sees the episode from now on."""
    await session.execute(insert(DEPLOYMENTS).values(**deployment))
    seen_by = EPISODES.c.tenancy_orgs + cast(list(leader_orgs), ARRAY(Text))
    mine = EPISODES.c.id == deployment["episode_id"]
    await session.execute(update(EPISODES).where(mine).values(tenancy_orgs=seen_by))


async def end_deployment(session: AsyncSession, deployment_id: UUID, values: Mapping[str, Any]) -> None:
    """Store when and why a deployment ended."""
    await session.execute(update(DEPLOYMENTS).where(DEPLOYMENTS.c.id == deployment_id).values(**values))


async def entries(session: AsyncSession, episode: Row[Any], as_of: date | None) -> Sequence[Row[Any]]:
    """Return the movements of an episode from its offers on, oldest first; up to a day they speak of."""
    offers = select(OFFERS.c.id).where(or_(OFFERS.c.id == episode.offer_id, OFFERS.c.joins_episode_id == episode.id))
    statement = select(MOVEMENTS).where(MOVEMENTS.c.offer_id.in_(offers)).order_by(MOVEMENTS.c.seq)
    if as_of is not None:
        statement = statement.where(MOVEMENTS.c.effective_on <= as_of)
    return (await session.execute(statement)).all()
