"""Inspections being written, which only the inspectorate sees, and the trail of who changed what."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.models.base import Base

_FIRST = text("version = 1")


class InspectionDraft(Base):
    """An inspection before publication, which takes the row away and gives its id to what is published.

    `content` is the document as written (`drafts.schemas.NewInspection`). Row-level security shows a row to the
    organisations in `tenancy_orgs` and to nobody else, the department included.
    """

    __tablename__ = "inspection_drafts"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'quality_assured')", name="state"),
        CheckConstraint("(urn IS NULL) <> (trust_uid IS NULL)", name="one_subject"),
        Index(
            "uq_inspection_drafts_urn_number", "urn", "number", unique=True, postgresql_where=text("urn IS NOT NULL")
        ),
        Index(
            "uq_inspection_drafts_trust_uid_number",
            "trust_uid",
            "number",
            unique=True,
            postgresql_where=text("trust_uid IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    urn: Mapped[int | None]
    trust_uid: Mapped[str | None]
    number: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=text("'draft'"))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None]


class InspectionAudit(Base):
    """One step in the life of an inspection, with what it changed, field by field.

    Steps before publication are seen by the organisations in `tenancy_orgs`; without any, by all who read inspections.
    """

    __tablename__ = "inspection_audit"
    __table_args__ = (
        Index("ix_inspection_audit_inspection_id", "inspection_id", "id"),
        {"comment": "add-only: what was done stays"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    inspection_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    by: Mapped[str]
    step: Mapped[str]
    reason: Mapped[str | None]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    tenancy_orgs: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None]


class AwaitedPublication(Base):
    """What is published for a later day: on that day its events are raised, and the row goes."""

    __tablename__ = "awaited_publications"
    __table_args__ = (
        CheckConstraint("(urn IS NULL) <> (trust_uid IS NULL)", name="one_subject"),
        Index("ix_awaited_publications_seen_from", "seen_from"),
    )

    inspection_id: Mapped[UUID] = mapped_column(primary_key=True)
    urn: Mapped[int | None]
    trust_uid: Mapped[str | None]
    seen_from: Mapped[date]


class TrustInspection(Base):
    """One published version of an inspection of a trust; `content` is the document as written.

    A correction is another row: the newest one that was there on a day is what stood then.
    """

    __tablename__ = "trust_inspections"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("starts_on >= DATE '2027-09-01'", name="framework_date"),
        CheckConstraint("published_on >= starts_on", name="published_after_start"),
        CheckConstraint("(version = 1) = (reason IS NULL)", name="correction_has_reason"),
        Index("uq_trust_inspections_trust_uid_number", "trust_uid", "number", unique=True, postgresql_where=_FIRST),
        Index("ix_trust_inspections_trust_uid", "trust_uid", "id", "version"),
        {"comment": "add-only: what was published stays"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    trust_uid: Mapped[str] = mapped_column(ForeignKey("school_groups.uid"))
    number: Mapped[str | None]
    starts_on: Mapped[date]
    published_on: Mapped[date]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    reason: Mapped[str | None]
