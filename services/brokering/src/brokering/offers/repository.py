"""The SQL of offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.episode_states import STATES as EPISODE_STATES
from brokering.domain.offer_states import OPEN_STATES
from brokering.domain.values import OrganisationKind, Window, body_keys
from brokering.ledger.repository import EPISODES, LEADER_ACCOUNTS, NEEDS, OFFERS, PROPOSALS, TABLES
from brokering.models.rounds import MatchingRound
from shared.auth.principal import Principal
from shared.auth.tenancy import visible

LEADERS = TABLES["leaders"]
DESIGNATIONS = TABLES["leader_designations"]
INTERESTS = TABLES["leader_interests"]
SCHOOLS = TABLES["schools"]
BATCHES = TABLES["approval_batches"]
OPEN_EPISODES = tuple(state.code for state in EPISODE_STATES.values() if state.open)


@dataclass(frozen=True, slots=True)
class OfferFilters:
    """What a list of offers is narrowed to."""

    state: str | None = None
    need_id: UUID | None = None
    leader_id: UUID | None = None
    urn: int | None = None
    region: str | None = None


def overdue(now: datetime) -> ColumnElement[bool]:
    """Whether an offer has passed its deadline unanswered: it counts as lapsed before anyone has written that down."""
    return and_(OFFERS.c.state == "offered", OFFERS.c.deadline <= now)


def _documents(principal: Principal, now: datetime) -> Select[Any]:
    state = case((overdue(now), literal("lapsed")), else_=OFFERS.c.state).label("state")
    kept = [column for column in OFFERS.c if column.name != "state"]
    return (
        select(*kept, state, EPISODES.c.id.label("episode_id"))
        .select_from(
            OFFERS.outerjoin(
                EPISODES,
                or_(
                    EPISODES.c.offer_id == OFFERS.c.id,
                    and_(EPISODES.c.id == OFFERS.c.joins_episode_id, OFFERS.c.state == "approved"),
                ),
            )
        )
        .where(visible(principal, OFFERS))
    )


async def find(session: AsyncSession, principal: Principal, offer_id: UUID, now: datetime) -> Row[Any] | None:
    """Return one offer that the client may see, with its episode's id; overdue ones read as lapsed."""
    found = await session.execute(_documents(principal, now).where(OFFERS.c.id == offer_id))
    row: Row[Any] | None = found.one_or_none()
    return row


async def find_many(session: AsyncSession, principal: Principal, ids: Iterable[UUID]) -> dict[UUID, Row[Any]]:
    """Return those of these offers that the client may see, by id."""
    rows = await session.execute(select(OFFERS).where(OFFERS.c.id.in_(sorted(set(ids))), visible(principal, OFFERS)))
    return {row.id: row for row in rows}


def _narrowed(statement: Select[Any], filters: OfferFilters, now: datetime) -> Select[Any]:
    ways: list[ColumnElement[bool]] = []
    if filters.state == "lapsed":
        ways.append(or_(OFFERS.c.state == "lapsed", overdue(now)))
    elif filters.state is not None:
        ways.extend((OFFERS.c.state == filters.state, ~overdue(now)))
    if filters.need_id is not None:
        ways.append(OFFERS.c.need_id == filters.need_id)
    if filters.leader_id is not None:
        ways.append(OFFERS.c.leader_id == filters.leader_id)
    if filters.urn is not None:
        ways.append(and_(OFFERS.c.subject_kind == "school", OFFERS.c.subject_id == str(filters.urn)))
    if filters.region is not None:
        ways.append(OFFERS.c.tenancy_region == filters.region)
    return statement.where(*ways)


