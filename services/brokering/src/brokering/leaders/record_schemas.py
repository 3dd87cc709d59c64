"""The lists beside a leader's entry as they are sent and answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import model_validator

from brokering.leaders.schemas import Area, Days
from brokering.text import Line, Paragraph
from shared.schemas import ApiModel, Page, RequestModel


class NewAvailability(RequestModel):
    """Days between two dates. Once a leader has any such entry, the entries rule over `days_available`."""

    starts_on: date
    ends_on: date
    days: Days
    note: Paragraph | None = None

    @model_validator(mode="after")
    def _in_order(self) -> NewAvailability:
        if self.ends_on < self.starts_on:
            raise ValueError("ends_on is before starts_on")
        return self


class Availability(ApiModel):
    """Days a leader can give between two dates."""

    id: UUID
    starts_on: date
    ends_on: date
    days: float
    note: str | None
    recorded_at: datetime
    recorded_by: str


class NewInterest(RequestModel):
    """A declared interest. Without `ends_on` it goes on; a bid to sponsor bars for ever."""

    kind: Literal["interest", "employment", "sponsor_bid"]
    subject_kind: Literal["school", "trust", "local_authority"]
    subject_id: Line
    starts_on: date | None = None
    ends_on: date | None = None
    note: Paragraph | None = None

    @model_validator(mode="after")
    def _in_order(self) -> NewInterest:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("ends_on is before starts_on")
        return self


class InterestEnd(RequestModel):
    """The day on which a declared interest ended or will end."""

    ends_on: date


class Interest(ApiModel):
    """A declared interest."""

    id: UUID
    kind: str
    subject_kind: str
    subject_id: str
    starts_on: date | None
    ends_on: date | None
    note: str | None
    declared_at: datetime
    declared_by: str


class NewDesignation(RequestModel):
    """A designation and the dates it holds for."""

    kind: Literal["nle", "trust_ceo"]
    status: Literal["designated", "in_training", "withdrawn"] = "designated"
    valid_from: date
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> NewDesignation:
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        return self


class Designation(ApiModel):
    """A designation as recorded, and what it is today."""

    id: UUID
    kind: str
    status: str
    valid_from: date
    valid_to: date | None
    standing: Literal["in_training", "valid", "lapsed", "not_yet", "withdrawn"]
    recorded_at: datetime
    recorded_by: str


class NewStrengthEvidence(RequestModel):
    """What a declared strength in an area rests on: what was seen, on which date, and in which source."""

    area: Area
    what: Paragraph
    dated_on: date
    source: Line


class StrengthEvidence(ApiModel):
    """Evidence of a strength, as the explanations of pairs tell it."""

    id: UUID
    area: str
    what: str
    dated_on: date
    source: str
    recorded_at: datetime
    recorded_by: str


class StrengthEvidencePage(Page[StrengthEvidence]):
    """One page of evidence."""


class AvailabilityPage(Page[Availability]):
    """One page of entries of availability."""


class InterestPage(Page[Interest]):
    """One page of declared interests."""


class DesignationPage(Page[Designation]):
    """One page of designations."""


class LeaderChange(ApiModel):
    """One change of a leader's record. `before` and `after` hold what changed; null where there was or is nothing."""

    id: UUID
    subject: Literal["leader", "availability", "interest", "designation", "strength_evidence"]
    subject_id: UUID
    action: Literal["added", "changed", "removed"]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    by: str
    role: str
    org: str
    at: datetime


class LeaderChangePage(Page[LeaderChange]):
    """One page of changes, oldest first."""
