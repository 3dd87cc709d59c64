"""The equity report of a round as answered."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from shared.schemas import ApiModel


class Group(ApiModel):
    """Needs that are alike in one thing, and what they got."""

    value: str | None = Field(description="null: not known of these needs (a trust has no phase of its own)")
    needs: int
    matched: int = Field(description="with a leader; where support is split, with a leader for both parts")
    half_matched: int = Field(description="where support is split: with a leader for one part")
    share_matched: float
    days_asked: float
    days_given: float
    without_round: int = Field(description="needs with an approved offer that no round had proposed")
    days_without_round: float
    mean_suitability: float | None
    median_km: float | None
    out_of_region: int


class Band(ApiModel):
    """Matches from one distance up to, but not including, the next."""

    from_km: float
    to_km: float | None
    matches: int


class Distances(ApiModel):
    """How far leaders come, of the matches whose distance is known."""

    bands: list[Band]
    unknown: int
    median_km: float | None
    ninth_decile_km: float | None
    longest_km: float | None


class OutOfRegion(ApiModel):
    """Matches whose leader is known to come from another region than the school's."""

    matches: int
    share: float | None


class Supporters(ApiModel):
    """Whom the round sends."""

    supporters: int
    with_fellow: int = Field(description="whose employer has another supporter in the round")
    share_with_fellow: float | None
    colleagues_of_the_broker: int
    most_schools: int = Field(description="that any one of them gets out of this round")


class WithoutRound(ApiModel):
    """What the needs got beside the round: approved offers of the next best on request, and of further leaders."""

    needs: int
    unmatched_needs: int = Field(description="of them, needs that the round had left without a leader")
    days: float
    supporters: int
    out_of_region: int = Field(description="offers whose leader is known to come from another region")


class Equity(ApiModel):
    """Who gets what out of a round."""

    round_id: UUID
    needs: int
    matched: int = Field(description="with a leader; where support is split, with a leader for both parts")
    half_matched: int = Field(description="where support is split: with a leader for one part")
    by_region: list[Group]
    by_phase: list[Group]
    by_deprivation: list[Group] = Field(description="quintile of deprivation (IDACI), 5 the most deprived")
    distances: Distances
    out_of_region: OutOfRegion
    supporters: Supporters
    without_round: WithoutRound
