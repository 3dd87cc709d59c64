"""The caseload on the wire."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.schemas import ApiModel, Page

CaseState = Literal["proposed", "being_served", "being_heard", "to_decide", "decided"]


class Case(ApiModel):
    """A current proposal and how far it has come."""

    assessment_id: UUID
    urn: int
    school_name: str
    region: str | None
    local_authority_code: str | None
    trust_uid: str | None
    scheme: str
    proposed: str
    flags: list[str]
    action_areas: list[str]
    category_of_concern: str | None
    state: CaseState
    proposed_at: datetime
    age_days: int = Field(description="days since the proposal")
    notice_id: UUID | None
    representations_until: date | None
    decide_by: date | None
    overdue: bool = Field(description="the day by which it was to be decided has passed")
    decision_id: UUID | None = Field(description="the decision that stands on the school, whatever it was made on")
    decided_tier: str | None


class CaseloadPage(Page[Case]):
    """One page of the caseload, the oldest proposal first."""
