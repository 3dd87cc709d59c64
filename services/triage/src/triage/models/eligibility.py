"""Cases that a person admitted to a programme outside its criteria."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base


class EligibilityException(Base):
    """A school (by URN) or a trust (by UID) admitted with a reason, once for each programme; never changed."""

    __tablename__ = "eligibility_exceptions"
    __table_args__ = (
        CheckConstraint("subject_kind IN ('school', 'trust')", name="subject_kind"),
        UniqueConstraint("programme", "subject_kind", "subject", name="uq_eligibility_exceptions_one_per_case"),
        {"comment": "add-only: a version never changes"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(Text)
    programme_version: Mapped[int]
    subject_kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    admitted_on: Mapped[date]
    admitted_by: Mapped[str] = mapped_column(Text)
    admitted_role: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))


class EligibilityWithdrawal(Base):
    """A case that was admitted and is so no longer, from a day on and with a reason."""

    __tablename__ = "eligibility_withdrawals"
    __table_args__ = ({"comment": "add-only: a case is withdrawn once"},)

    exception_id: Mapped[UUID] = mapped_column(ForeignKey("eligibility_exceptions.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    withdrawn_on: Mapped[date]
    withdrawn_by: Mapped[str] = mapped_column(Text)
    withdrawn_role: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
