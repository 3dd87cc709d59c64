"""The documents of inspections being written."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StrictInt, StringConstraints

from inspection.inspections.schemas import Warned
from inspection.schools.schemas import Urn
from shared.schemas import ApiModel, FieldError, RequestModel

MAX_AREAS = 20
MAX_REFERENCES = 200

Code = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
PlainText = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=r"^[^\x00]*$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,20}$")]
Kind = Literal["graded", "ungraded", "monitoring"]


def _outcome_code(given: object) -> object:
    return given.get("code") if isinstance(given, dict) else given


OutcomeCode = Annotated[Code, BeforeValidator(_outcome_code)]


class WrittenArea(RequestModel):
    """The judgement of one area. Without a date of its own it was judged on the day the inspection began."""

    area: Code = Field(examples=["inclusion"])
    grade: StrictInt | Code | None = Field(None, examples=["expected_standard", 2])
    grade_reason: Code | None = Field(None, description="why there is no grade", examples=["does_not_apply"])
    judged_on: date | None = None
    narrative: PlainText | None = Field(None, description="plain text")


class EvidenceReference(RequestModel):
    """What a judgement rests on, by a reference to the inspectorate's own record of it."""

    area: Code | None = Field(None, description="the area it bears on; null: the whole")
    reference: Line = Field(examples=["EF-2026-014"])
    text: PlainText | None = None


class NewInspection(RequestModel):
    """An inspection as written. It may be incomplete, but what is there has to be right for its framework."""

    urn: Urn
    number: Number | None = Field(None, examples=["10432161"])
    kind: Kind = "graded"
    framework: Code | None = Field(None, description="follows from `kind` and `starts_on`; if given, it has to agree")
    starts_on: date
    published_on: date | None = Field(None, description="the day it is to be seen from; default: when it is published")
    overall: StrictInt | Code | None = Field(None, examples=[2])
    category_of_concern: Code | None = Field(None, examples=["SM"])
    safeguarding: Code | None = Field(None, examples=["met"])
    safeguarding_judged_on: date | None = None
    outcome: OutcomeCode | None = Field(None, description="of an ungraded inspection", examples=["remains_good"])
    areas: list[WrittenArea] = Field(default_factory=list, max_length=MAX_AREAS)
    summary: PlainText | None = Field(None, description="for parents, plain text")
    evidence_references: list[EvidenceReference] = Field(default_factory=list, max_length=MAX_REFERENCES)


class InspectionPatch(RequestModel):
    """A JSON Merge Patch of a draft: what is not sent stays, null takes away, lists are replaced whole."""

    number: Number | None = None
    kind: Kind | None = None
    framework: Code | None = None
    starts_on: date | None = None
    published_on: date | None = None
    overall: StrictInt | Code | None = None
    category_of_concern: Code | None = None
    safeguarding: Code | None = None
    safeguarding_judged_on: date | None = None
    outcome: OutcomeCode | None = None
    areas: list[WrittenArea] | None = Field(None, max_length=MAX_AREAS)
    summary: PlainText | None = None
    evidence_references: list[EvidenceReference] | None = Field(None, max_length=MAX_REFERENCES)


class QualityAssurance(RequestModel):
    """What quality assurance came to: passed, or back to draft with a reason."""

    passed: bool
    reason: PlainText | None = Field(None, description="needed where it did not pass")


class DraftArea(ApiModel):
    """The judgement of one area as written."""

    area: str
    grade: int | str | None
    grade_reason: str | None
    judged_on: date | None
    narrative: str | None


class DraftReference(ApiModel):
    """What a judgement rests on."""

    area: str | None
    reference: str
    text: str | None


class InspectionDraft(ApiModel):
    """An inspection before publication. `lacks` names what keeps it from being published as it stands."""

    id: UUID
    state: Literal["draft", "quality_assured"]
    urn: int
    number: str | None
    kind: str
    framework: str
    starts_on: date
    published_on: date | None
    overall: int | str | None
    category_of_concern: str | None
    safeguarding: str | None
    safeguarding_judged_on: date | None
    outcome: str | None
    areas: list[DraftArea]
    summary: str | None
    evidence_references: list[DraftReference]
    version: None = Field(description="there is none before publication")
    lacks: list[FieldError]
    warnings: list[Warned]
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime


Document = dict[str, Any]
