"""The documents of inspections of trusts."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from inspection.drafts.schemas import (
    MAX_AREAS,
    MAX_REFERENCES,
    Code,
    EvidenceReference,
    InspectionDraft,
    Line,
    Number,
    PlainText,
)
from inspection.inspections.schemas import EvidenceReference as Reference
from shared.schemas import ApiModel, FieldError, Page, RequestModel, Source


class WrittenTrustArea(RequestModel):
    """What was found in one area, in words; `judgement` is in words too, as there is no fixed scale yet."""

    area: Code = Field(examples=["wellbeing"])
    finding: PlainText | None = None
    judgement: Line | None = None
    judged_on: date | None = None


class NewTrustInspection(RequestModel):
    """An inspection of a trust as written; it may be incomplete."""

    number: Number | None = None
    framework: Literal["trust-2027"] = "trust-2027"
    starts_on: date
    published_on: date | None = None
    areas: list[WrittenTrustArea] = Field(default_factory=list, max_length=MAX_AREAS)
    summary: PlainText | None = None
    evidence_references: list[EvidenceReference] = Field(default_factory=list, max_length=MAX_REFERENCES)


class TrustInspectionPatch(RequestModel):
    """A JSON Merge Patch: what is not sent stays, null takes away, lists are replaced whole."""

    number: Number | None = None
    starts_on: date | None = None
    published_on: date | None = None
    areas: list[WrittenTrustArea] | None = Field(None, max_length=MAX_AREAS)
    summary: PlainText | None = None
    evidence_references: list[EvidenceReference] | None = Field(None, max_length=MAX_REFERENCES)


class TrustCorrection(RequestModel):
    """A correction: the fields that change, as a JSON Merge Patch, and why."""

    changes: TrustInspectionPatch
    reason: PlainText


class TrustArea(ApiModel):
    """What was found in one area."""

    area: str = Field(examples=["wellbeing"])
    label: str = Field(examples=["Wellbeing"])
    finding: str | None
    judgement: str | None = Field(description="in words; the framework has no fixed scale yet")
    judgement_reason: str | None = Field(description="why `judgement` is null", examples=["no_scale_yet"])
    judged_on: date | None


class TrustInspection(ApiModel):
    """An inspection of a trust. Before publication it has no version, and `lacks` names what publication wants."""

    id: UUID
    trust_uid: str
    number: str | None
    kind: Literal["trust"]
    framework: str = Field(examples=["trust-2027"])
    framework_label: str
    starts_on: date
    published_on: date | None
    areas: list[TrustArea]
    summary: str | None
    evidence_references: list[Reference]
    state: Literal["draft", "quality_assured", "published"]
    version: int | None
    made_at: datetime
    made_by: str
    made_because: str | None = Field(description="the reason of the correction that made this version")
    lacks: list[FieldError]
    source: Source


class TrustInspectionPage(Page[TrustInspection]):
    """One page of a trust's published inspections, newest first."""


class TrustInspectionVersions(ApiModel):
    """All versions of one inspection, newest first."""

    data: list[TrustInspection]


class DraftPage(Page[InspectionDraft | TrustInspection]):
    """One page of drafts about schools and about trusts, newest first; `kind` tells them apart."""
