"""The facts document: all that is known of a school and bears on a judgement."""

from datetime import date
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
    responsible_body: ResponsibleBody
    trust: TrustRef | None
    pupils: int | None
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
