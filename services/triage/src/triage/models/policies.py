"""Versions of the schemes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base


class PolicyVersion(Base):
    """One version of a scheme, complete. The serving role may add versions, and change none."""

    __tablename__ = "policy_versions"
    __table_args__ = (
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("in_force_to IS NULL OR in_force_from <= in_force_to", name="in_force_in_order"),
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
