"""What-if: a version with other parameters over all schools. Nothing of it is an assessment."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base


class Simulation(Base):
    """What was asked, and what it came to. Its id is that of its job.

    `baseline_version` is the version in force, which says what holds before; `policy_version` with `parameters` put
    over its own says what would hold after. `regions` are those it looks at, null for all England.
    """

    __tablename__ = "simulations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(Text)
    baseline_version: Mapped[int]
    policy_version: Mapped[int]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    as_of: Mapped[date]
    regions: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    requested_by: Mapped[str] = mapped_column(Text)
    org: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    evidence_hash: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))


class SimulationMove(Base):
    """A school for which a simulation comes to another result or other flags, and the rule that moves it."""

    __tablename__ = "simulation_moves"
    __table_args__ = (Index("ix_simulation_moves_simulation_id_region", "simulation_id", "region"),)

    simulation_id: Mapped[UUID] = mapped_column(ForeignKey("simulations.id", ondelete="CASCADE"), primary_key=True)
    urn: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    phase: Mapped[str | None] = mapped_column(Text)
    la_code: Mapped[str | None] = mapped_column(Text)
    trust_uid: Mapped[str | None] = mapped_column(Text)
    deprivation: Mapped[str | None] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    flags_before: Mapped[list[str]] = mapped_column(ARRAY(Text))
    flags_after: Mapped[list[str]] = mapped_column(ARRAY(Text))
    moved_by: Mapped[dict[str, Any]] = mapped_column(JSONB)


class SimulationGroup(Base):
    """What a simulation comes to in one region, phase, authority, trust or band of deprivation."""

    __tablename__ = "simulation_groups"

    simulation_id: Mapped[UUID] = mapped_column(ForeignKey("simulations.id", ondelete="CASCADE"), primary_key=True)
    dimension: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    label: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
