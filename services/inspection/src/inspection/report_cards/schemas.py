"""The technical report card: what is in force, and what needs action."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from inspection.inspections.schemas import EvidenceReference, Warned
from inspection.schools.schemas import LocalAuthorityRef, ResponsibleBody
from shared.schemas import ApiModel, Source


class CardInspection(ApiModel):
    """The inspection the card is made from: the school's latest graded one."""

    id: UUID
    number: str | None
    framework: str = Field(examples=["report-card-2025"])
    framework_label: str
    starts_on: date
    published_on: date | None
    published_on_reason: str | None
    urn_at_inspection: int | None
    relates_to_current_urn: bool
    relates_assumed: bool
    overall: int | None
    overall_label: str | None
    overall_reason: str | None
    version: int


class CardCategory(ApiModel):
    """The category of concern, as given."""

    code: str = Field(examples=["SM"])
    label: str = Field(examples=["Special measures"])


class CardSafeguarding(ApiModel):
    """Safeguarding has a line of its own; `judgement` is null with the reason beside it."""

    judgement: str | None = Field(examples=["met"])
    label: str | None
    reason: str | None
    judged_on: date | None
    action_needed: bool | None


class CardArea(ApiModel):
    """The grade in force for one evaluation area. Older frameworks grade 1 to 4, report cards by code."""

    area: str = Field(examples=["inclusion"])
    label: str = Field(examples=["Inclusion"])
    grade: int | str | None = Field(examples=["needs_attention"])
    grade_label: str | None = Field(examples=["Needs attention"])
    grade_reason: str | None = Field(examples=["does_not_apply"])
    judged_on: date | None
    action_needed: bool | None = Field(description="null where there is no grade to tell by")
    narrative: str | None
    narrative_reason: str | None = Field(examples=["not_in_source"])


class TechnicalReportCard(ApiModel):
    """The card for school and regulator. A school never inspected has `inspection: null` with the reason."""

    urn: int
    name: str
    audience: Literal["technical"]
    phase: str | None
    status: str
    region: str | None
    local_authority: LocalAuthorityRef
    responsible_body: ResponsibleBody
    has_report_card: bool
    has_report_card_reason: str | None = Field(examples=["older_framework"])
    inspection: CardInspection | None
    reason: str | None = Field(description="why `inspection` is null", examples=["not_inspected"])
    category_of_concern: CardCategory | None
    safeguarding: CardSafeguarding | None
    areas: list[CardArea]
    summary: str | None = Field(description="for parents, plain text")
    summary_reason: str | None = Field(description="why `summary` is null", examples=["not_in_source"])
    evidence_references: list[EvidenceReference]
    action_needed: list[str] = Field(description="the areas that need action, `safeguarding` among them")
    warnings: list[Warned]
    report_url: str | None = Field(description="the official report")
    source: Source
