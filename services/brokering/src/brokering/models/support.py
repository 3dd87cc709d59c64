"""What follows a match: offers, support episodes with their deployments, and the ledger of days in half days.

Balances stand on account rows and are written by the ledger's trigger alone (migration 0003): the caps are checks on
those rows, so that no writer, however it comes, can promise a day twice.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from brokering.models.base import Base

_NOW = text("now()")
_ZERO = text("0")
_EMPTY_ARRAY = text("'{}'")


class LeaderAccount(Base):
    """What a leader can give and has promised. One row per leader, made and kept by triggers on the directory."""

    __tablename__ = "leader_accounts"
    __table_args__ = (
        CheckConstraint(
            "offered_half_days + reserved_half_days + used_half_days <= available_half_days",
            name="days_within_available",
        ),
        CheckConstraint("places_held <= places_limit", name="places_within_limit"),
        CheckConstraint(
            "offered_half_days >= 0 AND reserved_half_days >= 0 AND used_half_days >= 0 AND places_held >= 0",
            name="nothing_negative",
        ),
    )

    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id"), primary_key=True)
    available_half_days: Mapped[int] = mapped_column(Integer)
    places_limit: Mapped[int] = mapped_column(Integer)
    offered_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    reserved_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    used_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    places_held: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    committed_days: Mapped[Decimal] = mapped_column(
        Numeric(6, 1), Computed("(offered_half_days + reserved_half_days + used_half_days) / 2.0", persisted=True)
    )
    open_deployments: Mapped[int] = mapped_column(Integer, Computed("places_held", persisted=True))


class NeedAccount(Base):
    """The cap on what one need may get, over all its offers and episodes, as the policy stood at its first offer."""

    __tablename__ = "need_accounts"
    __table_args__ = (
        CheckConstraint(
            "offered_half_days + reserved_half_days + used_half_days <= cap_half_days", name="days_within_cap"
        ),
        CheckConstraint(
            "offered_half_days >= 0 AND reserved_half_days >= 0 AND used_half_days >= 0", name="nothing_negative"
        ),
    )

    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), primary_key=True)
    cap_half_days: Mapped[int] = mapped_column(Integer)
    policy_version: Mapped[int] = mapped_column(Integer)
    offered_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    reserved_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    used_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)


class Offer(Base):
    """A match offered to its leader. The four answers are {…, reason, by, role, org, at}, each written once.

    `shown` is what the school is shown before it agrees, as it stood at the offer: the leader's record, the parts of
    the score, flags and declared interests.
    """

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("proposal_id", name="uq_offers_proposal_id"),
        CheckConstraint(
            "state IN ('offered', 'accepted', 'declined', 'lapsed', 'withdrawn',"
            " 'agreed', 'refused', 'approved', 'rejected')",
            name="state_known",
        ),
        CheckConstraint("half_days > 0", name="half_days_positive"),
        CheckConstraint("state <> 'declined' OR coalesce(response ->> 'reason', '') <> ''", name="decline_has_reason"),
        CheckConstraint(
            "state NOT IN ('agreed', 'approved', 'rejected')"
            " OR (school_agreement ->> 'conflicts_seen')::boolean IS TRUE",
            name="conflicts_seen",
        ),
        CheckConstraint("state <> 'approved' OR approval ->> 'by' IS NOT NULL", name="approval_has_author"),
        Index(
            "uq_offers_one_open_per_need",
            "need_id",
            unique=True,
            postgresql_where=text("state IN ('offered', 'accepted', 'agreed')"),
        ),
        Index("ix_offers_deadline", "deadline", postgresql_where=text("state = 'offered'")),
        Index("ix_offers_leader_id", "leader_id"),
        Index("ix_offers_tenancy_region_id", "tenancy_region", "id"),
        Index("ix_offers_tenancy_orgs", "tenancy_orgs", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id"))
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    subject_name: Mapped[str | None] = mapped_column(Text)
    half_days: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deadline: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    message: Mapped[str | None] = mapped_column(Text)
    shown: Mapped[dict[str, Any]] = mapped_column(JSONB)
    offered_by: Mapped[str] = mapped_column(Text)
    offered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    response: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    school_agreement: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    approval: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    withdrawal: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_region: Mapped[str | None] = mapped_column(Text)


class Episode(Base):
    """A support episode. `history` holds each step {action, from, to, reason, by, role, at}, oldest first."""

    __tablename__ = "episodes"
    __table_args__ = (
        UniqueConstraint("offer_id", name="uq_episodes_offer_id"),
        CheckConstraint("state IN ('open', 'paused', 'stopped')", name="state_known"),
        Index(
            "uq_episodes_one_open_per_need",
            "need_id",
            unique=True,
            postgresql_where=text("state IN ('open', 'paused')"),
        ),
        Index("ix_episodes_leader_id", "leader_id"),
        Index("ix_episodes_subject", "subject_kind", "subject_id"),
        Index("ix_episodes_tenancy_region_id", "tenancy_region", "id"),
        Index("ix_episodes_tenancy_orgs", "tenancy_orgs", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"))
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id"))
    previous_episode_id: Mapped[UUID | None] = mapped_column(ForeignKey("episodes.id"))
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    subject_name: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    opened_on: Mapped[date] = mapped_column(Date)
    opened_by: Mapped[str] = mapped_column(Text)
    history: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_region: Mapped[str | None] = mapped_column(Text)


class Deployment(Base):
    """One leader's share of an episode. Its days less those returned count against the episode's cap."""

    __tablename__ = "deployments"
    __table_args__ = (
        CheckConstraint("half_days > 0", name="half_days_positive"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
        Index("ix_deployments_episode_id", "episode_id"),
        Index("ix_deployments_leader_id", "leader_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    episode_id: Mapped[UUID] = mapped_column(ForeignKey("episodes.id"))
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id"))
    half_days: Mapped[int] = mapped_column(SmallInteger)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)


class DeploymentAccount(Base):
    """Where one deployment's days stand: never more reserved, used and returned than were deployed."""

    __tablename__ = "deployment_accounts"
    __table_args__ = (
        CheckConstraint(
            "reserved_half_days + used_half_days + returned_half_days <= cap_half_days", name="days_within_deployment"
        ),
        CheckConstraint(
            "reserved_half_days >= 0 AND used_half_days >= 0 AND returned_half_days >= 0", name="nothing_negative"
        ),
    )

    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id"), primary_key=True)
    cap_half_days: Mapped[int] = mapped_column(Integer)
    reserved_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    used_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    returned_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)


