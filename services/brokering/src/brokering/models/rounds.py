"""Rounds of matching: what was asked, what leaders could give, and what became of every need."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from brokering.models.base import Base

_NOW = text("now()")
_EMPTY_ARRAY = text("'{}'")


class MatchingRound(Base):
    """One round of matching. Its id is the id of the job that solves it; the job's row holds state and progress.

    `broker` is the organisation that asked; `kept` how many proposals of earlier rounds came out the same.
    Figures are null until the round has succeeded. `proof` says how the bound was obtained; `upstream` how old our
    copies were; `split` how needs were split into parts (null: each whole), `split_outcome` how many of them got both,
    one or none. A client sees the round when one of its regions is among `scope_regions`.
    """

    __tablename__ = "matching_rounds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    scope: Mapped[dict[str, Any]] = mapped_column(JSONB)
    scope_regions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    window_from: Mapped[date] = mapped_column(Date)
    window_to: Mapped[date] = mapped_column(Date)
    weights: Mapped[dict[str, Any]] = mapped_column(JSONB)
    pinned: Mapped[list[Any]] = mapped_column(JSONB)
    excluded: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    cross_region: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    distance_cap_km: Mapped[float | None] = mapped_column(Float)
    stability: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    broker: Mapped[str | None] = mapped_column(Text)
    kept: Mapped[int | None] = mapped_column(Integer)
    split: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    split_outcome: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    policy_version: Mapped[int] = mapped_column(Integer)
    needs: Mapped[int | None] = mapped_column(Integer)
    leaders: Mapped[int | None] = mapped_column(Integer)
    pairs: Mapped[int | None] = mapped_column(Integer)
    matched: Mapped[int | None] = mapped_column(Integer)
    unmatched: Mapped[int | None] = mapped_column(Integer)
    weighted_matched: Mapped[int | None] = mapped_column(Integer)
    total_suitability: Mapped[int | None] = mapped_column(Integer)
    bound_matched: Mapped[int | None] = mapped_column(Integer)
    bound_weighted: Mapped[int | None] = mapped_column(Integer)
    bound_total_suitability: Mapped[int | None] = mapped_column(Integer)
    optimal: Mapped[bool | None] = mapped_column(Boolean)
    gap: Mapped[float | None] = mapped_column(Float)
    proof: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    upstream: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    warnings: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'"))
    requested_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_NOW)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RoundLeader(Base):
    """What a leader could give when the round was solved, so that anyone can solve it again."""

    __tablename__ = "round_leaders"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("matching_rounds.id", ondelete="CASCADE"), primary_key=True)
    leader_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    leader_id: Mapped[UUID] = mapped_column()
    reference: Mapped[str] = mapped_column(Text)
    days_available: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    max_concurrent: Mapped[int] = mapped_column(Integer)
    open_deployments: Mapped[int] = mapped_column(Integer, server_default=text("0"))


class RoundNeed(Base):
    """A need, or a part of one, as the round saw it, with all its feasible pairs in three parallel arrays."""

    __tablename__ = "round_needs"
    __table_args__ = (
        CheckConstraint(
            "cardinality(leader_nos) = cardinality(suitabilities) AND cardinality(leader_nos) = cardinality(flag_bits)",
            name="parallel_arrays",
        ),
    )

    round_id: Mapped[UUID] = mapped_column(ForeignKey("matching_rounds.id", ondelete="CASCADE"), primary_key=True)
    need_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    need_id: Mapped[UUID] = mapped_column()
    part: Mapped[str | None] = mapped_column(Text)
    days: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    priority_weight: Mapped[int] = mapped_column(Integer)
    leader_nos: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    suitabilities: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    flag_bits: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_region: Mapped[str | None] = mapped_column(Text)


class RoundUnmatched(Base):
    """Why a need, or a part of one, found no leader, and what would have to give.

    `half_matched`: the other part found one; null for a whole need.
    """

    __tablename__ = "round_unmatched"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("matching_rounds.id", ondelete="CASCADE"), primary_key=True)
    need_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    need_id: Mapped[UUID] = mapped_column()
    part: Mapped[str | None] = mapped_column(Text)
    half_matched: Mapped[bool | None] = mapped_column(Boolean)
    reasons: Mapped[list[Any]] = mapped_column(JSONB)
    relaxations: Mapped[list[Any]] = mapped_column(JSONB)
    tenancy_orgs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=_EMPTY_ARRAY)
    tenancy_region: Mapped[str | None] = mapped_column(Text)
