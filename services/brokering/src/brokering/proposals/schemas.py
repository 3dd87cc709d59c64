"""Proposals as answered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from brokering.candidates.schemas import FlagNote, Part
from brokering.domain.values import LeaderRole
from brokering.needs.schemas import NeedSubject
from shared.schemas import ApiModel, Page


class NextBest(ApiModel):
    """A leader who could have been proposed, and why another was."""

    leader_id: UUID
    reference: str
    suitability: int
    why_not: str = Field(examples=["full"])
    text: str


class Proposal(ApiModel):
    """A leader proposed for a need by a round."""

    id: UUID
    round_id: UUID
    need_id: UUID
    leader_id: UUID
    leader_reference: str
    part: LeaderRole | None = Field(description="of split support; null: the whole need")
    subject: NeedSubject
    region: str | None
    days: float
    suitability: int
    score_parts: list[Part]
    distance_km: float | None
    flags: list[str]
    flag_notes: list[FlagNote] = Field(description="each flag in words; empty for rounds before these were kept")
    next_best: list[NextBest] | None = Field(description="null for the parties: whom else it might be is not theirs")
    pinned: bool
    state: str
    created_at: datetime
    updated_at: datetime


class ProposalPage(Page[Proposal]):
    """One page of proposals."""
