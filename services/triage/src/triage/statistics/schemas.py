"""Statistics on the wire."""

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas import ApiModel


class Days(ApiModel):
    """How many days something took: over `cases`; null where there are none."""

    cases: int
    median: float | None
    longest: int | None


class AgeingGroup(ApiModel):
    """Decisions of one region."""

    region: str | None
    decisions: int
    proposal_to_decision: Days
    publication_to_proposal: Days = Field(description="cases whose inspection has a known publication date only")
    publication_to_decision: Days


class SmallNumbers(ApiModel):
    """How small numbers are kept out."""

    version: int
    below: int
    method: str


class AgeBand(ApiModel):
    """A band of ages in days, both of them of it; `to_days` null: no end."""

    code: str
    label: str
    from_days: int
    to_days: int | None


class AgedProposals(ApiModel):
    """A count of proposals; null where `status` is `suppressed`."""

    status: Literal["value", "suppressed"]
    proposals: int | None


class BandOfProposals(AgedProposals):
    """Proposals whose age is in a band."""

    band: str


class UndecidedFigures(AgedProposals):
    """How old proposals are: the age in days that a half, and nine in ten, have not passed.

    Ages are null without proposals, and where one of the counts is suppressed.
    """

    median_days: int | None
    p90_days: int | None
    bands: list[BandOfProposals]


class UndecidedGroup(UndecidedFigures):
    """The figures of one group; `code` is `unknown` where the register does not tell."""

    code: str
    label: str | None
    region: str | None = Field(description="of a local authority; else null")


class Undecided(ApiModel):
    """Proposals that call for something and are not decided, by age."""

    by: Literal["region", "tier", "la"]
    bands: list[AgeBand]
    suppression: SmallNumbers | None = Field(description="how small numbers were left out; null: nothing was")
    total: UndecidedFigures
    data: list[UndecidedGroup]


class Ageing(ApiModel):
    """How long it took from publication to proposal, and to decision; and how long proposals have waited for one."""

    scheme: str
    as_of: date
    data: list[AgeingGroup]
    undecided: Undecided


class FreeMeals(ApiModel):
    """Estimated pupils recorded for free school meals in the last six years, of the schools whose figure may be told.

    Not the number of pupils eligible.
    """

    value: int | None
    status: Literal["value", "suppressed", "missing"]
    percent: float | None = Field(description="of the pupils on roll of the schools counted")
    schools_counted: int | None
    pupils_counted: int | None
    schools_suppressed: int | None
    schools_missing: int | None


class TierCount(ApiModel):
    """Schools of a tier; all figures are null where `status` is `suppressed`."""

    tier: str = Field(description="a result of the scheme, or `total`", examples=["enhanced_support"])
    label: str
    status: Literal["value", "suppressed"]
    schools: int | None
    pupils: int | None = Field(description="on roll, of the schools whose roll is known")
    pupils_unknown: int | None = Field(description="schools whose roll is not known")


class TierMeals(TierCount):
    """Schools of a tier with the free-meal measure."""

    fsm_ever6_estimate: FreeMeals


class Group(ApiModel):
    """One group; `code` is `unknown` where the register does not tell, which for trusts includes having none."""

    code: str
    label: str | None
    region: str | None = Field(description="of a local authority; else null")


class TierGroup(Group):
    """Tiers of one group."""

    tiers: list[TierCount]


class MealsGroup(Group):
    """Tiers of one group with the free-meal measure."""

    tiers: list[TierMeals]


class TierTable(ApiModel):
    """What was proposed, decided or published: all together, and by group."""

    basis: Literal["proposed", "decided", "published"]
    total: list[TierCount]
    data: list[TierGroup]


class MealsTable(ApiModel):
    """The same with the free-meal measure."""

    basis: Literal["proposed", "decided", "published"]
    total: list[TierMeals]
    data: list[MealsGroup]


class Span(ApiModel):
    """First and last of what the figures come from; null where nothing is held."""

    first: str | None
    last: str | None


class Roll(ApiModel):
    """Dates of the first and the last file of the register that schools are held from."""

    first: date | None
    last: date | None


class _Statistics(ApiModel):
    scheme: str
    by: Literal["region", "phase", "la", "trust", "deprivation"]
    as_of: date = Field(description="tiers are of this day; pupils, phase, trust and quintile as now held")
    suppression: SmallNumbers | None = Field(description="null for the department and its regional teams")
    roll: Roll


class TierStatistics(_Statistics):
    """Schools by tier. The public reads what was published; the department what was proposed and what was decided."""

    tables: list[TierTable]


class DisadvantageStatistics(_Statistics):
    """Schools by tier with their pupils and the free-meal measure that the sources allow."""

    measure: Literal["fsm_ever6_estimate"]
    definition: str
    census: Span
    census_as_at: Span
    tables: list[MealsTable]
