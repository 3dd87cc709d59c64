"""The report card for parents: words in place of codes."""

from datetime import date
from typing import Literal

from pydantic import Field

from inspection.dashboards.schemas import Dashboard
from inspection.schools.schemas import LocalAuthorityRef, ResponsibleBody
from shared.schemas import ApiModel, Source


class SchoolNamed(ApiModel):
    """A school of the chain; its URN or its name may be unknown."""

    urn: int | None
    name: str | None


class ScalePosition(ApiModel):
    """The place of a grade on the scale it belongs to: 1 is the best of `of` grades."""

    place: int
    of: int


class ParentInspection(ApiModel):
    """The latest graded inspection. Report cards, and the inspections just before them, have no overall grade."""

    starts_on: date
    years_ago: int = Field(description="whole years since it began")
    age_text: str | None = Field(description="how old the judgement is, where that is many years")
    published_on: date | None
    published_on_reason: str | None = Field(examples=["not_in_source"])
    kind: str = Field(examples=["Report card"])
    overall: str | None = Field(examples=["Good"])
    overall_reason: str | None = Field(examples=["none_in_framework"])
    overall_text: str = Field(description="what the overall grade means, or why there is none")
    relates_to_current_urn: bool
    former_school: SchoolNamed | None = Field(description="the school it was held under, where that was another one")
    former_text: str | None


class ParentCategory(ApiModel):
    """The category of concern in words."""

    label: str = Field(examples=["Special measures"])
    meaning: str
    easy: list[str] = Field(description="the same in short sentences")


class ParentSafeguarding(ApiModel):
    """Whether the school does what it must to keep children safe; `met` is null with the reason where nobody says."""

    judgement: str | None = Field(examples=["Standards met"])
    judgement_text: str
    reason: str | None
    meaning: str
    easy: str
    judged_on: date | None
    met: bool | None


class ParentArea(ApiModel):
    """The grade in force for an area, in words. `grade` is null with the reason; `grade_text` always says something."""

    label: str = Field(examples=["Inclusion"])
    applies: bool = Field(description="false where the record, or the ages of the school, rule the area out")
    grade: str | None = Field(examples=["Expected standard"])
    grade_reason: str | None = Field(examples=["does_not_apply"])
    grade_text: str = Field(examples=["Expected standard"])
    meaning: str = Field(examples=["The school does what is expected of it in this area."])
    position: ScalePosition | None
    judged_on: date | None
    narrative: str | None
    narrative_reason: str | None = Field(examples=["not_in_source"])


class WhatHappensNext(ApiModel):
    """What follows from the latest graded inspection; the first rule that holds says it."""

    sentences: list[str]
    easy: list[str] = Field(description="the same in short sentences")


class Predecessors(ApiModel):
    """The schools that came before this one or became part of it, one step back."""

    schools: list[SchoolNamed]
    text: str | None


class ParentHistoryInspection(ApiModel):
    """One inspection of the school or of one that it was formed from."""

    starts_on: date
    kind: str = Field(examples=["Ungraded inspection"])
    result: str = Field(examples=["Good"])
    former_school: SchoolNamed | None
    before_joining: bool | None = Field(description="began before the school joined its trust; null: in no trust")
    notes: list[str]


class JoinedTrust(ApiModel):
    """The trust that the school is in, and since when; `text` says so where the day is only assumed."""

    uid: str
    name: str
    joined_on: date
    joined_on_assumed: bool
    text: str | None


class EasyReadSection(ApiModel):
    """A part of the easy-read form."""

    heading: str
    sentences: list[str]


class ParentReportCard(ApiModel):
    """The card for parents. A school without a graded inspection has `inspection: null` with the reason."""

    urn: int
    name: str
    audience: Literal["parent"]
    status: str
    status_text: str | None = Field(description="what to know where the school is not open")
    phase: str
    local_authority: LocalAuthorityRef
    responsible_body: ResponsibleBody
    has_report_card: bool
    summary: str | None = Field(description="the inspectors' own summary: no file carries one, and none is made up")
    summary_reason: str | None = Field(examples=["not_in_source"])
    summary_text: str | None = Field(description="why there is no summary, in words")
    inspection: ParentInspection | None
    reason: str | None = Field(description="why `inspection` is null", examples=["not_inspected"])
    category_of_concern: ParentCategory | None
    safeguarding: ParentSafeguarding | None
    areas: list[ParentArea]
    areas_not_judged: str | None = Field(description="the areas that apply and were not judged, in one sentence")
    what_happens_next: WhatHappensNext
    predecessors: Predecessors
    history: list[ParentHistoryInspection] = Field(description="all inspections on record, newest first")
    joined_trust: JoinedTrust | None
    dashboard: Dashboard
    easy_read: list[EasyReadSection]
    report_url: str | None = Field(description="the official report; null where the record has no address of the web")
    source: Source
