"""Statistics of brokering on the wire. Amounts are pounds."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from shared.schemas import ApiModel


class Wait(ApiModel):
    """Days from the need's decision; null where none has come so far."""

    measured: int = Field(description="needs that have come so far")
    median_days: float | None
    ninth_decile_days: float | None


class Waits(ApiModel):
    """Needs that a decision stands behind, by the day it came in; one that two leaders support counts once."""

    needs: int
    to_match: Wait = Field(description="until the regional director's approval; of split support, the first of both")
    to_first_visit: Wait


class Reason(ApiModel):
    """How often a reason was given; `not_coded`: in words only."""

    code: str
    by: str = Field(description="leader or subject")
    count: int


class Acceptance(ApiModel):
    """Offers made in the period, by how they stand; each part of split support has its own.

    Rates are of those answered; null where none has been.
    """

    made: int
    by_state: dict[str, int]
    leader_acceptance: float | None
    school_agreement: float | None
    reasons: list[Reason]


class LoadBand(ApiModel):
    """Leaders who hold so many schools; 3: three or more."""

    schools: int
    leaders: int
    days_available: float
    days_offered: float
    days_reserved: float
    days_used: float


class BudgetSpend(ApiModel):
    """What budgets that touch the period hold. A contract has a partner and no region of its own."""

    kind: str
    partner: str | None
    region: str | None
    value: float
    committed: float
    claimed: float
    remaining: float


class FeeSpend(ApiModel):
    """Approved fees of the period."""

    partner: str
    region: str
    kind: str
    amount: float


class Spend(ApiModel):
    """By partner and region, the two kinds of budget apart."""

    budgets: list[BudgetSpend]
    fees: list[FeeSpend]


class PhaseCapacity(ApiModel):
    """Needs that wait, against leaders with days and a place left in the region. `trust`: needs of whole trusts.

    What an offer holds waits no more; of split support one part does while the other is offered or in support.
    """

    region: str | None
    phase: str
    needs: int
    days_needed: float = Field(description="asked for, less what offers hold and episodes have had, within the cap")
    leaders: int
    days_left: float = Field(description="a leader of several phases counts in each")
    lacking: bool = Field(description="fewer days are left than are needed")


class AreaCapacity(ApiModel):
    """Needs with action needed in an area, against leaders with days left and a declared strength in it."""

    area: str
    needs: int
    leaders: int
    days_left: float
    lacking: bool


class Capacity(ApiModel):
    """Where a system leader is lacking."""

    by_region_and_phase: list[PhaseCapacity]
    by_area: list[AreaCapacity]


class BrokeringStatistics(ApiModel):
    """How brokering goes in these regions and this period. Nothing undecided is in any figure."""

    since: date
    until: date
    regions: list[str] | None = Field(description="null: everywhere")
    waits: Waits
    offers: Acceptance
    load: list[LoadBand]
    spend: Spend
    capacity: Capacity
