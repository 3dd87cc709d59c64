"""The SQL of tasks: what waits on whom among offers, proposals, completions, claims, fees and designations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy import Uuid as SqlUuid
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.budgets.repository import FEES, in_sight
from brokering.domain.offer_states import OPEN_STATES
from brokering.ledger.repository import BUDGETS, EPISODES, NEEDS, OFFERS, PROPOSALS, TABLES
from brokering.offers.repository import holds_part, overdue
from brokering.scopes import BUDGETS_READ
from shared.auth.principal import Principal
from shared.auth.tenancy import visible

CLAIMS = TABLES["claims"]
LEADERS = TABLES["leaders"]
RECHECKS = TABLES["designation_rechecks"]


@dataclass(frozen=True, slots=True)
class TaskFilters:
    """What a list of tasks is narrowed to: due before this moment, of these kinds, in this region."""

    due_before: datetime | None = None
    kinds: Sequence[str] | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How long after it arose a thing is due: a match's offer, the supported body's signature, an answer to a fee."""

    broker_offers_in: timedelta
    body_signs_in: timedelta
    fees_answered_in: timedelta


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks one client may see, as they stand at a moment; `kinds` names the kind of each state of an offer."""

    principal: Principal
    now: datetime
    terms: Terms
    kinds: Mapping[str, str]

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
        parts = [self._offers(), self._proposals(), self._completions(), self._claims(), self._rechecks()]
        if self.principal.may(BUDGETS_READ):
            parts.append(self._fees())
        return union_all(*parts).subquery("tasks")

    def _offers(self) -> Select[Any]:
        kind = case(self.kinds, value=OFFERS.c.state)
        return select(
            OFFERS.c.id,
            cast(kind, Text).label("kind"),
            OFFERS.c.due_at,
            OFFERS.c.subject_kind,
            OFFERS.c.subject_id,
            OFFERS.c.subject_name,
            OFFERS.c.tenancy_region.label("region"),
            OFFERS.c.need_id,
            OFFERS.c.leader_id,
            OFFERS.c.proposal_id,
            OFFERS.c.id.label("offer_id"),
            OFFERS.c.joins_episode_id.label("episode_id"),
            _NONE[0].label("claim_id"),
            _NONE[0].label("contract_id"),
            _NONE[0].label("fee_id"),
            _NONE[0].label("recheck_id"),
        ).where(visible(self.principal, OFFERS), OFFERS.c.state.in_(OPEN_STATES), ~overdue(self.now))

    def _proposals(self) -> Select[Any]:
        beside, barred = holds_part(PROPOSALS.c.need_id, PROPOSALS.c.part)
        return (
            select(
                PROPOSALS.c.id,
                cast(literal(self.kinds["proposed"]), Text),
                (PROPOSALS.c.created_at + self.terms.broker_offers_in),
                NEEDS.c.subject_kind,
                NEEDS.c.subject_id,
                NEEDS.c.subject_name,
                PROPOSALS.c.tenancy_region,
                PROPOSALS.c.need_id,
                PROPOSALS.c.leader_id,
                PROPOSALS.c.id,
                *_NONE * 6,
            )
            .join(NEEDS, NEEDS.c.id == PROPOSALS.c.need_id)
            .where(visible(self.principal, PROPOSALS), PROPOSALS.c.state == "proposed")
            .where(or_(NEEDS.c.state == "decided", and_(beside, ~barred)))
        )

    def _completions(self) -> Select[Any]:
        return select(
            EPISODES.c.id,
            cast(literal("sign_off_completion"), Text),
            (EPISODES.c.updated_at + self.terms.body_signs_in),
            *_SUBJECT,
            EPISODES.c.leader_id,
            *_NONE * 2,
            EPISODES.c.id,
            *_NONE * 4,
        ).where(visible(self.principal, EPISODES), EPISODES.c.state == "awaiting_sign_off")

    def _claims(self) -> Select[Any]:
        return (
            select(
                CLAIMS.c.id,
                cast(literal("sign_off_claim"), Text),
                (CLAIMS.c.claimed_at + self.terms.body_signs_in),
                *_SUBJECT,
                CLAIMS.c.leader_id,
                *_NONE * 2,
                EPISODES.c.id,
                CLAIMS.c.id,
                *_NONE * 3,
            )
            .join(EPISODES, EPISODES.c.id == CLAIMS.c.episode_id)
            .where(visible(self.principal, EPISODES), CLAIMS.c.state == "submitted", EPISODES.c.state != "paused")
        )

    def _fees(self) -> Select[Any]:
        nobody = cast(null(), Text)
        return (
            select(
                FEES.c.id,
                cast(literal("approve_fee"), Text),
                (FEES.c.entered_at + self.terms.fees_answered_in),
                *(nobody, nobody, nobody),
                FEES.c.region,
                *_NONE * 6,
                FEES.c.contract_id,
                FEES.c.id,
                *_NONE,
            )
            .join(BUDGETS, BUDGETS.c.id == FEES.c.contract_id)
            .where(in_sight(self.principal, BUDGETS), FEES.c.state == "submitted")
        )

    def _rechecks(self) -> Select[Any]:
        return (
            select(
                RECHECKS.c.id,
                cast(literal("recheck_designation"), Text),
                RECHECKS.c.due_at,
                cast(literal("leader"), Text),
                LEADERS.c.reference,
                LEADERS.c.organisation_name,
                LEADERS.c.region,
                *_NONE,
                RECHECKS.c.leader_id,
                *_NONE * 6,
                RECHECKS.c.id,
            )
            .join(LEADERS, LEADERS.c.id == RECHECKS.c.leader_id)
            .where(self._of_leaders(), RECHECKS.c.state == "waiting")
        )

    def _of_leaders(self) -> ColumnElement[bool]:
        """Leaders of the client's regions, and the leader itself: the directory is wider than the work."""
        regions = LEADERS.c.region.in_(sorted(self.principal.regions))
        return true() if self.principal.sees_everything else or_(regions, visible(self.principal, LEADERS))


_SUBJECT = (
    EPISODES.c.subject_kind,
    EPISODES.c.subject_id,
    EPISODES.c.subject_name,
    EPISODES.c.tenancy_region,
    EPISODES.c.need_id,
)


_NONE = (cast(null(), SqlUuid),)


def _narrowed(statement: Select[Any], tasks: Subquery, filters: TaskFilters) -> Select[Any]:
    if filters.due_before is not None:
        statement = statement.where(tasks.c.due_at < filters.due_before)
    if filters.kinds is not None:
        statement = statement.where(tasks.c.kind.in_(filters.kinds))
    if filters.region is not None:
        statement = statement.where(tasks.c.region == filters.region)
    return statement
