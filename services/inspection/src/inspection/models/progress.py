"""Pupil progress as schools and trusts supply it: confidential until the responsible body releases a term."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.models.base import Base

PERIOD = "period ~ '^[0-9]{4}-[0-9]{2}-[a-z]+$'"


class ProgressVersion(Base):
    """What was supplied for a school and term, every version of it: `measures` as sent, not yet suppressed.

    `beside`: what official files said of the school and others of its line then, as `progress.shown` reads it; null in
    versions made before it was kept. `beside_since`: what they said after that, each time it became another, until the
    next version of the term was made; what they have said since then is kept with that one.

    Its tenancy is that of the school's responsible body now, kept by the trigger progress_tenancy: a school that
    moves takes its data along, and its former body loses sight of them in the same transaction.
    """

    __tablename__ = "progress_versions"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(PERIOD, name="period"),
    )

    urn: Mapped[int] = mapped_column(ForeignKey("schools.urn"), primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    measures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    beside: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    beside_since: Mapped[list[list[dict[str, Any]]]] = mapped_column(JSONB, server_default=text("'[]'"))
    submitted_by: Mapped[str]
    submitted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None]


class ProgressRelease(Base):
    """A version that was released. Public: `measures` are suppressed, with regard to all versions, under a rule."""

    __tablename__ = "progress_releases"
    __table_args__ = (CheckConstraint(PERIOD, name="period"),)

    urn: Mapped[int] = mapped_column(ForeignKey("schools.urn"), primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    measures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    released_on: Mapped[date]
    released_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    made_under: Mapped[str]


class DataDelegation(Base):
    """A trust lets a client read and write its schools' progress data, until it revokes that."""

    __tablename__ = "data_delegations"
    __table_args__ = (
        CheckConstraint("client_id <> ''", name="client_id"),
        Index(
            "uq_data_delegations_active",
            "trust_uid",
            "client_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_data_delegations_client_id", "client_id", postgresql_where=text("revoked_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trust_uid: Mapped[str] = mapped_column(ForeignKey("school_groups.uid"))
    client_id: Mapped[str]
    granted_by: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None]


class ProgressBatch(Base):
    """What became of the rows of a bulk write, for the client that sent it: no figures."""

    __tablename__ = "progress_batches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    submitted_by: Mapped[str]
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None]
