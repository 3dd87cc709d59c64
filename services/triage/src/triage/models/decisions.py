"""What regional directors decided."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base


class Decision(Base):
    """One decision on a school, made on an assessment. Never overwritten: a later one supersedes it."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("tier = proposed OR reason IS NOT NULL", name="reason_where_it_differs"),
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
    authoriser: Mapped[str] = mapped_column(Text)
    authoriser_role: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date]
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("decisions.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
