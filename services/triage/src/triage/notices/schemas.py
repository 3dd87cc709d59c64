"""Notices on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.schemas import ApiModel, Page, RequestModel

Words = Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=r"^[^\x00]*$")]
ReligiousAuthority = Annotated[
    str,
    Field(
        max_length=100,
        pattern=r"^diocese:[A-Za-z0-9_-]{1,80}$",
        description="the organisation of the diocese or other authority, which the sources do not name; needed where"
        " the school's religious character has one told",
        examples=["diocese:CC01"],
    ),
]
NoticeState = Literal["being_served", "open", "closed", "decided", "replaced", "lapsed"]


class NewNotice(RequestModel):
    """What is intended on a proposal. The kind of notice follows from the tier and the responsible body."""

    assessment_id: UUID = Field(description="the current assessment of the school")
    tier: str | None = Field(None, max_length=100, description="the tier intended; default the one proposed")
    grounds: Words | None = Field(None, description="needed where the tier goes beyond the proposal")
    religious_authority: ReligiousAuthority | None = None


class Recipient(ApiModel):
    """Somebody who is told. `org` is null where the sources name none: they are told outside the platform."""

    party: str = Field(examples=["responsible_body"])
    org: str | None
    step: int = Field(description="those of a step are told at the same time, the next step after them")
    told_on: date | None


class Notice(ApiModel):
    """A notice. The dates are null until the last of those concerned has been told."""

    id: UUID
    urn: int
    school_name: str
    scheme: str
    assessment_id: UUID
    kind: str = Field(examples=["termination_warning_notice"])
    tier: str = Field(description="the tier intended")
    urgent: bool = Field(description="the decision was made first; representations and a review follow")
    grounds: str | None
    reasons: list[str] = Field(description="what the proposal rests on, without what is confidential")
    action_areas: list[str]
    notice_order: str
    recipients: list[Recipient]
    served_on: date | None
    school_days: int
    representations_until: date | None
    not_counted: list[str] = Field(description="holidays within the time")
    calendar_complete: bool | None = Field(description="false: the school holidays of that time are not all known")
    term_dates_version: int | None = Field(
        description="of the local authority, by which the dates were counted; null: by the school holidays"
    )
    decide_by: date | None
    heard: list[str] = Field(description="parties that have spoken, as far as the client may know")
    state: NoticeState
    issued_by: str | None = Field(description="null to those outside the department")
    issued_by_role: str
    procedure_version: int
    decision_id: UUID | None
    created_at: datetime


class NoticePage(Page[Notice]):
    """One page of notices, newest first."""
