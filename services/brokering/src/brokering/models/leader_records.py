"""What follows a leader's entry in the directory: who changed what, evidence of strengths, designations in doubt."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from brokering.models.base import Base

_NOW = text("now()")


class LeaderChange(Base):
    """One change of a leader's record: `before` and `after` hold what changed, null where there was or is nothing.

    `subject` is what was changed (the leader's entry, or one of its lists), `subject_id` which entry of it.
    """

    __tablename__ = "leader_changes"
    __table_args__ = (
        CheckConstraint("action IN ('added', 'changed', 'removed')", name="action_known"),
        Index("ix_leader_changes_leader_id", "leader_id", "id"),
        {"comment": "add-only"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID] = mapped_column()
    action: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    by: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    org: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)


class LeaderStrengthEvidence(Base):
    """What a declared strength in an evaluation area rests on: what was seen, when, and who says so."""

    __tablename__ = "leader_strength_evidence"
    __table_args__ = (Index("ix_leader_strength_evidence_leader_id", "leader_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id", ondelete="CASCADE"))
    area: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    dated_on: Mapped[date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    recorded_by: Mapped[str] = mapped_column(Text)


class DesignationRecheck(Base):
    """A designation to be looked at again since an inspection of the leader's own school or trust.

    `findings` are the conditions that the inspection breaks, in words; `answer` is {outcome, reason, by, role, at}.
    """

    __tablename__ = "designation_rechecks"
    __table_args__ = (
        UniqueConstraint("leader_id", "urn", "inspected_on", name="uq_designation_rechecks_inspection"),
        CheckConstraint("state IN ('waiting', 'upheld', 'withdrawn')", name="state_known"),
        CheckConstraint("(state = 'waiting') = (answer IS NULL)", name="answered_once"),
        Index("ix_designation_rechecks_waiting", "leader_id", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id", ondelete="CASCADE"))
    leader_reference: Mapped[str] = mapped_column(Text)
    urn: Mapped[int] = mapped_column(Integer)
    school_name: Mapped[str] = mapped_column(Text)
    inspected_on: Mapped[date] = mapped_column(Date)
    findings: Mapped[list[Any]] = mapped_column(JSONB)
    policy_version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, server_default=text("'waiting'"))
    raised_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
