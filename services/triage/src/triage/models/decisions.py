"""What regional directors decided, and what of it is public."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base


class Decision(Base):
    """One decision on a school, made on an assessment. Never overwritten: a later one supersedes it."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("tier = proposed OR reason IS NOT NULL", name="reason_where_it_differs"),
        CheckConstraint("urgent_ground IS NULL OR (reason IS NOT NULL AND review_by IS NOT NULL)", name="urgent"),
        Index(
            "uq_decisions_one_current_per_school",
            "urn",
            "scheme",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("uq_decisions_supersedes", "supersedes", unique=True),
        Index("ix_decisions_assessment_id", "assessment_id"),
        Index("ix_decisions_urn_id", "urn", "id"),
        Index("ix_decisions_notice_id", "notice_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    urn: Mapped[int] = mapped_column(BigInteger)
    scheme: Mapped[str] = mapped_column(Text)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"))
    proposed: Mapped[str] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(Text)
    route: Mapped[str | None] = mapped_column(Text)
    actions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    conditions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    consulted: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[str | None] = mapped_column(Text)
    reason_code: Mapped[str | None] = mapped_column(Text)
    authoriser: Mapped[str] = mapped_column(Text)
    authoriser_role: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date]
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("decisions.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("notices.id"))
    urgent_ground: Mapped[str | None] = mapped_column(Text)
    review_by: Mapped[date | None]
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    review_outcome: Mapped[str | None] = mapped_column(Text)
    review_reason: Mapped[str | None] = mapped_column(Text)
    reviewed_by: Mapped[str | None] = mapped_column(Text)
    publish_by: Mapped[date | None]
    procedure_version: Mapped[int | None]
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))


class DecisionPublication(Base):
    """A decision as the public reads it: redacted once, by the rules of the procedure's version, and kept like that.

    Holds nothing confidential, so it has no row-level security. `superseded_at`: a later decision was *made*.
    """

    __tablename__ = "decision_publications"
    __table_args__ = (
        Index(
            "uq_decision_publications_one_current_per_school",
            "urn",
            "scheme",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_decision_publications_published_at", "published_at", "decision_id"),
    )

    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    urn: Mapped[int] = mapped_column(BigInteger)
    scheme: Mapped[str] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    redactions: Mapped[list[Any]] = mapped_column(JSONB)
    procedure_version: Mapped[int]
    published_by: Mapped[str] = mapped_column(Text)
    superseded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
