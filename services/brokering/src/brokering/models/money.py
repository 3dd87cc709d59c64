"""Visits, claims, and the two kinds of budget: the deployment grant, and a delivery partner's own contract.

What a budget has committed and claimed is written by entries of money alone (migration 0007), which days, claims and
fees make by trigger: neither can be overspent, whichever way a writer comes.
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
    Date,
    DateTime,
    ForeignKey,
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


class DeliveryPartner(Base):
    """An organisation that brokers support in its regions; `code` is the id its tokens carry."""

    __tablename__ = "delivery_partners"
    __table_args__ = (
        UniqueConstraint("code", name="uq_delivery_partners_code"),
        CheckConstraint("cardinality(regions) > 0", name="some_region"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    regions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_by: Mapped[str] = mapped_column(Text)
    history: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_region: Mapped[str | None] = mapped_column(Text)


class Budget(Base):
    """A deployment grant of one region, or a delivery partner's contract; in pence. remaining = value - the rest."""

    __tablename__ = "budgets"
    __table_args__ = (
        CheckConstraint("kind IN ('deployment_grant', 'partner_contract')", name="kind_known"),
        CheckConstraint("(kind = 'partner_contract') = (partner_id IS NOT NULL)", name="contract_has_partner"),
        CheckConstraint("kind <> 'deployment_grant' OR cardinality(regions) = 1", name="grant_has_one_region"),
        CheckConstraint("cardinality(regions) > 0", name="some_region"),
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint("committed_pence + claimed_pence <= value_pence", name="not_overspent"),
        CheckConstraint("committed_pence >= 0 AND claimed_pence >= 0", name="nothing_negative"),
        Index("ix_budgets_partner_id", "partner_id"),
        Index("ix_budgets_tenancy_region", "tenancy_region", "starts_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("delivery_partners.id"))
    title: Mapped[str] = mapped_column(Text)
    regions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    value_pence: Mapped[int] = mapped_column(BigInteger)
    committed_pence: Mapped[int] = mapped_column(BigInteger, server_default=_ZERO)
    claimed_pence: Mapped[int] = mapped_column(BigInteger, server_default=_ZERO)
    history: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_region: Mapped[str | None] = mapped_column(Text)


class Visit(Base):
    """A visit of an episode. Its days are a movement of the ledger; one recorded by mistake is withdrawn, and stays."""

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("movement_id", name="uq_visits_movement_id"),
        CheckConstraint("mode IN ('on_site', 'remote')", name="mode_known"),
        CheckConstraint("(half_days > 0) = (movement_id IS NOT NULL)", name="days_have_a_movement"),
        CheckConstraint("travel_km >= 0 AND travel_minutes >= 0", name="travel"),
        CheckConstraint(
            "mode = 'on_site' OR (coalesce(travel_km, 0) = 0 AND coalesce(travel_minutes, 0) = 0)",
            name="no_travel_when_remote",
        ),
        Index("ix_visits_episode_id", "episode_id", "visited_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    episode_id: Mapped[UUID] = mapped_column(ForeignKey("episodes.id"))
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id"))
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id"))
    movement_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_movements.id"))
    purpose: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    visited_on: Mapped[date] = mapped_column(Date)
    half_days: Mapped[int] = mapped_column(SmallInteger)
    travel_km: Mapped[Decimal | None] = mapped_column(Numeric(6, 1))
    travel_minutes: Mapped[int | None] = mapped_column(Integer)
    notes: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    withdrawal: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class Claim(Base):
    """Days used, claimed at the deployment's day rate; signed off by the supported body, then paid from the grant."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint("half_days > 0", name="half_days_positive"),
        CheckConstraint("amount_pence * 2 = half_days * day_rate_pence", name="amount_is_days_by_rate"),
        CheckConstraint("state IN ('submitted', 'signed_off', 'refused', 'withdrawn')", name="state_known"),
        CheckConstraint("state <> 'signed_off' OR grant_id IS NOT NULL", name="paid_from_a_grant"),
        CheckConstraint(
            "state <> 'signed_off' OR (answer ->> 'by' IS NOT NULL AND answer ->> 'by' <> claimed_by)",
            name="signed_by_another",
        ),
        Index("ix_claims_episode_id", "episode_id"),
        Index("ix_claims_waiting", "claimed_at", postgresql_where=text("state = 'submitted'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    episode_id: Mapped[UUID] = mapped_column(ForeignKey("episodes.id"))
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id"))
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id"))
    grant_id: Mapped[UUID | None] = mapped_column(ForeignKey("budgets.id"))
    half_days: Mapped[int] = mapped_column(SmallInteger)
    day_rate_pence: Mapped[int] = mapped_column(Integer)
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    claimed_by: Mapped[str] = mapped_column(Text)
    claimed_for: Mapped[str] = mapped_column(Text)
    claimed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Fee(Base):
    """A delivery partner's own work, charged to its contract: committed when entered, claimed when approved."""

    __tablename__ = "fees"
    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="amount_positive"),
        CheckConstraint("kind IN ('identification', 'matching', 'brokering', 'monitoring')", name="kind_known"),
        CheckConstraint("state IN ('submitted', 'approved', 'refused')", name="state_known"),
        CheckConstraint(
            "state <> 'approved' OR (answer ->> 'by' IS NOT NULL AND answer ->> 'by' <> entered_by)",
            name="approved_by_another",
        ),
        Index("ix_fees_contract_id", "contract_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("budgets.id"))
    kind: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text)
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    incurred_on: Mapped[date] = mapped_column(Date)
    description: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MoneyEntry(Base):
    """So many pence out of one account of a budget into another. Entries are only ever added."""

    __tablename__ = "money_entries"
    __table_args__ = (
        UniqueConstraint("id", name="uq_money_entries_id"),
        CheckConstraint("amount_pence > 0", name="amount_positive"),
        CheckConstraint(
            "(debit, credit) IN (('remaining', 'committed'), ('committed', 'remaining'),"
            " ('committed', 'claimed'), ('remaining', 'claimed'))",
            name="accounts",
        ),
        CheckConstraint(
            "num_nonnulls(claim_id, fee_id) <= 1 AND num_nonnulls(deployment_id, fee_id) = 1", name="one_cause"
        ),
        Index("ix_money_entries_budget_id_seq", "budget_id", "seq"),
        {"comment": "add-only"},
    )

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    budget_id: Mapped[UUID] = mapped_column(ForeignKey("budgets.id"))
    debit: Mapped[str] = mapped_column(Text)
    credit: Mapped[str] = mapped_column(Text)
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    deployment_id: Mapped[UUID | None] = mapped_column(ForeignKey("deployments.id"))
    claim_id: Mapped[UUID | None] = mapped_column(ForeignKey("claims.id"))
    fee_id: Mapped[UUID | None] = mapped_column(ForeignKey("fees.id"))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    recorded_by: Mapped[str] = mapped_column(Text)
