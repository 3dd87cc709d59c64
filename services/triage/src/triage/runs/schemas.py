"""Runs on the wire."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from shared.jobs.model import JobProblem, JobState
from shared.schemas import ApiModel, Page, Progress, RequestModel
from triage.urns import Urn


class RunScope(RequestModel):
    """Which of the schools held to assess: all conditions hold together; none means all England."""

    region: str | None = None
    la: str | None = Field(None, description="code of the local authority")
    trust: str | None = Field(None, description="UID of the trust")
    urns: list[Urn] | None = Field(None, min_length=1, max_length=30_000)


class NewRun(RequestModel):
    """What to run."""

    scheme: str = Field(examples=["ippr-2023"])
    version: int | None = Field(None, ge=1, le=10_000, description="default: the version in force on `as_of`")
    as_of: date | None = Field(None, description="evidence visible on this date; default today, never later")
    scope: RunScope = RunScope()


class RunCounts(ApiModel):
    """What a run came to. `changed` counts new assessments, `unchanged` those that stand as they were."""

    assessed: int
    changed: int
    unchanged: int
    by_result: dict[str, int]
    by_region: dict[str, dict[str, int]] = Field(description="region to result to count")


class UpstreamState(ApiModel):
    """How fresh the facts were: whether the feed was read to its head, and the time for which the copy is complete."""

    reached: bool
    as_of: datetime | None


class Run(ApiModel):
    """A run, which is also its job. `current` tells whether its results replace the current assessments."""

    id: UUID
    scheme: str
    policy_version: int
    as_of: date
    current: bool
    scope: dict[str, Any]
    state: JobState
    progress: Progress
    upstream: UpstreamState | None
    assessed: int | None = Field(description="schools judged; null until the run has succeeded")
    changed: int | None
    unchanged: int | None
    results: dict[str, int] | None = Field(description="result to count")
    counts: RunCounts | None
    problem: JobProblem | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class RunPage(Page[Run]):
    """One page of runs, newest first."""
