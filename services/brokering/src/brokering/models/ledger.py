"""The ledger of days, in half days: accounts, kinds of movement, movements.

Balances stand on account rows and are written by the ledger's trigger alone (migration 0003): the caps are checks on
those rows, so that no writer, however it comes, can promise a day twice.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
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
from sqlalchemy.orm import Mapped, mapped_column

from brokering.models.base import Base

_ZERO = text("0")


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
        CheckConstraint("claimed_half_days >= 0 AND claimed_half_days <= used_half_days", name="claims_within_used"),
    )

    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id"), primary_key=True)
    cap_half_days: Mapped[int] = mapped_column(Integer)
    reserved_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    used_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    returned_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    claimed_half_days: Mapped[int] = mapped_column(Integer, server_default=_ZERO)


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
        Index("ix_ledger_movements_offer_id_seq", "offer_id", "seq"),
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
