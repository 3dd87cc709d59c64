"""Representations on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.schemas import ApiModel, Page, RequestModel
from triage.notices.schemas import Words


class NewRepresentation(RequestModel):
    """What a party says. Which party speaks comes from the token."""

    position: str = Field(max_length=100, examples=["disputes"], description="a code of the procedure's positions")
    text: Words | None = Field(None, description="needed unless the position says it all (`accepts`, `none`)")


class Representation(ApiModel):
    """What a party said, as it said it."""

    id: UUID
    notice_id: UUID
    assessment_id: UUID
    urn: int
    party: str
    org: str
    position: str
    text: str | None
    made_by: str
    created_at: datetime


class RepresentationPage(Page[Representation]):
    """One page of representations, newest first."""
