"""This service's copy of what the inspection service knows of a school."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Computed, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base

COUNTED = [
    *("region", "la_code", "trust_uid", "phase", "idaci_quintile", "pupils", "fsm_status", "fsm_estimate"),
    *("fsm_census", "fsm_as_at", "la_name", "trust_name", "source_as_at"),
]
_EVIDENCE_VERSION = "facts_version || CASE WHEN follow_up = '{}'::jsonb THEN '' ELSE '.' || md5(follow_up::text) END"
_FREE_MEALS = "(profile -> 'fsm_ever6')"


def _count(document: str) -> str:
    """A number of the document; null for whatever else it holds, which must not keep the school out."""
    return f"CASE WHEN jsonb_typeof({document}) = 'number' THEN CAST({document} AS bigint) END"


def _name(part: str) -> str:
    return f"profile -> '{part}' ->> 'name'"


class SchoolFactsRow(Base):
    """One school. `facts` holds the evidence the rules read; `profile` the rest of the document as it came.

    `follow_up` holds the evidence that this service has of itself: completed support, progress reviews and the days of
    decisions. `evidence_version` tells apart all that the rules read. `body_org` is the responsible body as an
    organisation of a token (`trust:5143`, `la:201`), null where there is none. What statistics count by and add up is
    taken out of the profile when it is written. The facts are public; the assessments made of them are not.
    """

    __tablename__ = "school_facts"
    __table_args__ = (
        Index("ix_school_facts_region", "region"),
        Index("ix_school_facts_la_code", "la_code"),
        Index("ix_school_facts_trust_uid", "trust_uid"),
        Index("ix_school_facts_counted", "urn", postgresql_include=COUNTED),
    )

    urn: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    la_code: Mapped[str | None] = mapped_column(Text)
    trust_uid: Mapped[str | None] = mapped_column(Text)
    body_org: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    profile: Mapped[dict[str, Any]] = mapped_column(JSONB)
    phase: Mapped[str | None] = mapped_column(Text, Computed("profile ->> 'phase'", persisted=True))
    idaci_quintile: Mapped[str | None] = mapped_column(Text, Computed("profile ->> 'idaci_quintile'", persisted=True))
    pupils: Mapped[int | None] = mapped_column(BigInteger, Computed(_count("(profile -> 'pupils')"), persisted=True))
    fsm_status: Mapped[str | None] = mapped_column(Text, Computed(f"{_FREE_MEALS} ->> 'status'", persisted=True))
    fsm_estimate: Mapped[int | None] = mapped_column(
        BigInteger, Computed(_count(f"({_FREE_MEALS} -> 'estimate')"), persisted=True)
    )
    fsm_census: Mapped[str | None] = mapped_column(Text, Computed(f"{_FREE_MEALS} ->> 'census'", persisted=True))
    fsm_as_at: Mapped[str | None] = mapped_column(Text, Computed(f"{_FREE_MEALS} ->> 'as_at'", persisted=True))
    la_name: Mapped[str | None] = mapped_column(Text, Computed(_name("local_authority"), persisted=True))
    trust_name: Mapped[str | None] = mapped_column(Text, Computed(_name("trust"), persisted=True))
    facts_version: Mapped[str] = mapped_column(Text)
    follow_up: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    evidence_version: Mapped[str] = mapped_column(Text, Computed(_EVIDENCE_VERSION, persisted=True), nullable=False)
    source_name: Mapped[str] = mapped_column(Text)
    source_as_at: Mapped[date | None]
    source_loaded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
