"""The documents of inspections."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from inspection.schools.schemas import LineageFork
from shared.schemas import ApiModel, Page, Source


class Warned(ApiModel):
    """A doubt about the data, kept beside them."""

    code: str = Field(examples=["category_missing"])
    text: str


class Outcome(ApiModel):
    """How an ungraded inspection ended, in words."""

    code: str | None
    label: str | None
    concern: bool = Field(description="the outcome speaks of a concern")


class AreaGrade(ApiModel):
    """The judgement of one area. Older frameworks grade 1 to 4, report cards by code; never one as the other."""

    area: str = Field(examples=["inclusion"])
    grade: int | str | None = Field(examples=["needs_attention", 2])
    grade_reason: str | None = Field(description="why `grade` is null", examples=["does_not_apply"])
    judged_on: date | None
    action_needed: bool | None = Field(description="null where there is no grade to tell by")
    narrative: str | None
    narrative_reason: str | None = Field(description="why `narrative` is null", examples=["not_in_source"])


class EvidenceReference(ApiModel):
    """What a judgement rests on, by a reference to the inspectorate's own record of it."""

    area: str | None = Field(description="the area it bears on; null: the whole")
    reference: str
    text: str | None


class Inspection(ApiModel):
    """One inspection, as the school's row of the file or its publication has it."""

    id: UUID
    urn: int = Field(description="the school on whose row it stands")
    urn_at_inspection: int | None
    relates_to_current_urn: bool
    relates_assumed: bool
    number: str | None = Field(examples=["10432161"])
    framework: str = Field(examples=["report-card-2025"])
    kind: str = Field(description="graded, ungraded or monitoring")
    starts_on: date
    published_on: date | None
    published_on_reason: str | None
    overall: int | None
    overall_reason: str | None
    category_of_concern: str | None = Field(examples=["SM"])
    safeguarding: str | None = Field(examples=["met"])
    safeguarding_reason: str | None
    safeguarding_judged_on: date | None
    areas: list[AreaGrade]
    summary: str | None = Field(description="for parents, plain text")
    summary_reason: str | None = Field(description="why `summary` is null", examples=["not_in_source"])
    evidence_references: list[EvidenceReference]
    outcome: Outcome | None
    state: str = Field(examples=["published"])
    version: int
    warnings: list[Warned]
    source: Source


class InspectionPage(Page[Inspection]):
    """One page of inspections."""


class TrustThen(ApiModel):
    """The trust a school was in on the first day of an inspection."""

    uid: str = Field(examples=["5143"])
    name: str | None
    assumed: bool = Field(description="when it joined is not a fact but the opening date or the first file to show it")


class HistoryInspection(Inspection):
    """An inspection in the history of a school and its predecessors."""

    from_predecessor: bool = Field(description="it stands on the row of a predecessor, not on the school's own")
    evidence: bool = Field(description="false: an earlier snapshot of outcomes alone tells of it; no rule goes by it")
    trust_at_inspection: TrustThen | None = Field(
        description="of the school as it was inspected; null: it was in none, or in none that is known"
    )
    before_joining_current_trust: bool | None = Field(
        description="it began before the school's present stay in its trust, and not under a former URN that was in "
        "the same trust then; null: the school is in no trust"
    )


class HistoryPage(Page[HistoryInspection]):
    """One page of a school's history, newest first. With several predecessors the inspections of all are in it."""

    ambiguous: bool = Field(description="the line of predecessors forks: it is told, not guessed")
    ambiguities: list[LineageFork]


class InspectionVersion(ApiModel):
    """One version of an inspection: corrections make new ones, and the old ones stay."""

    version: int = Field(description="in the order in which they were recorded; it never changes")
    current: bool
    made_at: datetime | None
    made_by: str | None = Field(description="subject of the token; null where a file brought it")
    made_because: str | None = Field(
        description="the reason of the correction that made it; `older_file` where a file brought it that speaks for "
        "an earlier day than the one before; null for the first"
    )
    replaced_at: datetime | None
    replaced_because: str | None = Field(description="the reason of the correction that replaced it")
    inspection: Inspection


class InspectionVersions(ApiModel):
    """All versions, the one in force last first; what an older file told, loaded later, stands in its place by date."""

    data: list[InspectionVersion]
