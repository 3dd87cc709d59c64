"""Decisions on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.schemas import ApiModel, Page, RequestModel
from triage.notices.schemas import ReligiousAuthority

Line = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class Urgent(RequestModel):
    """The urgent route: decided at once; representations follow, and a review."""

    ground: str = Field(max_length=100, examples=["safeguarding"], description="a code of the procedure's grounds")
    religious_authority: ReligiousAuthority | None = None


class NewDecision(RequestModel):
    """What is decided. Who decides comes from the token."""

    assessment_id: UUID = Field(description="the current assessment that is decided on")
    tier: str = Field(max_length=100, examples=["enhanced_support"])
    route: str | None = Field(None, max_length=100, examples=["support_and_oversight"])
    actions: list[str] = Field(default_factory=list, max_length=20, examples=[["rebroker_to_trust"]])
    consulted: list[Line] = Field(
        default_factory=list,
        max_length=50,
        description="who was spoken with: codes of the procedure's parties, or organisations",
        examples=[["school", "responsible_body"]],
    )
    reason: Line | None = Field(
        None,
        description="needed where the tier differs from the one proposed, where another decision is superseded, where"
        " it takes effect before the day of the proposal, and on the urgent route",
    )
    reason_code: str | None = Field(None, max_length=100, description="the reason as a code of the reference data")
    effective_on: date = Field(
        description="from the day of the proposal, earlier only with a reason; as far ahead as the procedure allows"
    )
    conditions: list[Line] = Field(default_factory=list, max_length=50)
    supersedes: UUID | None = Field(None, description="the current decision that this one takes the place of")
    urgent: Urgent | None = Field(None, description="decide without having heard, on one of the procedure's grounds")


class NewReview(RequestModel):
    """What the review of an urgent decision comes to."""

    outcome: str = Field(max_length=100, examples=["upheld"], description="a code of the procedure's outcomes")
    reason: Line


class Decision(ApiModel):
    """A decision as it was made. `state` is `made`, or `superseded` once a later one took its place."""

    id: UUID
    urn: int
    scheme: str
    assessment_id: UUID
    tier: str
    proposed: str
    route: str | None
    actions: list[str]
    conditions: list[str]
    reason: str | None
    reason_code: str | None
    authoriser: str
    authoriser_role: str
    consulted: list[str]
    effective_on: date
    supersedes: UUID | None
    state: str
    notice_id: UUID | None = Field(description="the notice on which those concerned were heard, or are to be")
    urgent_ground: str | None
    review_by: date | None = Field(description="an urgent decision is reviewed by this day")
    reviewed_at: datetime | None
    review_outcome: str | None
    review_reason: str | None
    publish_by: date | None
    published_at: datetime | None
    procedure_version: int | None
    decided_at: datetime
    superseded_at: datetime | None


class DecisionPage(Page[Decision]):
    """One page of decisions on a school, newest first."""
