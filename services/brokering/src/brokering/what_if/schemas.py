"""What-ifs on days as they are asked for and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from brokering.rounds.schemas import Cap, RoundWindow, Scope
from shared.jobs import JobProblem
from shared.schemas import ApiModel, Progress, RequestModel

Days = Annotated[float, Field(gt=0, le=10, multiple_of=0.5, allow_inf_nan=False)]


class NewDaysWhatIf(RequestModel):
    """What is to be tried: each number of days in turn for every need of the scope."""

    days: list[Days] = Field(min_length=1, max_length=20, examples=[[4, 6, 8, 10]])
    scope: Scope = Scope()
    window: RoundWindow | None = None
    distance_cap_km: Cap | None = Field(None, description="in a straight line; the policy's unless told")
    cross_region: bool | None = Field(None, description="false: each leader in the own region only")


class Choice(ApiModel):
    """What a round would come to. `days` null: every need has the days it asks for today."""

    days: float | None
    needs: int
    matched: int
    unmatched: int
    more_matched: int = Field(description="than with the days that the needs ask for today")
    days_given: float
    total_suitability: int
    optimal: bool
    gap: float
    text: str = Field(examples=["6 days each would serve 212 more schools and trusts."])


class DaysWhatIf(ApiModel):
    """A what-if on days: a job of its own. `choices` is null until it has succeeded."""

    id: UUID
    state: str
    progress: Progress
    problem: JobProblem | None
    asked: dict[str, Any] | None = Field(description="scope, window and policy it was solved for")
    choices: list[Choice] | None
    created_at: datetime
    finished_at: datetime | None
