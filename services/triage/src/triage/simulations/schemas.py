"""Simulations on the wire."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.jobs.model import JobProblem, JobState
from shared.schemas import ApiModel, Page, Progress, RequestModel

Dimension = Literal["region", "phase", "la", "trust", "disadvantage"]


class NewSimulation(RequestModel):
    """What to try. Nothing of it becomes an assessment."""

    scheme: str = Field(max_length=100, examples=["ippr-2023"])
    version: int | None = Field(None, ge=1, le=10_000, description="default: the version in force on `as_of`")
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        max_length=100,
        description="put over the parameters of the version: objects part by part, all else whole",
        examples=[{"weak": {"card_any_grades": ["urgent_improvement", "needs_attention"]}}],
    )
    as_of: date | None = Field(None, description="evidence visible on this date; default today, never later")


class Cell(ApiModel):
    """How many schools go from one result to another, or stay."""

    before: str
    after: str
    schools: int


class Counts(ApiModel):
    """What it comes to. `moved` counts schools whose result differs, `flags_changed` those whose flags do."""

    schools: int
    moved: int
    flags_changed: int
    before: dict[str, int] = Field(description="result to count, under the version in force")
    after: dict[str, int]
    matrix: list[Cell]


class Group(Counts):
    """The counts of one region, phase, local authority, trust or band of disadvantage."""

    key: str = Field(description="`unknown` where the facts do not say")
    label: str


class GroupPage(Page[Group]):
    """One page of groups, by key."""


class Simulation(ApiModel):
    """A simulation, which is also its job."""

    id: UUID
    scheme: str
    baseline_version: int = Field(description="the version in force on `as_of`: what is counted as `before`")
    policy_version: int = Field(description="the version that `parameters` are put over: what is counted as `after`")
    parameters: dict[str, Any]
    as_of: date
    regions: list[str] | None = Field(description="the regions looked at; null for all England")
    disadvantage_measure: str = Field(description="what the groups by disadvantage are made of")
    state: JobState
    progress: Progress
    counts: Counts | None = Field(description="null until it has succeeded")
    by_region: list[Group] | None
    by_phase: list[Group] | None
    by_disadvantage: list[Group] | None
    problem: JobProblem | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class SimulationRef(ApiModel):
    """A simulation in a list, without its groups."""

    id: UUID
    scheme: str
    baseline_version: int
    policy_version: int
    parameters: dict[str, Any]
    as_of: date
    regions: list[str] | None
    state: JobState
    progress: Progress
    counts: Counts | None
    problem: JobProblem | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class SimulationPage(Page[SimulationRef]):
    """One page of simulations, newest first."""


class MovedBy(ApiModel):
    """The rule that makes the difference, in the words it has for this school."""

    rule: str
    step: str
    change: Literal["fires", "no_longer_fires"]
    text: str
    inputs: dict[str, Any]


class MoveSchool(ApiModel):
    """The school that moves, as this service's copy has it."""

    name: str
    region: str | None
    phase: str | None
    local_authority_code: str | None
    trust_uid: str | None
    idaci_quintile: str | None


class Move(ApiModel):
    """A school that comes to another result or other flags."""

    urn: int
    before: str
    after: str
    flags_before: list[str]
    flags_after: list[str]
    moved_by: MovedBy
    school: MoveSchool


class MovePage(Page[Move]):
    """One page of moves, by URN."""


class Compared(ApiModel):
    """One of two simulations that are compared."""

    id: UUID
    policy_version: int
    parameters: dict[str, Any]
    moved: int
    after: dict[str, int]


class DifferenceCell(ApiModel):
    """How many schools have one result in the first simulation and another in the second."""

    first: str
    second: str
    schools: int


class RegionDifference(ApiModel):
    """How many schools of a region the two come to different results for."""

    region: str
    schools: int


class Difference(ApiModel):
    """A school for which the two come to different results."""

    urn: int
    name: str
    region: str | None
    before: str
    first: str
    second: str


class Comparison(Page[Difference]):
    """Two simulations of the same scheme, date and regions, and one page of the schools they differ on."""

    first: Compared
    second: Compared
    same_evidence: bool = Field(description="false where facts changed between the two: some differences are theirs")
    differ: int
    matrix: list[DifferenceCell]
    by_region: list[RegionDifference]
