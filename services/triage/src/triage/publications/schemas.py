"""Published decisions on the wire."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.schemas import ApiModel, Page, RequestModel
from triage.notices.schemas import Words


class NewPublication(RequestModel):
    """How a decision is made public."""

    reason: Words | None = Field(None, description="the reason in words for the public; default the decision's own")


class Redaction(ApiModel):
    """What a rule took out, and how often."""

    rule: str
    count: int


class PublishedDecision(ApiModel):
    """A decision as the public reads it: redacted by the rules of the procedure, nothing of proposals or flags."""

    id: UUID
    urn: int
    school_name: str
    region: str | None
    local_authority_code: str | None
    scheme: str
    tier: str
    route: str | None
    actions: list[str]
    conditions: list[str]
    reason: str | None = Field(description="why, in the words of the regional director")
    reason_code: str | None
    reasons: list[str] = Field(description="what the inspection evidence says")
    action_areas: list[str]
    authoriser_role: str
    consulted: list[str] = Field(description="kinds of body, never names")
    urgent_ground: str | None
    effective_on: date
    decided_on: date
    supersedes: UUID | None = Field(description="the published decision that this one takes the place of")
    state: Literal["made", "superseded"] = Field(
        description="superseded: a later decision was made; it can be read once it is published"
    )
    published_at: datetime
    superseded_at: datetime | None


class Publication(ApiModel):
    """What was published, and what the rules took out."""

    decision: PublishedDecision
    redactions: list[Redaction]
    procedure_version: int


class PublishedDecisionPage(Page[PublishedDecision]):
    """One page of published decisions, newest first."""
