"""Needs as they are sent and answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from brokering.domain.values import SubjectKind
from brokering.leaders.schemas import Area
from brokering.text import Line, Paragraph
from shared.schemas import ApiModel, Page, RequestModel

NeedDays = Annotated[float, Field(gt=0, le=366, multiple_of=0.5, allow_inf_nan=False, examples=[10])]
Priority = Annotated[int, Field(ge=1, le=5, description="1 unless someone says otherwise; 5 is the most pressing")]


class Subject(RequestModel):
    """The school (by URN) or trust (by UID) in need."""

    kind: SubjectKind
    id: Line


class NewNeed(RequestModel):
    """A need entered by hand. Without `days` the policy's number."""

    subject: Subject
    days: NeedDays | None = None
    areas: list[Area] = Field(default_factory=list, max_length=30)
    priority: Priority = 1
    statement: Paragraph | None = None


class NeedPatch(RequestModel):
    """A JSON Merge Patch: what is not sent stays as it is; a null statement is taken away."""

    days: NeedDays = 10
    areas: list[Area] = Field(default_factory=list, max_length=30)
    priority: Priority = 1
    statement: Paragraph | None = None


class NeedSubject(ApiModel):
    """What the need is about."""

    kind: str
    id: str = Field(examples=["100000"])
    name: str | None


class Origin(ApiModel):
    """Where the need comes from: `proposal`, `decision` or `manual`."""

    kind: str
    decision_id: str | None
    assessment_id: str | None


class Stated(ApiModel):
    """What one organisation says that a school needs; null: it has not said."""

    id: UUID
    org: str = Field(examples=["school:100000"])
    party: Literal["school", "responsible_body", "former_responsible_body"] = Field(description="what it is today")
    support_wished: bool
    days: float | None
    areas: list[str]
    form: str | None = Field(description="the form that is preferred; null: either")
    starts_on: date | None
    ends_on: date | None
    text: str | None
    stated_at: datetime


class Need(ApiModel):
    """A need of support."""

    id: UUID
    subject: NeedSubject
    days: float
    areas: list[str]
    priority: int
    statement: str | None
    stated: list[Stated] = Field(
        description="what the school and its responsible body have said, newest first; nothing is matched by it"
        " until somebody takes it over into `days` and `areas`"
    )
    state: str
    state_reason: str | None
    origin: Origin
    region: str | None
    phase: str | None
    created_at: datetime
    updated_at: datetime


class NeedPage(Page[Need]):
    """One page of needs."""
