"""Runs of a scheme, and the assessments they made."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base

_VERSION = ["policy_versions.scheme", "policy_versions.version"]


class AssessmentRun(Base):
    """One run of a version over the schools held. Its id is that of its job, which knows the state.

    `series` is where its results go: `current`, or a series of their own for another date or version.
    """

    __tablename__ = "assessment_runs"
    __table_args__ = (
        ForeignKeyConstraint(["scheme", "policy_version"], _VERSION, name="fk_assessment_runs_policy_version"),
        Index("ix_assessment_runs_scheme_series", "scheme", "series"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(Text)
    policy_version: Mapped[int]
    as_of: Mapped[date]
    series: Mapped[str] = mapped_column(Text)
    scope: Mapped[dict[str, Any]] = mapped_column(JSONB)
    requested_by: Mapped[str] = mapped_column(Text)
    org: Mapped[str] = mapped_column(Text)
    upstream: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))


class Assessment(Base):
    """What a version of a scheme proposes for a school, and why. Confidential until decided.

    A result that changed is a new row; the old one keeps when it was superseded. `audience` says who may see the row
    beside the department and the region: `department` nobody, `body` the responsible body, `school` the school too.
    `cause` tells what led to it: a `run`, or a change of `facts`, of `policy`, of the `day`; only a run has an id.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        CheckConstraint("audience IN ('department', 'body', 'school')", name="audience"),
        CheckConstraint("cause IN ('run', 'facts', 'policy', 'day')", name="cause"),
        Index(
            "uq_assessments_one_live_per_school",
            "scheme",
            "series",
            "urn",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_assessments_urn_id", "urn", "id"),
        Index(
            "ix_assessments_standing",
            "scheme",
            "result",
            "created_at",
            "urn",
            postgresql_where=text("series = 'current' AND superseded_at IS NULL"),
        ),
        Index(
            "ix_assessments_counted",
            "scheme",
            "urn",
            postgresql_include=["result", "created_at", "superseded_at", "tenancy_orgs", "tenancy_region"],
            postgresql_where=text("series = 'current'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    urn: Mapped[int] = mapped_column(BigInteger)
    scheme: Mapped[str] = mapped_column(Text)
    policy_version: Mapped[int]
    as_of: Mapped[date]
    result: Mapped[str] = mapped_column(Text)
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    action_areas: Mapped[list[str]] = mapped_column(ARRAY(Text))
    category_of_concern: Mapped[str | None] = mapped_column(Text)
    warnings: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reasons: Mapped[list[Any]] = mapped_column(JSONB)
    counterfactuals: Mapped[list[Any]] = mapped_column(JSONB)
    facts_version: Mapped[str] = mapped_column(Text)
    result_hash: Mapped[str] = mapped_column(Text)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("assessment_runs.id"))
    cause: Mapped[str] = mapped_column(Text, server_default=text("'run'"))
    series: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(Text)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    superseded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_current: Mapped[bool] = mapped_column(
        Computed("series = 'current' AND superseded_at IS NULL", persisted=True), nullable=False
    )
