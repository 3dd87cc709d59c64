"""What schools and their responsible bodies say that they need."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from brokering.models.base import Base

_NOW = text("now()")


class NeedStatement(Base):
    """What one organisation says that a school needs; its last one stands, the others are superseded.

    It belongs to the school whatever else is on record of it: it is seen by the school, by the body that answers for
    the school today, and in its region. It names no need, and none is changed by it.
    """

    __tablename__ = "need_statements"
    __table_args__ = (
        CheckConstraint("days >= 0.5 AND days * 2 = trunc(days * 2)", name="half_days"),
        CheckConstraint("form IN ('on_site', 'remote')", name="form_known"),
        CheckConstraint("starts_on <= ends_on", name="dates_in_order"),
        CheckConstraint(
            "support_wished OR (days IS NULL AND areas = '{}' AND form IS NULL AND starts_on IS NULL"
            " AND ends_on IS NULL)",
            name="nothing_asked_where_not_wished",
        ),
        UniqueConstraint("supersedes", name="uq_need_statements_supersedes"),
        Index("ix_need_statements_urn", "urn"),
        Index("uq_need_statements_first", "urn", "org", unique=True, postgresql_where=text("supersedes IS NULL")),
        {"comment": "add-only"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    urn: Mapped[int] = mapped_column(ForeignKey("schools.urn"), type_=Integer)
    org: Mapped[str] = mapped_column(Text)
    support_wished: Mapped[bool] = mapped_column(Boolean)
    days: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    form: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    text: Mapped[str | None] = mapped_column(Text)
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("need_statements.id"))
    stated_by: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    stated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
