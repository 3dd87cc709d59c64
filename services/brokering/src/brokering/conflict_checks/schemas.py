"""Conflict checks as they are asked for and answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from brokering.needs.schemas import NeedSubject
from brokering.text import Told
from shared.schemas import ApiModel, Page, RequestModel


class FoundConflict(ApiModel):
    """A conflict that was found, and what the policy makes of it."""

    kind: str = Field(examples=["employment"])
    treatment: str = Field(examples=["flag"])
    text: str


class BodyAnswer(ApiModel):
    """What the responsible body said."""

    objects: bool
    reason: str | None
    by: str
    org: str
    at: datetime


class ConflictCheck(ApiModel):
    """A question to the responsible body about one proposed match. It has until the end of `due_on`."""

    id: UUID
    proposal_id: UUID
    need_id: UUID
    leader_id: UUID
    leader_reference: str
    subject: NeedSubject
    conflicts: list[FoundConflict]
    state: str = Field(examples=["waiting"])
    asked_at: datetime
    due_on: date
    overdue: bool = Field(description="not answered in time: an offer need not wait any more")
    answer: BodyAnswer | None


class ConflictCheckPage(Page[ConflictCheck]):
    """One page of conflict checks."""


class AnswerRequest(RequestModel):
    """The responsible body's answer. An objection needs a reason."""

    objects: bool
    reason: Told | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.objects and not self.reason:
            raise ValueError("An objection needs a reason.")
        return self