class EpisodeAccount(Base):
    """Where one episode's days stand. `deployed` sums its deployments; less what came back it stays within the cap."""

    __tablename__ = "episode_accounts"
    __table_args__ = (
        CheckConstraint("reserved_half_days + used_half_days <= cap_half_days", name="days_within_cap"),
        CheckConstraint("deployed_half_days - returned_half_days <= cap_half_days", name="deployments_within_cap"),
        CheckConstraint(
            "reserved_half_days >= 0 AND used_half_days >= 0 AND returned_half_days >= 0", name="nothing_negative"
        ),
    )

    episode_id: Mapped[UUID] = mapped_column(ForeignKey("episodes.id"), primary_key=True)
    cap_half_days: Mapped[int] = mapped_column(Integer)
    deployed_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    reserved_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    used_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    returned_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)


class LedgerKind(Base):
    """The kinds of movement there are: which account each draws on, which it fills, and what it does to places."""

    __tablename__ = "ledger_kinds"
    __table_args__ = (
        UniqueConstraint("kind", "debit", "credit", "places", name="uq_ledger_kinds_shape"),
        CheckConstraint("debit <> credit", name="two_accounts"),
    )

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    debit: Mapped[str] = mapped_column(Text)
    credit: Mapped[str] = mapped_column(Text)
    places: Mapped[int] = mapped_column(SmallInteger)


class LedgerMovement(Base):
    """One movement of half days from `debit` to `credit`. Rows are only ever added.

    `effective_on` is the day it speaks of (the day worked), `recorded_at` when it was entered.
    """

    __tablename__ = "ledger_movements"
    __table_args__ = (
        ForeignKeyConstraint(
            ["kind", "debit", "credit", "places"],
            ["ledger_kinds.kind", "ledger_kinds.debit", "ledger_kinds.credit", "ledger_kinds.places"],
            name="fk_ledger_movements_shape",
        ),
        CheckConstraint("half_days > 0 OR (half_days = 0 AND places < 0)", name="half_days_positive"),
        CheckConstraint("(episode_id IS NULL) = (deployment_id IS NULL)", name="episode_with_deployment"),
        CheckConstraint("(episode_id IS NULL) = (kind IN ('offered', 'offer_returned'))", name="episode_unless_offer"),
        Index("ix_ledger_movements_episode_id_seq", "episode_id", "seq"),
        Index("ix_ledger_movements_need_id", "need_id"),
        Index("ix_ledger_movements_leader_id", "leader_id"),
        {"comment": "add-only"},
    )

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(Text)
    debit: Mapped[str] = mapped_column(Text)
    credit: Mapped[str] = mapped_column(Text)
    places: Mapped[int] = mapped_column(SmallInteger)
    half_days: Mapped[int] = mapped_column(SmallInteger)
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leader_accounts.leader_id"))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need_accounts.need_id"))
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"))
    episode_id: Mapped[UUID | None] = mapped_column(ForeignKey("episode_accounts.episode_id"))
    deployment_id: Mapped[UUID | None] = mapped_column(ForeignKey("deployment_accounts.deployment_id"))
    effective_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    recorded_by: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
