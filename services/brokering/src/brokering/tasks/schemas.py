"""What the list of tasks looks like on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from brokering.offers.schemas import Subject
from shared.schemas import ApiModel, Page


class Task(ApiModel):
    """One thing that waits for somebody."""

    id: UUID = Field(description="of the offer, proposal, episode, claim or fee that waits")
    kind: Literal[
        "make_offer", "answer_offer", "agree", "approve", "sign_off_completion", "sign_off_claim", "approve_fee"
    ]
    label: str
    waits_on: Literal["broker", "leader", "subject", "regional_director"]
    due_at: datetime
    overdue: bool
    subject: Subject | None = Field(description="null where a fee waits: it is the partner's own work")
    region: str | None
    need_id: UUID | None = Field(description="null where a fee waits")
    leader_id: UUID | None = Field(description="null where a fee waits")
    proposal_id: UUID | None
    offer_id: UUID | None
    episode_id: UUID | None
    claim_id: UUID | None
    contract_id: UUID | None
    fee_id: UUID | None


class TaskPage(Page[Task]):
    """One page of tasks, soonest due first."""
