"""What rounds of matching are made from (schools, judgements, needs) and what they give (pairs, proposals)."""

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
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from brokering.models.base import Base

_NOW = text("now()")
_EMPTY_ARRAY = text("'{}'")


class School(Base):
    """Our copy of the fields of inspection's facts that matching reads, with the date it speaks of."""

    __tablename__ = "schools"
    __table_args__ = (
        Index("ix_schools_responsible_body", "responsible_body_kind", "responsible_body_id"),
        Index("ix_schools_trust_uid", "trust_uid", postgresql_include=["pupils", "idaci_quintile"]),
        Index("ix_schools_in_category", "urn", postgresql_where=text("category_of_concern IS NOT NULL")),
    )

    urn: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    phase: Mapped[str | None] = mapped_column(Text)
    type_code: Mapped[str | None] = mapped_column(Text)
    type_label: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    la_code: Mapped[str | None] = mapped_column(Text)
    la_name: Mapped[str | None] = mapped_column(Text)
    responsible_body_kind: Mapped[str | None] = mapped_column(Text)
    responsible_body_id: Mapped[str | None] = mapped_column(Text)
    responsible_body_name: Mapped[str | None] = mapped_column(Text)
    trust_uid: Mapped[str | None] = mapped_column(Text)
    trust_name: Mapped[str | None] = mapped_column(Text)
    pupils: Mapped[int | None] = mapped_column(Integer)
    idaci_quintile: Mapped[int | None] = mapped_column(Integer)
    lat: Mapped[float | None] = mapped_column(DOUBLE_PRECISION)
    lng: Mapped[float | None] = mapped_column(DOUBLE_PRECISION)
    religious_character: Mapped[str | None] = mapped_column(Text)
    category_of_concern: Mapped[str | None] = mapped_column(Text)
    facts_version: Mapped[str] = mapped_column(Text)
    source: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class SchoolAssessment(Base):
    """Our copy of triage's current assessment of a school under one scheme."""

    __tablename__ = "school_assessments"
    __table_args__ = (
        Index(
            "ix_school_assessments_of_concern",
            "urn",
            postgresql_where=text("category_of_concern IS NOT NULL OR 'stuck' = ANY (flags)"),
        ),
    )

    urn: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    assessment_id: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    action_areas: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    category_of_concern: Mapped[str | None] = mapped_column(Text)
    policy_version: Mapped[int | None] = mapped_column(Integer)
    as_of: Mapped[date | None] = mapped_column(Date)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class SchoolDecision(Base):
    """Our copy of the decisions of regional directors; `superseded_by` null = it stands."""

    __tablename__ = "school_decisions"
    __table_args__ = (Index("ix_school_decisions_urn", "urn"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    urn: Mapped[int] = mapped_column(Integer)
    tier: Mapped[str] = mapped_column(Text)
    route: Mapped[str | None] = mapped_column(Text)
    proposed: Mapped[str | None] = mapped_column(Text)
    assessment_id: Mapped[str | None] = mapped_column(Text)
    effective_on: Mapped[date | None] = mapped_column(Date)
    action_areas: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    supersedes: Mapped[str | None] = mapped_column(Text)
    superseded_by: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class Need(Base):
    """A school's or a trust's need of support. One open need per subject.

    `party_orgs` are the organisations concerned (school, responsible body); `tenancy_orgs` those that may see the
    row: none while it is `provisional`, the parties from the decision on. `edited_at` set = days and areas are a
    person's, and the feed leaves them.
    """

    __tablename__ = "needs"
    __table_args__ = (
        CheckConstraint("subject_kind IN ('school', 'trust')", name="subject_kind_known"),
        CheckConstraint(
            "state IN ('provisional', 'decided', 'under_offer', 'in_support', 'met', 'withdrawn')", name="state_known"
        ),
        CheckConstraint("days > 0 AND days * 2 = trunc(days * 2)", name="half_days"),
        CheckConstraint("days <= 10", name="days_cap"),
        CheckConstraint("priority BETWEEN 1 AND 5", name="priority_in_range"),
        Index(
            "uq_needs_one_open_per_subject",
            "subject_kind",
            "subject_id",
            unique=True,
            postgresql_where=text("state NOT IN ('met', 'withdrawn')"),
        ),
        Index("ix_needs_state_region", "state", "tenancy_region"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    subject_name: Mapped[str | None] = mapped_column(Text)
    days: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    statement: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    origin_kind: Mapped[str] = mapped_column(Text)
    origin_assessment_id: Mapped[str | None] = mapped_column(Text)
    origin_decision_id: Mapped[str | None] = mapped_column(Text)
    state_reason: Mapped[str | None] = mapped_column(Text)
    edited_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    party_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_region: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class Proposal(Base):
    """A leader proposed for a need by a round, or for one `part` of it.

    `state` moves from `proposed` by offer, or to `superseded`.

    `party_orgs` (school, responsible body, leader) become `tenancy_orgs` when an offer is made: before, only brokers
    see a proposal.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint(
            "round_id",
            "need_id",
            "part",
            name="uq_proposals_round_id_need_id_part",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("part IN ('trust_ceo', 'nle')", name="part_known"),
        CheckConstraint(
            "state IN ('proposed', 'under_offer', 'accepted', 'declined', 'superseded', 'withdrawn')",
            name="state_known",
        ),
        CheckConstraint("suitability BETWEEN 0 AND 1000", name="suitability_in_range"),
        Index("ix_proposals_need_id_state", "need_id", "state"),
        Index("ix_proposals_leader_id_state", "leader_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("matching_rounds.id"))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id"))
    part: Mapped[str | None] = mapped_column(Text)
    need_no: Mapped[int] = mapped_column(Integer)
    subject_kind: Mapped[str | None] = mapped_column(Text)
    subject_id: Mapped[str | None] = mapped_column(Text)
    subject_name: Mapped[str | None] = mapped_column(Text)
    leader_reference: Mapped[str | None] = mapped_column(Text)
    days: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    suitability: Mapped[int] = mapped_column(SmallInteger)
    score_parts: Mapped[list[Any]] = mapped_column(JSONB)
    distance_km: Mapped[Decimal | None] = mapped_column(Numeric(6, 1))
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    flag_notes: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    next_best: Mapped[list[Any]] = mapped_column(JSONB)
    pinned: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    state: Mapped[str] = mapped_column(Text)
    party_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_region: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
