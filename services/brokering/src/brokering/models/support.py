"""What follows a match: offers, support episodes with their deployments, and batches of approvals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from brokering.models.base import Base
from brokering.models.ledger import LeaderAccount

__all__ = ["ApprovalBatch", "Deployment", "Episode", "LeaderAccount", "Offer"]

_NOW = text("now()")
_EMPTY_ARRAY = text("'{}'")


class Offer(Base):
    """A match offered to its leader. The four answers are {…, reason, by, role, org, at}, each written once.

    `part` is set where it is of one part of a need. `shown` is what the school is shown before it agrees, as it stood
    at the offer: the leader's record, the parts of the score, flags and declared interests.
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
        CheckConstraint("part IN ('trust_ceo', 'nle')", name="part_known"),
        Index(
            "uq_offers_one_open_per_need_and_part",
            "need_id",
            text("coalesce(part, '')"),
            unique=True,
            postgresql_where=text("state IN ('offered', 'accepted', 'agreed')"),
        ),
        Index("ix_offers_deadline", "deadline", postgresql_where=text("state = 'offered'")),
        Index("ix_offers_leader_id", "leader_id"),
        Index("ix_offers_need_id", "need_id"),
        Index(
            "ix_offers_joins_episode_id",
            "joins_episode_id",
            postgresql_where=text("joins_episode_id IS NOT NULL"),
        ),
        Index("ix_offers_tenancy_region_id", "tenancy_region", "id"),
        Index("ix_offers_tenancy_orgs", "tenancy_orgs", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposals.id"))
    joins_episode_id: Mapped[UUID | None] = mapped_column(ForeignKey("episodes.id", use_alter=True))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id"))
    part: Mapped[str | None] = mapped_column(Text)
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
        CheckConstraint("state IN ('open', 'paused', 'awaiting_sign_off', 'stopped', 'completed')", name="state_known"),
        CheckConstraint(
            "state <> 'completed' OR (completed_on IS NOT NULL"
            " AND coalesce(completion -> 'sign_off' ->> 'by', '') <> '')",
            name="completion_signed",
        ),
        Index(
            "uq_episodes_one_open_per_need",
            "need_id",
            unique=True,
            postgresql_where=text("state IN ('open', 'paused', 'awaiting_sign_off')"),
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
    completion: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    completed_on: Mapped[date | None] = mapped_column(Date)
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
    day_rate_pence: Mapped[int | None] = mapped_column(Integer)
    grant_id: Mapped[UUID | None] = mapped_column(ForeignKey("budgets.id"))
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offers.id"))
    ending: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class ApprovalBatch(Base):
    """One batch of a regional director's answers: what happened to every row. Read by the person who sent it only."""

    __tablename__ = "approval_batches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    rows: Mapped[list[Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
