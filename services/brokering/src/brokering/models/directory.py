"""The directory of system leaders: who they are, when they are free, what they must not touch."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from brokering.models.base import Base

_NOW = text("now()")
_EMPTY_ARRAY = text("'{}'")


class Leader(Base):
    """A system leader: the chief executive of a trust, or a National Leader of Education.

    `remote` null means the roster did not say: the leader is taken as on site and flagged `not_declared`.
    `row_hash` is that of the last batch row, so that the same batch again is seen as unchanged.
    """

    __tablename__ = "leaders"
    __table_args__ = (
        UniqueConstraint("reference", name="uq_leaders_reference"),
        CheckConstraint("role IN ('trust_ceo', 'nle')", name="role_known"),
        CheckConstraint("organisation_kind IN ('trust', 'local_authority', 'other')", name="organisation_kind_known"),
        CheckConstraint("days_available >= 0 AND days_available * 2 = trunc(days_available * 2)", name="half_days"),
        CheckConstraint("max_concurrent >= 0", name="max_concurrent_not_negative"),
        CheckConstraint("cardinality(phases) > 0", name="has_phase"),
        CheckConstraint("(lat IS NULL) = (lng IS NULL)", name="whole_place"),
        CheckConstraint("max_distance_km > 0", name="max_distance_positive"),
        Index("ix_leaders_organisation", "organisation_kind", "organisation_id"),
        Index("ix_leaders_region_reference", "region", "reference"),
        Index("ix_leaders_base_urn", "base_urn", postgresql_where=text("base_urn IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    organisation_kind: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[str | None] = mapped_column(Text)
    organisation_name: Mapped[str | None] = mapped_column(Text)
    base_urn: Mapped[int | None] = mapped_column(Integer)
    region: Mapped[str | None] = mapped_column(Text)
    lat: Mapped[float | None] = mapped_column(DOUBLE_PRECISION)
    lng: Mapped[float | None] = mapped_column(DOUBLE_PRECISION)
    phases: Mapped[list[str]] = mapped_column(ARRAY(Text))
    school_types: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    strengths: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    schools_in_organisation: Mapped[int | None] = mapped_column(Integer)
    schools_turned_round: Mapped[int | None] = mapped_column(Integer)
    days_available: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    max_concurrent: Mapped[int] = mapped_column(Integer)
    max_distance_km: Mapped[float | None] = mapped_column(DOUBLE_PRECISION)
    remote: Mapped[bool | None] = mapped_column(Boolean)
    row_hash: Mapped[str | None] = mapped_column(Text)
    source: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_region: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class LeaderDesignation(Base):
    """A designation with the dates it holds for. `in_training` is capacity in the making, never capacity now."""

    __tablename__ = "leader_designations"
    __table_args__ = (
        CheckConstraint("kind IN ('nle', 'trust_ceo')", name="kind_known"),
        CheckConstraint("status IN ('designated', 'in_training', 'withdrawn')", name="status_known"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
        Index("ix_leader_designations_leader_id", "leader_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    recorded_by: Mapped[str] = mapped_column(Text)


class LeaderAvailability(Base):
    """Days a leader can give between two dates. With any row, the rows rule; with none, `leaders.days_available`."""

    __tablename__ = "leader_availability"
    __table_args__ = (
        CheckConstraint("days >= 0 AND days * 2 = trunc(days * 2)", name="half_days"),
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        Index("ix_leader_availability_leader_id", "leader_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id", ondelete="CASCADE"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    days: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    note: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    recorded_by: Mapped[str] = mapped_column(Text)


class LeaderInterest(Base):
    """A declared interest in a school, trust or local authority. A sponsor bid bars whatever its dates."""

    __tablename__ = "leader_interests"
    __table_args__ = (
        CheckConstraint("kind IN ('interest', 'employment', 'sponsor_bid')", name="kind_known"),
        CheckConstraint("subject_kind IN ('school', 'trust', 'local_authority')", name="subject_kind_known"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
        Index("ix_leader_interests_leader_id", "leader_id"),
        Index("ix_leader_interests_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)
    declared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    declared_by: Mapped[str] = mapped_column(Text)


class LeaderBatch(Base):
    """One bulk load of the directory: what happened to every row. Read by the client that sent it only."""

    __tablename__ = "leader_batches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    rows: Mapped[list[Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
