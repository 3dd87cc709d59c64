"""What official files say of a school's pupils, and the figures of areas and like schools made from it."""

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inspection.models.base import Base

STATUSES = "status IN ('value', 'suppressed', 'not_collected', 'missing')"


class PupilMeasure(Base):
    """One measure of one school in one academic year, as the newest file of that year gives it. Public data, not yet
    suppressed: whatever shows a row goes through `domain/suppression.py`, and figures of several schools are made from
    rows that may be shown.

    Row: `urn` (it may be of no school in the register); `measure`, a code of `data/measures.json`, which gives unit,
    range and what a percentage is of; `period`, the academic year as `2022-23`; `value` in the measure's unit, null
    unless `status` is `value`; `status`: `value` (a zero is one), `suppressed` (withheld by the publisher),
    `not_collected` (no figure was made: no entries, too little coverage, does not apply), `missing` (blank in the
    file); `cohort`: pupils the figure is of, null where the file does not tell; `source_id`; `told_under`: the rule of
    suppression under which the figure may be told, null where it may not: reads compare it with their own rule.

    `fsm_ever6_percent` is of pupils recorded for free school meals at any time in six years, not of those eligible.
    """

    __tablename__ = "pupil_measures"
    __table_args__ = (
        CheckConstraint(STATUSES, name="status"),
        CheckConstraint("(value IS NOT NULL) = (status = 'value')", name="value_or_status"),
        CheckConstraint("cohort >= 0", name="cohort"),
        CheckConstraint("period ~ '^[0-9]{4}-[0-9]{2}$'", name="period"),
        Index("ix_pupil_measures_measure_period", "measure", "period"),
    )

    urn: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    measure: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float | None]
    status: Mapped[str]
    cohort: Mapped[int | None]
    source_id: Mapped[int]  # of `sources`, which are never deleted
    told_under: Mapped[str | None]


class FormerShare(Base):
    """A share of the roll that was told of a school and year, and that a file has replaced since, or led to hide.

    Whoever noted it may still hold it against what the school supplies: `progress` hides beside these as well. Of such
    measures only that hold the pupils whom a school counts itself.
    """

    __tablename__ = "former_shares"
    __table_args__ = (
        UniqueConstraint("urn", "period", "measure", "value", "cohort", postgresql_nulls_not_distinct=True),
        CheckConstraint("period ~ '^[0-9]{4}-[0-9]{2}$'", name="period"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    urn: Mapped[int]
    period: Mapped[str]
    measure: Mapped[str]
    value: Mapped[float]
    cohort: Mapped[int | None]


class MeasureComparison(Base):
    """The figure of a group of open schools: made anew by every import that changes what it is made from.

    `phases` is a group of `data/comparison_phases.json`, `level` a code of `data/comparisons.json`, `area` the
    authority's code, the region, `England`, or the fifth. `value` is null where it would give a school's suppressed
    cell away. `weighting`: `pupils` where every cohort is known, else `schools` (each counts once).
    `made_under`: the rule of suppression it was made under; reads pass over what another rule made.
    """

    __tablename__ = "measure_comparisons"
    __table_args__ = (
        CheckConstraint(STATUSES, name="status"),
        CheckConstraint("(value IS NOT NULL) = (status = 'value')", name="value_or_status"),
        CheckConstraint("weighting IN ('pupils', 'schools')", name="weighting"),
        CheckConstraint("schools >= 0", name="schools"),
    )

    measure: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    phases: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float | None]
    status: Mapped[str]
    schools: Mapped[int]
    weighting: Mapped[str]
    made_under: Mapped[str]
