"""Assessments on the wire."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.schemas import ApiModel, Page, RequestModel, Source
from triage.urns import Urn


class Reason(ApiModel):
    """One rule that was tried. `effect` is what it led to where it fired; the decisive one gave the result."""

    rule: str
    step: str
    fired: bool
    decisive: bool
    effect: str | None
    inputs: dict[str, Any] = Field(description="the facts looked at, with the inspection they come from")
    text: str = Field(description="in plain English")


class ChangedFact(ApiModel):
    """A fact of the latest graded inspection, or of what followed it, put otherwise."""

    fact: str
    before: Any = Field(alias="from")
    after: Any = Field(alias="to")


class Counterfactual(ApiModel):
    """Smallest changes that would have led to less; the rules were run on them, and on all that are smaller."""

    changes: list[ChangedFact]
    result: str
    text: str


class SchoolRef(ApiModel):
    """The school, as this service's copy has it."""

    name: str
    region: str | None
    local_authority_code: str | None
    trust_uid: str | None


class Assessment(ApiModel):
    """What a version of a scheme proposes for a school, and why. A proposal: the decision is a record of its own."""

    id: UUID
    urn: int
    scheme: str
    policy_version: int
    as_of: date
    result: str
    flags: list[str]
    action_areas: list[str]
    category_of_concern: str | None
    warnings: list[str]
    reasons: list[Reason]
    counterfactuals: list[Counterfactual]
    facts_version: str
    run_id: UUID | None = Field(description="the run that made it; null where it followed a change by itself")
    cause: Literal["run", "facts", "policy", "day"] = Field(
        description="what led to it: a run, a change of the facts, a version that came into force, or the day on which"
        " something began to count"
    )
    is_current: bool
    created_at: datetime
    superseded_at: datetime | None
    school: SchoolRef


class Freshness(ApiModel):
    """How old this service's copy of the facts is."""

    service: str
    received_at: datetime | None = Field(description="when this school's facts last changed here")
    complete_as_of: datetime | None = Field(description="time for which the copy is complete, to the minute")
    facts_changed_since: bool = Field(description="the facts have changed since this was assessed")


class SchoolAssessment(Assessment):
    """The assessment of one school, with where its facts come from and how fresh they are."""

    source: Source | None
    upstream: Freshness
    scheme_in_force: bool = Field(
        description="false: no version of the scheme is in force that day; what stands is of the last one that was"
    )


class AssessmentPage(Page[Assessment]):
    """One page of assessments, by URN and scheme."""


class AssessmentLookup(RequestModel):
    """Up to 1,000 schools by URN."""

    urns: list[Urn] = Field(min_length=1, max_length=1000, examples=[[100000, 100005]])
    scheme: str | None = None


class AssessmentsFound(ApiModel):
    """The current assessments found, and the URNs for which there is none that the client may see."""

    data: list[Assessment]
    missing: list[int]
