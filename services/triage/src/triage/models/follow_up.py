"""What followed an inspection, as it is told to this service."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base


class FollowUp(Base):
    """One version of a support outcome or of a progress review. A correction adds a version and says why.

    `reference` is the episode's or the review's own, by which the same one told again is known. `happened_on` is the
    day on which support was completed or the review concluded. Confidential: seen by the department, the region and
    the responsible body.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        CheckConstraint("kind IN ('support_outcome', 'progress_review')", name="kind"),
        CheckConstraint("(kind = 'progress_review') = (conclusion IS NOT NULL)", name="conclusion_of_a_review"),
        CheckConstraint("version = 1 OR reason IS NOT NULL", name="reason_of_a_correction"),
        Index("ix_follow_ups_urn_id", "urn", "id"),
        Index(
            "uq_follow_ups_one_per_reference",
            "kind",
            "reference",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    urn: Mapped[int] = mapped_column(BigInteger)
    happened_on: Mapped[date]
    reference: Mapped[str] = mapped_column(Text)
    conclusion: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    withdrawn: Mapped[bool] = mapped_column(server_default=text("false"))
    reason: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_role: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    superseded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None] = mapped_column(Text)
