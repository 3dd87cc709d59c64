"""Re-checks of designations as answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from brokering.text import Paragraph
from shared.schemas import ApiModel, Page, RequestModel


class RecheckSchool(ApiModel):
    """The school whose inspection raised the re-check: the leader's own, or one of the leader's trust."""

    urn: int
    name: str


class RecheckOutcome(ApiModel):
    """What was decided, by whom and why."""

    outcome: Literal["upheld", "withdrawn"]
    reason: str
    by: str
    role: str
    at: datetime


class Recheck(ApiModel):
    """A designation in doubt. `findings`: the conditions that the inspection of `inspected_on` breaks, in words."""

    id: UUID
    leader_id: UUID
    leader_reference: str
    school: RecheckSchool
    inspected_on: date
    findings: list[str]
    policy_version: int
    state: Literal["waiting", "upheld", "withdrawn"]
    raised_at: datetime
    due_at: datetime
    overdue: bool
    answer: RecheckOutcome | None


class RecheckPage(Page[Recheck]):
    """One page of re-checks, oldest first."""


class RecheckAnswer(RequestModel):
    """The designation stands, or is withdrawn from today. Matches that were accepted stay as they are."""

    outcome: Literal["upheld", "withdrawn"]
    reason: Paragraph
