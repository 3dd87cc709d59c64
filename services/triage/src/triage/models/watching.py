"""What people keep an eye on: watch lists, notes on schools, reminders."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base


class WatchList(Base):
    """One person's list; `version` counts its changes."""

    __tablename__ = "watch_lists"

    owner: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int]
    urns: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql("now()"))


class SchoolNote(Base):
    """A note on a school by a person of the department. Only its author reads a private one."""

    __tablename__ = "school_notes"
    __table_args__ = (Index("ix_school_notes_urn_id", "urn", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    urn: Mapped[int] = mapped_column(ForeignKey("school_facts.urn"))
    author: Mapped[str] = mapped_column(Text)
    author_role: Mapped[str] = mapped_column(Text)
    private: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tenancy_region: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql("now()"))


class Reminder(Base):
    """Something a person wants to be reminded of on a day; `raised_at` once the event has been written."""

    __tablename__ = "reminders"
    __table_args__ = (
        Index("ix_reminders_owner_id", "owner", "id"),
        Index("ix_reminders_due", "due_on", postgresql_where=sql("raised_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(Text)
    urn: Mapped[int] = mapped_column(ForeignKey("school_facts.urn"))
    due_on: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql("now()"))
