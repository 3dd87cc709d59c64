"""The facts document: all that is known of a school and bears on a judgement."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from inspection.inspections.schemas import Outcome, Warned
from inspection.schools.schemas import (
    MAX_LOOKUP,
    Coded,
    LocalAuthorityRef,
    Location,
    ResponsibleBody,
    TrustRef,
    Urn,
)
from shared.schemas import ApiModel, Page, RequestModel, Source


class FactArea(ApiModel):
    """The grade of one area."""

    area: str
    grade: int | str | None
    grade_reason: str | None
    judged_on: date | None


class FactInspection(ApiModel):
    """An inspection that is evidence: on the school's row of the file, or published for its URN."""

    id: UUID
    number: str | None
    framework: str
    kind: str
    starts_on: date
    published_on: date | None
    published_on_reason: str | None
    urn_at_inspection: int | None
    relates_to_current_urn: bool
    relates_assumed: bool
    overall: int | None
    overall_reason: str | None
    category_of_concern: str | None
    safeguarding: str | None
    safeguarding_reason: str | None
    areas: list[FactArea]
    outcome: Outcome | None
    version: int
    warnings: list[Warned]
    source: Source


class FactsBody(ResponsibleBody):
    """Who answers for the school, and as what kind of body it counts."""

    counted_as: str | None = Field(
        description="the kind of trust: an academy whose source names none counts as a single-academy trust; null"
        " where the register does not know the trust's kind. Else `kind`",
        examples=["single_academy_trust"],
    )


class Stay(ApiModel):
    """A school's time in a trust: `joined_on <= day < left_on`."""

    trust_uid: str = Field(examples=["5143"])
    joined_on: date
    joined_assumed: bool = Field(description="`joined_on` is the opening date, or that of the first file to show it")
    left_on: date | None = Field(description="first day out, which the register tells or a file shows; null: still in")


class FreeMeals(ApiModel):
    """Pupils recorded for free school meals at any time in the last six years (ever 6): not those eligible now."""

    status: Literal["value", "suppressed", "missing"] = Field(
        description="suppressed: a few pupils would be given away; missing: no figure, or the roll is not known"
    )
    percent: float | None = Field(description="of the school census")
    estimate: int | None = Field(description="the percentage of the pupils on roll in the register")
    census: str | None = Field(description="academic year of the newest census held", examples=["2022-23"])
    as_at: date | None = Field(description="the day the census speaks for")


class Facts(ApiModel):
    """A school and its evidence, newest inspection first. Same content, same `facts_version`."""

    urn: int
    facts_version: str = Field(description="SHA-256 of the content, leaving out when it was loaded")
    name: str
    phase: str | None
    type: Coded | None
    status: str
    open_date: date | None
    region: str | None
    local_authority: LocalAuthorityRef
    responsible_body: FactsBody
    trust: TrustRef | None
    memberships: list[Stay] = Field(description="all of the school's time in trusts, newest first")
    pupils: int | None
    fsm_ever6: FreeMeals
    idaci_quintile: int | None
    location: Location | None
    religious_character: str | None
    report_url: str | None
    inspections: list[FactInspection]
    warnings: list[Warned]
    source: Source


class FactsPage(Page[Facts]):
    """One page of facts, by URN."""


class FactsLookup(RequestModel):
    """Up to 1,000 schools by URN."""

    urns: list[Urn] = Field(min_length=1, max_length=MAX_LOOKUP, examples=[[100000, 100005]])


class FactsFound(ApiModel):
    """The facts found, in the order of their URN, and the URNs that the register does not hold."""

    data: list[Facts]
    missing: list[int]
