"""Candidates as answered."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from brokering.domain.values import LeaderRole
from brokering.needs.schemas import NeedSubject
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
    part: LeaderRole | None = Field(description="of split support, for leaders of this role; null: the whole")
    days: float = Field(description="for which they were ranked")
    policy_version: int
    feasible: int
    data: list[Candidate]
    excluded: list[Excluded]
    paging: Paging


class RuleOutcome(ApiModel):
    """A hard rule, and whether it bars the pair."""

    rule: str = Field(examples=["distance"])
    label: str
    bars: bool
    text: str | None = Field(description="null where the rule lets the pair be")


class Proposed(ApiModel):
    """Who was proposed for the need."""

    leader_id: UUID
    leader_reference: str | None
    suitability: int


class GivenTo(ApiModel):
    """A need that the round proposed the leader for."""

    need_id: UUID
    subject: NeedSubject
    days: float
    suitability: int


class InRound(ApiModel):
    """What a round did with the pair; needs beyond the client's regions are not among those told."""

    round_id: UUID
    outcome: Literal["proposed", "not_in_round", "not_feasible", "full", "less_suitable", "passed_over"]
    text: str
    suitability: int | None = Field(description="as the round saw it; null where the pair was not feasible")
    proposed: Proposed | None
    given_to: list[GivenTo]


class Explanation(ApiModel):
    """Why, or why not, this leader: every rule, the score, the rank among all who could, and the round's choice."""

    need_id: UUID
    leader_id: UUID
    leader: LeaderRef
    part: LeaderRole | None = Field(description="of split support; null: the whole need")
    days: float = Field(description="for which the pair was looked at")
    policy_version: int
    feasible: bool
    rules: list[RuleOutcome]
    suitability: int
    score_parts: list[Part]
    distance_km: float | None
    flags: list[str]
    flag_notes: list[FlagNote]
    days_left: float
    places_left: int
    rank: int | None = Field(description="1 = the most suitable; null where a rule bars the pair")
    of: int
    text: str
    round: InRound | None = Field(description="null where no round has solved the need")
