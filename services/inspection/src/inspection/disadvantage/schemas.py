"""The document of disadvantage: an estimate, named for what it is, with all that is left out of it."""

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas import ApiModel, Source


class Estimate(ApiModel):
    """Pupils recorded for free school meals in the last six years: over the schools whose own figure may be told."""

    value: int | None = Field(description="null where no school's figure can be told")
    status: Literal["value", "suppressed", "missing"]
    percent: float | None = Field(description="of the pupils on roll of the schools counted")
    schools_counted: int
    pupils_counted: int = Field(description="pupils on roll of the schools counted")
    schools_suppressed: int = Field(description="schools with too few pupils to tell of: left out of `value`")
    schools_missing: int = Field(description="schools without a percentage or without a number of pupils: left out")


class Part(ApiModel):
    """Some schools, the pupils on their roll, and the estimate."""

    schools: int
    pupils: int = Field(description="pupils on roll")
    pupils_unknown: int = Field(description="schools whose number of pupils is not in the source")
    fsm_ever6_estimate: Estimate


class CategoryPart(Part):
    """Schools by category of concern at the latest graded inspection."""

    category: str = Field(description="a category's code, `none`, or `not_inspected`", examples=["SM"])
    label: str


class JudgementPart(Part):
    """Schools by framework and overall grade of the latest graded inspection; a framework may give none."""

    framework: str | None = Field(description="null: never inspected")
    overall: int | None


class DisadvantageGroup(Part):
    """One region, phase, local authority, trust, fifth by deprivation, or category of concern."""

    code: str = Field(examples=["London"])
    label: str
    by_category: list[CategoryPart]
    by_judgement: list[JudgementPart]


class Census(ApiModel):
    """The school census the percentages are of."""

    period: str = Field(description="academic year", examples=["2022-23"])
    source: Source


class Roll(ApiModel):
    """The dates of the files that the numbers of pupils on roll are from."""

    oldest: date | None
    newest: date | None


class Suppression(ApiModel):
    """Which figures are left out, and why nothing tells them."""

    threshold: int
    method: str


class Disadvantage(ApiModel):
    """Estimates by group, and of all of them together."""

    by: Literal["region", "phase", "la", "trust", "deprivation", "category"]
    measure: Literal["fsm_ever6_estimate"]
    definition: str
    census: Census | None
    census_reason: str | None = Field(description="why `census` is null", examples=["not_loaded"])
    roll: Roll
    suppression: Suppression
    total: Part
    data: list[DisadvantageGroup]
