"""The way from a proposal to a decision: its rules, the notices given, and what was said to them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base


class ProcedureVersion(Base):
    """One version of the procedure or of the school holidays, complete."""

    __tablename__ = "procedure_versions"
    __table_args__ = ({"comment": "add-only: a version never changes"},)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    in_force_from: Mapped[date]
    in_force_to: Mapped[date | None]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql("now()"))


class TermDates(Base):
    """Term dates of one local authority, as it published them. The newest version of an authority is the one in use."""

    __tablename__ = "term_dates"
    __table_args__ = (
        CheckConstraint("version > 0", name="version_positive"),
        {"comment": "add-only: a version never changes"},
    )

    la_code: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    terms: Mapped[list[Any]] = mapped_column(JSONB)
    source_name: Mapped[str] = mapped_column(Text)
    source_url: Mapped[str | None] = mapped_column(Text)
    source_as_at: Mapped[date]
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_role: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql("now()"))


class Notice(Base):
    """Notice of what is intended on a proposal. `recipients`: who is told, at which step, and when it was done.

    `served_on` and the dates are null until the last of them has been told. `replaced_at`: another notice on the same
    assessment took its place. `lapsed_at`: the assessment was superseded (set by a trigger).
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("(served_on IS NULL) = (representations_until IS NULL)", name="open_once_served"),
        Index(
            "uq_notices_one_live_per_assessment",
            "assessment_id",
            unique=True,
            postgresql_where=sql("replaced_at IS NULL"),
        ),
        Index("ix_notices_urn_id", "urn", "id"),
        Index("ix_notices_due", "representations_until", postgresql_where=sql("replaced_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    urn: Mapped[int] = mapped_column(BigInteger)
    scheme: Mapped[str] = mapped_column(Text)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"))
    kind: Mapped[str] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(Text)
    urgent: Mapped[bool]
    grounds: Mapped[str | None] = mapped_column(Text)
    reasons: Mapped[list[Any]] = mapped_column(JSONB)
    action_areas: Mapped[list[str]] = mapped_column(ARRAY(Text))
    procedure_version: Mapped[int]
    notice_order: Mapped[str] = mapped_column(Text)
    recipients: Mapped[list[Any]] = mapped_column(JSONB)
    body_org: Mapped[str | None] = mapped_column(Text)
    la_code: Mapped[str | None] = mapped_column(Text)
    school_days: Mapped[int]
    served_on: Mapped[date | None]
    representations_until: Mapped[date | None]
    decide_by: Mapped[date | None]
    not_counted: Mapped[list[str]] = mapped_column(ARRAY(Text))
    calendar_complete: Mapped[bool | None]
    term_dates_version: Mapped[int | None]
    issued_by: Mapped[str] = mapped_column(Text)
    issued_by_role: Mapped[str] = mapped_column(Text)
    replaced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lapsed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql("now()"))


class Representation(Base):
    """What a party said to a notice. Never changed; a party may say more while the time is open."""

    __tablename__ = "representations"
    __table_args__ = (
        Index("ix_representations_notice_id", "notice_id", "id"),
        Index("ix_representations_assessment_id", "assessment_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"))
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"))
    urn: Mapped[int] = mapped_column(BigInteger)
    party: Mapped[str] = mapped_column(Text)
    org: Mapped[str] = mapped_column(Text)
    position: Mapped[str] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql("now()"))
