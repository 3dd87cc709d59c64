"""The dashboard of a school."""

from datetime import date
from typing import Literal

from pydantic import Field

from inspection.schools.schemas import LocalAuthorityRef
from shared.schemas import ApiModel, Source

Status = Literal["value", "suppressed", "not_collected", "missing"]


class DashboardCell(ApiModel):
    """One figure. `value` is null unless `status` is `value`; a zero is a value."""

    value: float | None = Field(examples=[14.6])
    status: Status
    schools: int | None = Field(description="schools behind the figure; null where it stands for none")
    weighting: Literal["pupils", "schools"] | None = Field(
        None, description="of a group: a mean of its pupils, or of its schools, each counted once"
    )


class EstimatedFrom(ApiModel):
    """What an estimate was multiplied from, each part with its date."""

    percent: float
    percent_as_at: date
    roll: int
    roll_as_at: date


class DashboardPoint(ApiModel):
    """The figures of one academic year or term."""

    period: str = Field(examples=["2022-23"])
    period_label: str = Field(examples=["2022/23"])
    school: DashboardCell
    local_authority: DashboardCell
    region: DashboardCell
    england: DashboardCell
    similar_schools: DashboardCell
    estimated_from: EstimatedFrom | None = None


class DashboardMeasure(ApiModel):
    """A measure over time."""

    code: str = Field(examples=["persistent_absence_percent"])
    label: str
    unit: Literal["percent", "pupils", "score"]
    definition: str
    validated: bool = Field(description="false for what the school supplied itself")
    note: str | None = Field(examples=["Supplied by the school, not validated"])
    source: Source
    series: list[DashboardPoint] = Field(description="oldest first")


class SimilarSchools(ApiModel):
    """Which schools count as of like intake, and how many there are."""

    definition: str
    schools: int | None


class Dashboard(ApiModel):
    """A school's pupils over time, beside its local authority, region, England and schools of like intake."""

    urn: int
    name: str
    measures: list[DashboardMeasure]
    similar_schools: SimilarSchools
    local_authority: LocalAuthorityRef
    region: str | None
    reason: Literal["no_data"] | None = Field(description="why `measures` is empty")
