"""What has to be assessed again, and on which day and version each scheme stands."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base


class SchoolToAssess(Base):
    """A school whose evidence or rules changed, for one scheme; only ever added, and deleted once it was assessed.

    Committed with the change that it tells of. `cause`: `facts` of the school, a `policy` version that came into force,
    or the `day` from which something counts.
    """

    __tablename__ = "schools_to_assess"
    __table_args__ = (
        CheckConstraint("cause IN ('facts', 'policy', 'day')", name="cause"),
        Index("ix_schools_to_assess_scheme_id", "scheme", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    scheme: Mapped[str] = mapped_column(Text)
    urn: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(Text)
    marked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))


class SchemeDay(Base):
    """The version that a scheme's current assessments follow, and the last day whose changes were told."""

    __tablename__ = "scheme_days"

    scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int]
    day: Mapped[date]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
