"""What the list of tasks looks like on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.schemas import ApiModel, Page


class TaskSubject(ApiModel):
    """What the task is about: a school or trust by its number, or a leader by reference and employer."""

    kind: Literal["school", "trust", "leader"]
    id: str
    name: str | None


class Task(ApiModel):
    """One thing that waits for somebody."""

    id: UUID = Field(description="of the offer, proposal, episode, claim, fee or re-check that waits")
    kind: Literal[
        "make_offer",
        "answer_offer",
        "agree",
        "approve",
        "sign_off_completion",
        "sign_off_claim",
        "approve_fee",
        "recheck_designation",
    ]
    label: str
    waits_on: Literal["broker", "leader", "subject", "regional_director"]
    due_at: datetime
    overdue: bool
    subject: TaskSubject | None = Field(description="null where a fee waits: it is the partner's own work")
    region: str | None
    need_id: UUID | None = Field(description="null where a fee or a leader's designation waits")
    leader_id: UUID | None = Field(description="null where a fee waits")
    proposal_id: UUID | None
    offer_id: UUID | None
    episode_id: UUID | None
    claim_id: UUID | None
    contract_id: UUID | None
    fee_id: UUID | None
    recheck_id: UUID | None


class TaskPage(Page[Task]):
    """One page of tasks, soonest due first."""
