"""Support outcomes and progress reviews on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.schemas import ApiModel, Page, RequestModel

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:/-]{1,100}$")]
Note = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Kind = Literal["support_outcome", "progress_review"]


class NewSupportOutcome(RequestModel):
    """A support episode that was completed and signed off by the supported body."""

    episode_id: Reference = Field(description="the episode's own id; the same one is recorded once")
    completed_on: date = Field(description="not after today")
    note: Note | None = None


class NewProgressReview(RequestModel):
    """A review of progress and what it concluded."""

    review_id: Reference = Field(description="the review's own id; the same one is recorded once")
    concluded_on: date = Field(description="not after today")
    conclusion: str = Field(max_length=100, description="a code of `review_conclusions` in the reference data")
    note: Note | None = None


class Correction(RequestModel):
    """What was recorded wrongly, and why it is changed: a field that is not sent stays. The older version is kept."""

    reason: Note
    happened_on: date | None = Field(None, description="the day of completion or of the conclusion")
    conclusion: str | None = Field(None, max_length=100, description="of a progress review only")
    note: Note | None = None
    withdrawn: bool | None = Field(None, description="true: it did not take place; false: it did after all")


class FollowUp(ApiModel):
    """A support outcome or a progress review, in one of its versions."""

    id: UUID
    version: int
    kind: Kind
    urn: int
    happened_on: date = Field(description="the day of completion or of the conclusion")
    reference: str = Field(description="the episode's or the review's own id")
    conclusion: str | None = Field(description="of a progress review; null for a support outcome")
    note: str | None
    withdrawn: bool
    reason: str | None = Field(description="why it was corrected; null in the first version")
    source: str = Field(description="`api`, or the service whose feed told of it")
    recorded_by: str
    recorded_role: str
    recorded_at: datetime
    superseded_at: datetime | None


class FollowUpPage(Page[FollowUp]):
    """One page of support outcomes and progress reviews, newest first."""
