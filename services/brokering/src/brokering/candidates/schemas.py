"""Candidates as answered."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from shared.schemas import ApiModel, Paging


class Part(ApiModel):
    """One part of a suitability: worth 0-1000, weight, and what it rests on."""

    part: str = Field(examples=["distance"])
    value: int
    weight: int
    text: str


class FlagNote(ApiModel):
    """What a flag says of a pair, in words."""

    flag: str = Field(examples=["own_organisation_in_difficulty"])
    text: str


class LeaderRef(ApiModel):
    """A leader in short."""

    id: UUID
    reference: str
    organisation: str | None


class Candidate(ApiModel):
    """A leader who could support the need."""

    leader: LeaderRef
    leader_id: UUID
    suitability: int = Field(description="0-1000")
    score_parts: list[Part]
    distance_km: float | None
    flags: list[str]
    flag_notes: list[FlagNote]
    days_left: float
    places_left: int


class Excluded(ApiModel):
    """A leader who could not, with the first rule that says so."""

    leader: LeaderRef
    leader_id: UUID
    rule: str
    text: str


class Candidates(ApiModel):
    """All leaders, on one side or the other; `feasible` counts those who could, `data` shows a page of them."""

    need_id: UUID
    policy_version: int
    feasible: int
    data: list[Candidate]
    excluded: list[Excluded]
    paging: Paging
