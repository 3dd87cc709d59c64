"""Decisions on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.schemas import ApiModel, Page, RequestModel

Line = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class NewDecision(RequestModel):
    """What is decided. Who decides comes from the token."""

    assessment_id: UUID = Field(description="the current assessment that is decided on")
    tier: str = Field(max_length=100, examples=["enhanced_support"])
    route: str | None = Field(None, max_length=100, examples=["support_and_oversight"])
    actions: list[str] = Field(default_factory=list, max_length=20, examples=[["rebroker_to_trust"]])
    consulted: list[Line] = Field(
        default_factory=list, max_length=50, description="who was heard", examples=[["school", "trust:5143"]]
    )
    reason: Line | None = Field(None, description="needed where the tier differs from the one proposed")
    effective_on: date
    conditions: list[Line] = Field(default_factory=list, max_length=50)
    supersedes: UUID | None = Field(None, description="the current decision that this one takes the place of")


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
    authoriser: str
    authoriser_role: str
    consulted: list[str]
    effective_on: date
    supersedes: UUID | None
    state: str
    decided_at: datetime
    superseded_at: datetime | None


class DecisionPage(Page[Decision]):
    """One page of decisions on a school, newest first."""
