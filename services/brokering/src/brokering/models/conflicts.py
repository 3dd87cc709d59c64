"""What was asked of responsible bodies about conflicts of interest, and what they answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Date, DateTime, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from brokering.models.base import Base


class ConflictCheck(Base):
    """A question to the responsible body about one proposed match. `answer` is {objects, reason, by, org, at}, once."""

    __tablename__ = "conflict_checks"
    __table_args__ = (
        UniqueConstraint("proposal_id", name="uq_conflict_checks_proposal_id"),
        CheckConstraint("state IN ('waiting', 'no_objection', 'objected')", name="state_known"),
        CheckConstraint("(state = 'waiting') = (answer IS NULL)", name="answered_once"),
        CheckConstraint("state <> 'objected' OR coalesce(answer ->> 'reason', '') <> ''", name="objection_has_reason"),
        Index("ix_conflict_checks_pair", "need_id", "leader_id"),
        Index("ix_conflict_checks_due", "due_on", postgresql_where=text("state = 'waiting'")),
        Index("ix_conflict_checks_tenancy_orgs", "tenancy_orgs", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("leaders.id"))
    leader_reference: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    subject_name: Mapped[str | None] = mapped_column(Text)
    conflicts: Mapped[list[Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default=text("'waiting'"))
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_on: Mapped[date] = mapped_column(Date)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    tenancy_region: Mapped[str | None] = mapped_column(Text)
