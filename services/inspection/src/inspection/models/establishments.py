"""What the register itself (GIAS) says, and what changed in the fields of schools."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.models.base import Base


class Establishment(Base):
    """A state-funded school as the register's newest extract describes it, open or closed.

    Those that closed before any file told of them are here alone, to name the schools of a lineage. `known_since` is
    the date of the first extract that had it.
    """

    __tablename__ = "establishments"
    __table_args__ = (CheckConstraint("urn BETWEEN 100000 AND 999999", name="urn"),)

    urn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    laestab: Mapped[str | None]
    name: Mapped[str]
    name_folded: Mapped[str]
    phase: Mapped[str | None]
    region: Mapped[str | None]
    pupils: Mapped[int | None]
    low_age: Mapped[int | None] = mapped_column(SmallInteger)
    high_age: Mapped[int | None] = mapped_column(SmallInteger)
    sixth_form: Mapped[bool | None]
    religious_character: Mapped[str | None]
    open_date: Mapped[date | None]
    postcode: Mapped[str | None]
    type_code: Mapped[str]
    la_code: Mapped[str | None]
    trust_uid: Mapped[str | None]
    rb_kind: Mapped[str]
    rb_id: Mapped[str | None]
    rb_reason: Mapped[str | None]
    status: Mapped[str]
    close_date: Mapped[date | None]
    ukprn: Mapped[str | None]
    capacity: Mapped[int | None]
    urban_rural: Mapped[str | None]
    sponsor: Mapped[str | None]
    federation_uid: Mapped[str | None]
    federation: Mapped[str | None]
    lat: Mapped[float | None] = mapped_column(Double)
    lng: Mapped[float | None] = mapped_column(Double)
    known_since: Mapped[date]
    content_hash: Mapped[bytes]
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))


class SchoolChange(Base):
    """One field of one school that a file changed: `before` held until the day before `as_at`, `after` from then on.

    `as_at` is the date the file speaks for; of a closure, the day the school closed. Values are those of the column.
    One that `comes_first` precedes all others of its field and day: the file of that day takes up what held before a
    file that was loaded after it.
    """

    __tablename__ = "school_changes"
    __table_args__ = (
        CheckConstraint("before IS DISTINCT FROM after", name="differs"),
        Index("ix_school_changes_urn_as_at", "urn", "as_at"),
        Index("ix_school_changes_as_at", "as_at"),
        Index("ix_school_changes_source_id", "source_id", "id"),
        {"comment": "add-only: what the register said before, field by field"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    urn: Mapped[int]
    as_at: Mapped[date]
    field: Mapped[str]
    before: Mapped[Any] = mapped_column(JSONB, nullable=True)
    after: Mapped[Any] = mapped_column(JSONB, nullable=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    comes_first: Mapped[bool] = mapped_column(server_default=text("false"))
