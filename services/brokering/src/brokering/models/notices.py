"""Contacts by role, and the notifications that are sent to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from brokering.models.base import Base

_NOW = text("now()")
_EMPTY_ARRAY = text("'{}'")


class Contact(Base):
    """The address of a role in an organisation (`school:100000`, `head_teacher`): no names of people are kept."""

    __tablename__ = "contacts"

    org: Mapped[str] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_region: Mapped[str | None] = mapped_column(Text)


class Notification(Base):
    """A message to an organisation, written with what it tells of and sent afterwards, until it arrives."""

    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sent', 'failed', 'no_contact')", name="state_known"),
        Index("ix_notifications_queued", "next_attempt_at", postgresql_where=text("state = 'queued'")),
        Index("ix_notifications_tenancy_orgs", "tenancy_orgs", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(Text)
    about: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    next_attempt_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reference: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_region: Mapped[str | None] = mapped_column(Text)
