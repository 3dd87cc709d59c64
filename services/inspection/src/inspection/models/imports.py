"""Imports: what was sent, by whom, what became of each row; and the sources that provenance points to."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.models.base import Base


class Source(Base):
    """Where facts came from: one row for each import that was loaded. `name` is the kind's code.

    `sent_by` is the subject of the token it was sent with; null for those loaded before that was kept.
    """

    __tablename__ = "sources"
    __table_args__ = (Index("ix_sources_name_as_at", "name", "as_at"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str]
    file_name: Mapped[str]
    as_at: Mapped[date]
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    sent_by: Mapped[str | None]


class Import(Base):
    """One import; its id is also its job's. Counts are null until it has ended: read = the sum of the other four.

    `resubmits` is the import whose rejected rows this one corrects. `header` keeps the file's `titles` as well,
    and as `anew` the places of rows that are not among the `row_digests`, since they are to be read again.
    """

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("rows_read = rows_created + rows_changed + rows_unchanged + rows_rejected", name="reconciled"),
        Index("ix_imports_kind_as_at", "kind", "as_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    as_at: Mapped[date]
    dry_run: Mapped[bool] = mapped_column(server_default=text("false"))
    file_name: Mapped[str]
    file_size: Mapped[int] = mapped_column(BigInteger)
    file_sha256: Mapped[str]
    encoding: Mapped[str | None]
    rows_read: Mapped[int | None]
    rows_created: Mapped[int | None]
    rows_changed: Mapped[int | None]
    rows_unchanged: Mapped[int | None]
    rows_rejected: Mapped[int | None]
    header: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id"))
    row_digests: Mapped[bytes | None] = mapped_column(LargeBinary)
    submitted_by: Mapped[str]
    resubmits: Mapped[UUID | None] = mapped_column(ForeignKey("imports.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("clock_timestamp()"))
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None]


class ImportFile(Base):
    """The bytes of an import's file in chunks, until the import has ended."""

    __tablename__ = "import_files"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    chunk: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None]


class ImportRejection(Base):
    """A row that was not taken: where it stands, the value at fault, a code and a text, and the row as it was."""

    __tablename__ = "import_rejections"
    __table_args__ = (CheckConstraint("row_number >= 1", name="row_number"),)

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int]
    column: Mapped[str | None]
    value: Mapped[str | None]
    code: Mapped[str]
    text: Mapped[str]
    raw: Mapped[str]
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None]


class ImportChange(Base):
    """A change that an import made, or that a dry run would make.

    `concerns`: `school` (a field of the register, of dry runs alone: of a load see `school_changes`), or `membership`,
    `inspection`, `pupil_data`, `group`, `link`, `location`, `outcome`, of which `subject` says which: the trust's or
    group's UID, the inspection's id, the academic year, kind and URN of a link, the day an inspection began.
    """

    __tablename__ = "import_changes"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    urn: Mapped[int | None]
    as_at: Mapped[date]
    field: Mapped[str]
    before: Mapped[Any] = mapped_column(JSONB, nullable=True)
    after: Mapped[Any] = mapped_column(JSONB, nullable=True)
    concerns: Mapped[str] = mapped_column(server_default="school")
    subject: Mapped[str | None]
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None]
