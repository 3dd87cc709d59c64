"""Versions of the schemes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base


class PolicyVersion(Base):
    """One version of a scheme, complete. The serving role may add versions, and change none.

    `drafted_by` null: it came with the package and is active from its loading; else see `PolicyStep`. Either way it can
    be withdrawn before its first day: `PolicyWithdrawal`.
    """

    __tablename__ = "policy_versions"
    __table_args__ = (
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("in_force_to IS NULL OR in_force_from <= in_force_to", name="in_force_in_order"),
        CheckConstraint("num_nulls(drafted_by, drafted_role) <> 1", name="drafted_by_somebody"),
        {"comment": "add-only: a version never changes"},
    )

    scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Text)
    in_force_from: Mapped[date]
    in_force_to: Mapped[date | None]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    drafted_by: Mapped[str | None] = mapped_column(Text)
    drafted_role: Mapped[str | None] = mapped_column(Text)


class PolicyStep(Base):
    """The step that ended a draft: `activated`, for the dates of its document, or `withdrawn`."""

    __tablename__ = "policy_steps"
    __table_args__ = (
        CheckConstraint("step IN ('activated', 'withdrawn')", name="step"),
        ForeignKeyConstraint(["scheme", "version"], ["policy_versions.scheme", "policy_versions.version"]),
        {"comment": "add-only: a version takes one step, and never another"},
    )

    scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    taken_by: Mapped[str] = mapped_column(Text)
    taken_role: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))


class PolicyWithdrawal(Base):
    """An active version taken back before its first day. `replaced_by`: the version that was activated in its place."""

    __tablename__ = "policy_withdrawals"
    __table_args__ = (
        ForeignKeyConstraint(["scheme", "version"], ["policy_versions.scheme", "policy_versions.version"]),
        ForeignKeyConstraint(["scheme", "replaced_by"], ["policy_versions.scheme", "policy_versions.version"]),
        {"comment": "add-only: an active version is withdrawn once"},
    )

    scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    replaced_by: Mapped[int | None]
    withdrawn_by: Mapped[str] = mapped_column(Text)
    withdrawn_role: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
