"""Inspections of schools: one row each, the grades in one document, earlier versions kept whole; and older outcomes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.models.base import Base


class Inspection(Base):
    """An inspection of a school, graded, ungraded or a report card.

    Identity: (number, current URN); without a number (current URN, start date).
    `grades` (json, not jsonb: it keeps the order of the areas) maps an area's code to the grade as published: an
    integer code of the older frameworks (1-4, or 0, 8, 9 for a reason), a report-card code, or null where nothing was
    recorded. `judged_on` maps an area to its own date of judgement where that is not the start date.
    `inspection.domain.areas` turns both into the list that clients see. `warnings` holds codes of `data/warnings.json`.
    `narratives` maps an area to its text, `evidence_references` lists `{area, reference, text}`; no file carries them.
    `own_judgements`: of what monitoring inspections judged again, the inspection's own judgement (ADR 18).
    `recorded_by` and `recorded_at` tell who published or corrected this version here, and when.
    A judgement changes only with its version, and the version before is kept: the database refuses anything else.

    `evidence`: the Ofsted file put it on the school's row, or it was published for its URN (reduced snapshots, which
    are none, are `outcome_snapshots`). `source_id` is null for one published here. `content_hash` is what the newest
    file said: 8 bytes over the judgement, 8 over the rest.
    """

    __tablename__ = "inspections"
    __table_args__ = (
        CheckConstraint("kind IN ('graded', 'ungraded', 'monitoring')", name="kind"),
        CheckConstraint("state = 'published'", name="state"),
        CheckConstraint("overall BETWEEN 1 AND 4", name="overall"),
        CheckConstraint("(overall IS NULL) = (overall_reason IS NOT NULL)", name="overall_or_reason"),
        CheckConstraint("(safeguarding IS NULL) = (safeguarding_reason IS NOT NULL)", name="safeguarding_or_reason"),
        CheckConstraint("(published_on IS NULL) = (published_reason IS NOT NULL)", name="published_or_reason"),
        CheckConstraint(
            "framework NOT IN ('eif-2024', 'report-card-2025', 'ungraded') OR overall IS NULL",
            name="overall_by_framework",
        ),
        CheckConstraint("framework <> 'report-card-2025' OR starts_on >= DATE '2025-11-10'", name="card_date"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("octet_length(content_hash) = 16", name="content_hash"),
        Index("uq_inspections_urn_number", "urn", "number", unique=True, postgresql_where=text("number IS NOT NULL")),
        Index("uq_inspections_urn_starts_on", "urn", "starts_on", unique=True, postgresql_where=text("number IS NULL")),
        Index("ix_inspections_urn_starts_on", "urn", text("starts_on DESC")),
        Index("ix_inspections_warned", "urn", postgresql_where=text("warnings <> '{}'")),
        Index("ix_inspections_card", "urn", postgresql_where=text("framework = 'report-card-2025'")),
        Index("ix_inspections_published_here", "urn", postgresql_where=text("source_id IS NULL")),
        # statistics read the latest graded inspection of every school from it alone
        Index(
            "ix_inspections_graded",
            "urn",
            text("starts_on DESC"),
            text("id DESC"),
            postgresql_include=["published_on", "framework", "overall", "category_of_concern"],
            postgresql_where=text("evidence AND kind = 'graded' AND state = 'published'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    urn: Mapped[int]  # of `schools`, kept by the trigger fk_inspections_urn, which asks once for a whole load
    number: Mapped[str | None]
    framework: Mapped[str]
    kind: Mapped[str]
    starts_on: Mapped[date]
    published_on: Mapped[date | None]
    published_reason: Mapped[str | None]
    urn_at_inspection: Mapped[int | None]
    relates_to_current_urn: Mapped[bool]
    relates_assumed: Mapped[bool]
    overall: Mapped[int | None] = mapped_column(SmallInteger)
    overall_reason: Mapped[str | None]
    category_of_concern: Mapped[str | None]
    safeguarding: Mapped[str | None]
    safeguarding_reason: Mapped[str | None]
    grades: Mapped[dict[str, Any]] = mapped_column(JSON)
    judged_on: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    outcome_code: Mapped[str | None]
    narratives: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    summary: Mapped[str | None]
    evidence_references: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    own_judgements: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    warnings: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    evidence: Mapped[bool] = mapped_column(server_default=text("true"))
    state: Mapped[str] = mapped_column(server_default=text("'published'"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    content_hash: Mapped[bytes]
    source_id: Mapped[int | None]  # of `sources`, which are never deleted
    recorded_by: Mapped[str | None]
    recorded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class InspectionVersion(Base):
    """A version that a correction replaced, whole, as `content` (the columns of the inspection by name)."""

    __tablename__ = "inspection_versions"
    __table_args__ = (CheckConstraint("version >= 1", name="version"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id"))
    replaced_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))


class OutcomeSnapshot(Base):
    """A graded inspection as an earlier snapshot of outcomes tells of it, in reduced columns.

    For history and display only, never evidence; of URNs too that the register does not hold (any more). Where a full
    record of the same inspection is known, that one is shown. `grades` is as in `inspections`.
    """

    __tablename__ = "outcome_snapshots"
    __table_args__ = (
        CheckConstraint("overall BETWEEN 1 AND 4", name="overall"),
        CheckConstraint("(overall IS NULL) = (overall_reason IS NOT NULL)", name="overall_or_reason"),
        UniqueConstraint("id"),
    )

    urn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    framework: Mapped[str]
    overall: Mapped[int | None] = mapped_column(SmallInteger)
    overall_reason: Mapped[str | None]
    grades: Mapped[dict[str, Any]] = mapped_column(JSON)
    warnings: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    content_hash: Mapped[bytes]
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