async def page(
    session: AsyncSession, principal: Principal, filters: OfferFilters, now: datetime, *, after: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Return up to `limit` offers, newest first, after an id."""
    statement = _narrowed(_documents(principal, now), filters, now)
    if after is not None:
        statement = statement.where(OFFERS.c.id < after)
    rows: Sequence[Row[Any]] = (await session.execute(statement.order_by(OFFERS.c.id.desc()).limit(limit))).all()
    return rows


async def count(session: AsyncSession, principal: Principal, filters: OfferFilters, now: datetime) -> int:
    """Count the offers that match."""
    statement = select(func.count()).select_from(OFFERS).where(visible(principal, OFFERS))
    return int(await session.scalar(_narrowed(statement, filters, now)) or 0)


async def find_proposal(session: AsyncSession, principal: Principal, proposal_id: UUID) -> Row[Any] | None:
    """Return a proposal that the client may see."""
    statement = select(PROPOSALS).where(PROPOSALS.c.id == proposal_id, visible(principal, PROPOSALS))
    return (await session.execute(statement)).one_or_none()


async def window_of(session: AsyncSession, round_id: UUID) -> Window:
    """Return the window of a round."""
    statement = select(MatchingRound.window_from, MatchingRound.window_to).where(MatchingRound.id == round_id)
    row = (await session.execute(statement)).one()
    return Window(row.window_from, row.window_to)


async def overdue_offers(
    session: AsyncSession,
    now: datetime,
    *,
    need_id: UUID | None = None,
    leader_id: UUID | None = None,
    limit: int = 200,
) -> Sequence[Row[Any]]:
    """Return overdue offers, oldest deadline first: all, or those on a need or to a leader."""
    statement = select(OFFERS).where(overdue(now)).order_by(OFFERS.c.deadline, OFFERS.c.id).limit(limit)
    if need_id is not None or leader_id is not None:
        statement = statement.where(or_(OFFERS.c.need_id == need_id, OFFERS.c.leader_id == leader_id))
    return (await session.execute(statement)).all()


async def current(session: AsyncSession, offer_id: UUID) -> Row[Any]:
    """Return an offer, locked before, as it stands in this transaction."""
    row: Row[Any] = (await session.execute(select(OFFERS).where(OFFERS.c.id == offer_id))).one()
    return row


async def leader_account(session: AsyncSession, leader_id: UUID) -> Row[Any]:
    """Return a leader's account, locked before, as it stands in this transaction."""
    statement = select(LEADER_ACCOUNTS).where(LEADER_ACCOUNTS.c.leader_id == leader_id)
    row: Row[Any] = (await session.execute(statement)).one()
    return row


async def need(session: AsyncSession, need_id: UUID) -> Row[Any]:
    """Return a need, locked before, as it stands in this transaction."""
    row: Row[Any] = (await session.execute(select(NEEDS).where(NEEDS.c.id == need_id))).one()
    return row


async def offered_before(session: AsyncSession, need_id: UUID) -> set[str]:
    """Return the leaders to whom a need has been offered, whatever they answered."""
    rows = await session.scalars(select(OFFERS.c.leader_id).where(OFFERS.c.need_id == need_id))
    return {str(leader_id) for leader_id in rows}


async def open_episode(session: AsyncSession, need_id: UUID) -> UUID | None:
    """Return the open episode of a need."""
    mine = EPISODES.c.need_id == need_id, EPISODES.c.state.in_(OPEN_EPISODES)
    found: UUID | None = await session.scalar(select(EPISODES.c.id).where(*mine))
    return found


def holds_part(need_id: ColumnElement[UUID] | UUID, part: ColumnElement[str] | str) -> tuple[ColumnElement[bool], ...]:
    """Return whether an offer on the need stands that another part may be offered beside, and whether one bars this.

    An offer stands while it is open, and once it is approved while its episode is open. One of the whole need bars
    every part, and one of a part the same part; a further leader of an episode bars none.
    """
    of_episode = or_(EPISODES.c.offer_id == OFFERS.c.id, EPISODES.c.id == OFFERS.c.joins_episode_id)
    in_episode = exists().where(of_episode, EPISODES.c.state.in_(OPEN_EPISODES))
    stands = or_(OFFERS.c.state.in_(OPEN_STATES), and_(OFFERS.c.state == "approved", in_episode))
    same = or_(OFFERS.c.part == part, and_(OFFERS.c.part.is_(None), OFFERS.c.joins_episode_id.is_(None)))
    mine = exists().where(OFFERS.c.need_id == need_id, stands)
    return mine.where(OFFERS.c.part != part), mine.where(same)


async def part_free(session: AsyncSession, need_id: UUID, part: str) -> bool:
    """Tell whether a part of a need under offer or in support can be offered; the need is locked."""
    beside, barred = holds_part(need_id, part)
    return bool(await session.scalar(select(and_(beside, ~barred))))


async def has_open(session: AsyncSession, need_id: UUID, *, besides: UUID | None = None) -> bool:
    """Tell whether an offer on a need, other than this one, is open; the need is locked."""
    others = OFFERS.c.need_id == need_id, OFFERS.c.id.is_distinct_from(besides), OFFERS.c.state.in_(OPEN_STATES)
    return bool(await session.scalar(select(exists().where(*others))))


async def joining(session: AsyncSession, episode_id: UUID) -> Sequence[Row[Any]]:
    """Return the open offers that are to join an episode, oldest first."""
    mine = OFFERS.c.joins_episode_id == episode_id, OFFERS.c.state.in_(OPEN_STATES)
    return (await session.execute(select(OFFERS).where(*mine).order_by(OFFERS.c.id))).all()


async def not_agreed(session: AsyncSession, leader_id: UUID) -> Sequence[Row[Any]]:
    """Lock and return the leader's open offers that the school has not answered yet."""
    mine = OFFERS.c.leader_id == leader_id, OFFERS.c.state.in_(("offered", "accepted"))
    locked = select(OFFERS).where(*mine).order_by(OFFERS.c.id).with_for_update(key_share=True)
    return (await session.execute(locked)).all()


async def join_parts(session: AsyncSession, need_id: UUID, episode_id: UUID) -> None:
    """Let the open offers of parts of a need join its episode, which another part has opened; the need is locked."""
    parts = OFFERS.c.need_id == need_id, OFFERS.c.part.is_not(None), OFFERS.c.state.in_(OPEN_STATES)
    await session.execute(update(OFFERS).where(*parts).values(joins_episode_id=episode_id))


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store a new offer."""
    await session.execute(insert(OFFERS).values(**values))


async def write_step(session: AsyncSession, offer_id: UUID, values: Mapping[str, Any]) -> None:
    """Store what a step changes on an offer."""
    await session.execute(update(OFFERS).where(OFFERS.c.id == offer_id).values(**values))


async def set_proposal(session: AsyncSession, proposal_id: UUID, state: str, now: datetime) -> None:
    """Move a proposal; from its offer on, the parties see it."""
    statement = update(PROPOSALS).where(PROPOSALS.c.id == proposal_id)
    await session.execute(statement.values(state=state, tenancy_orgs=PROPOSALS.c.party_orgs, updated_at=now))


async def set_need(session: AsyncSession, need_id: UUID, state: str, now: datetime) -> None:
    """Move a need."""
    await session.execute(update(NEEDS).where(NEEDS.c.id == need_id).values(state=state, updated_at=now))


async def leader(session: AsyncSession, leader_id: UUID) -> Row[Any]:
    """Return a leader."""
    row: Row[Any] = (await session.execute(select(LEADERS).where(LEADERS.c.id == leader_id))).one()
    return row


async def designations(session: AsyncSession, leader_id: UUID) -> Sequence[Row[Any]]:
    """Return a leader's designations, newest first."""
    order = DESIGNATIONS.c.valid_from.desc(), DESIGNATIONS.c.id
    return (
        await session.execute(select(DESIGNATIONS).where(DESIGNATIONS.c.leader_id == leader_id).order_by(*order))
    ).all()


async def interests(session: AsyncSession, leader_id: UUID, subjects: Sequence[tuple[str, str]]) -> Sequence[Row[Any]]:
    """Return a leader's declared interests in these (kind, id) subjects."""
    touches = or_(*(and_(INTERESTS.c.subject_kind == kind, INTERESTS.c.subject_id == key) for kind, key in subjects))
    statement = select(INTERESTS).where(INTERESTS.c.leader_id == leader_id, touches)
    return (await session.execute(statement.order_by(INTERESTS.c.declared_at, INTERESTS.c.id))).all()


async def schools_in_category(
    session: AsyncSession, body_kind: str, body_id: str | None, body_name: str | None
) -> int | None:
    """Count an organisation's open schools in a category of concern; None where we know none of its schools."""
    known_as = [key.removeprefix(f"{body_kind}:") for key in body_keys(body_kind, body_id, body_name)]
    names = [SCHOOLS.c.responsible_body_id]
    if body_kind == OrganisationKind.LOCAL_AUTHORITY:
        names.append(SCHOOLS.c.responsible_body_name)
    counts = select(func.count(), func.count(SCHOOLS.c.category_of_concern)).where(
        SCHOOLS.c.responsible_body_kind == body_kind,
        func.coalesce(SCHOOLS.c.status, "open").not_in(("closed", "proposed_to_open")),
        or_(*(func.lower(func.btrim(name)).in_(known_as) for name in names)),
    )
    known, in_category = (await session.execute(counts)).one()
    return int(in_category) if known else None


async def add_batch(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store what became of a batch's rows."""
    await session.execute(insert(BATCHES).values(**values))


async def find_batch(session: AsyncSession, principal: Principal, batch_id: UUID) -> Row[Any] | None:
    """Return a batch that this person sent."""
    mine = BATCHES.c.client_id == principal.client_id, BATCHES.c.subject == principal.subject
    return (await session.execute(select(BATCHES).where(BATCHES.c.id == batch_id, *mine))).one_or_none()
