"""Two rounds side by side, as answered."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from brokering.domain.values import LeaderRole
from brokering.needs.schemas import NeedSubject
from shared.schemas import ApiModel, Page


class Figures(ApiModel):
    """What a round came to; null until it has succeeded."""

    round_id: UUID
    state: str
    needs: int | None
    matched: int | None
    weighted_matched: int | None
    total_suitability: int | None
    optimal: bool | None
    gap: float | None


class Changes(ApiModel):
    """How many needs went which way from the first round to the second; together, all needs of both.

    A need that either round split counts once for each part.
    """

    same_leader: int
    other_leader: int
    newly_matched: int
    no_longer_matched: int
    unmatched_in_both: int
    only_in_first: int
    only_in_second: int


class Got(ApiModel):
    """Whom a need got."""

    leader_id: UUID
    leader_reference: str | None
    suitability: int
    distance_km: float | None


class Difference(ApiModel):
    """A need, or a part of one, of which the two rounds say different things."""

    need_id: UUID
    part: LeaderRole | None = Field(description="what part of the need; null: neither round split it")
    subject: NeedSubject
    change: Literal["other_leader", "newly_matched", "no_longer_matched", "only_in_first", "only_in_second"]
    first: Got | None
    second: Got | None


class Comparison(Page[Difference]):
    """Two rounds side by side: their figures, how many needs went which way, and a page of those that differ."""

    first: Figures
    second: Figures
    changes: Changes = Field(description="of the needs that this client may see")
