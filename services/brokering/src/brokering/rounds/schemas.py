"""Rounds as they are asked for and answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from brokering.domain.matching_policy import Part
from brokering.domain.values import LeaderRole, NeedsFrom
from brokering.leaders.schemas import Region
from shared.jobs import JobProblem
from shared.schemas import ApiModel, Page, Progress, RequestModel

Cap = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


class Scope(RequestModel):
    """Which needs a round takes; all of England by default."""

    regions: list[Region] | None = Field(None, min_length=1, max_length=9)
    needs_from: NeedsFrom | None = Field(None, description="`decided` leaves provisional needs out")


class RoundWindow(RequestModel):
    """The dates within which support is to be given."""

    from_: date = Field(alias="from")
    to: date

    @model_validator(mode="after")
    def _in_order(self) -> RoundWindow:
        if self.to < self.from_:
            raise ValueError("The window ends (`to`) before it begins (`from`).")
        return self


class Pin(RequestModel):
    """A pair of a need and a leader."""

    need_id: UUID
    leader_id: UUID


HalfDays = Annotated[float, Field(ge=0.5, le=100, multiple_of=0.5, allow_inf_nan=False)]


class Split(RequestModel):
    """Split support: each school's need in two parts, one for the chief executive of a trust and one for an NLE.

    The needs of trusts stay whole, and so do those of schools that ask for fewer days than both parts together.
    """

    ceo_days: HalfDays = Field(description="of the chief executive, in steps of half a day", examples=[6])
    nle_days: HalfDays = Field(description="of the NLE; both together within the cap", examples=[4])
    both_or_none: bool | None = Field(
        None,
        description="true: no part is proposed without the other; false: it is, as half a match;"
        " the policy's `split.both_or_none` unless told",
    )


class NewRound(RequestModel):
    """A round to be solved. An empty document is all of England under the newest policy."""

    scope: Scope = Scope()
    window: RoundWindow | None = None
    weights: dict[Part, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict)
    pinned: list[Pin] = Field(default_factory=list, max_length=1000)
    excluded: list[Pin] = Field(default_factory=list, max_length=1000, description="pairs that may not be")
    cross_region: bool | None = Field(None, description="false: each leader in the own region only")
    distance_cap_km: Cap | None = Field(None, description="in a straight line; the policy's unless told")
    stability: int | None = Field(
        None,
        ge=0,
        le=1000,
        description="suitability given up, at most, to keep a proposal that nobody has acted on; never a match",
    )
    split: Split | None = Field(
        None,
        description="matches each school's need in two parts, each for a leader of its role; without it each need has"
        " one leader",
        examples=[{"ceo_days": 6, "nle_days": 4}],
    )
    policy_version: int | None = Field(None, ge=1, le=10_000)


class RoundSplit(ApiModel):
    """How a round split the needs of schools, and what became of them; counts are null until it has succeeded."""

    ceo_days: float
    nle_days: float
    both_or_none: bool
    both_or_none_by: Literal["request", "policy"] | None = Field(
        description="who said so: the request, or the policy's `split.both_or_none`; null: not kept of this round"
    )
    split: int | None = Field(description="needs of schools that were split")
    both: int | None = Field(description="of them, matched: each part has a leader")
    half: int | None = Field(description="of them, half matched: one part has a leader")
    none: int | None = Field(description="of them, without a leader")


class Bound(ApiModel):
    """What no assignment can beat: aim by aim, suitability among those that match no less than the round did."""

    matched: int | None = Field(description="null where needs weigh differently: the weighted number is the aim then")
    weighted_matched: int
    total_suitability: int


class Upstream(ApiModel):
    """How old our copy of another service's records was."""

    service: str
    reached_head: bool
    as_of: datetime | None


class Round(ApiModel):
    """A round. Figures are null until it has succeeded."""

    id: UUID
    state: str
    progress: Progress
    problem: JobProblem | None
    scope: dict[str, Any]
    window: dict[str, Any]
    weights: dict[str, int]
    pinned: list[dict[str, Any]]
    excluded: list[dict[str, Any]]
    cross_region: bool
    distance_cap_km: float | None = Field(description="null: the policy's")
    stability: int
    kept: int | None = Field(description="proposals that nobody had acted on and that came out the same")
    split: RoundSplit | None = Field(description="null: each need has one leader")
    policy_version: int
    needs: int | None = Field(description="in split support each part of a need counts; so do all figures below")
    leaders: int | None
    pairs: int | None
    matched: int | None
    weighted_matched: int | None
    unmatched: int | None
    total_suitability: int | None
    bound: Bound | None
    optimal: bool | None
    gap: float | None = Field(description="of the first aim that is not proven; 0 where both are")
    proof: dict[str, Any] | None
    upstream: list[Upstream] | None
    warnings: list[str]
    created_at: datetime
    finished_at: datetime | None


class RoundPage(Page[Round]):
    """One page of rounds, newest first."""


class Relaxation(ApiModel):
    """A change that would give the need this leader, everyone else left where they are; the cheapest comes first.

    A new round with the change alone may give the leader to another need; pin the pair to hold it.
    """

    rule: str
    change: dict[str, Any]
    text: str
    leader_id: UUID | None = Field(description="null: one who is not in the directory yet")
    cost: int | None = Field(None, description="by the policy's `relaxation_costs`; null for rounds before these")


class Reason(ApiModel):
    """Why leaders fell away."""

    rule: str
    leaders: int
    text: str
    leader_ids: list[UUID]


class Unmatched(ApiModel):
    """A need without a leader, or a part of one, why, and what would have to give."""

    need_id: UUID
    part: LeaderRole | None = Field(description="null: a whole need")
    half_matched: bool | None = Field(description="whether the other part has a leader; null for a whole need")
    reasons: list[Reason]
    relaxations: list[Relaxation]


class UnmatchedPage(Page[Unmatched]):
    """One page of unmatched needs."""


class RoundLeader(ApiModel):
    """What a leader could still give when the round was solved."""

    leader_id: UUID
    reference: str
    days_available: float = Field(description="days left in the window: those of open offers and deployments are off")
    max_concurrent: int = Field(
        description="places left for this round: what the leader takes on at once, less `open_deployments`"
    )
    open_deployments: int = Field(description="places that open offers and deployments held")


class RoundLeaderPage(Page[RoundLeader]):
    """One page of a round's leaders."""


class Pair(ApiModel):
    """A feasible pair, one a line.

    With `split.both_or_none`, the two parts of a need have a leader each or neither has one.
    """

    need_id: UUID
    part: LeaderRole | None = Field(description="null: a whole need")
    leader_id: UUID
    need_days: float
    suitability: int
    priority_weight: int
    flags: list[str]
