"""What a job is to those who submit, watch and run one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import Field

from shared.errors import Conflict, FieldProblem
from shared.schemas import ApiModel, FieldError, Progress

if TYPE_CHECKING:
    from shared.jobs.context import JobContext


class JobState(StrEnum):
    """Where a job is. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobProblem(ApiModel):
    """Why a job failed, in words for whoever submitted it."""

    title: str
    detail: str
    errors: list[FieldError] = Field(default_factory=list)


class JobView(ApiModel):
    """A job as its client sees it. `attempt` counts how often it was begun; `outcome` is what the run gave."""

    id: UUID
    kind: str
    state: JobState
    progress: Progress
    attempt: int
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    outcome: dict[str, Any] | None = None
    problem: JobProblem | None = None


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of long work.

    `run` is a plain function for a worker thread. It may be run again from the start after its process died, so its
    effects stand in one transaction or can be repeated. Jobs whose kinds name the same `lock` run one at a time, in the
    order they were submitted. After `max_attempts` begun runs a job is given up as failed.
    """

    name: str
    run: "Callable[[JobContext], Mapping[str, Any] | None]"
    lock: str | None = None
    max_attempts: int = 5


@dataclass(frozen=True, slots=True)
class StartedJob:
    """One attempt at a job: `attempt` fences off every earlier one."""

    id: UUID
    kind: str
    params: dict[str, Any]
    attempt: int


class JobFailed(Exception):
    """Raised by a run that cannot succeed; everything in it is shown to the client."""

    def __init__(self, title: str, detail: str, errors: Sequence[FieldProblem] = ()) -> None:
        super().__init__(detail)
        shown = [FieldError(pointer=each.pointer, detail=each.detail, code=each.code) for each in errors]
        self.problem = JobProblem(title=title, detail=detail, errors=shown)


class JobStopped(Exception):
    """The run must end without effect. A run lets this pass."""


class JobCancelled(JobStopped):
    """The client has cancelled the job."""


class JobFenced(JobStopped):
    """Another runner has begun the job anew; this one's effects must not be committed."""


class JobInterrupted(JobStopped):
    """The process is stopping; the job will be run again."""


class JobAlreadyFinished(Conflict):
    """A job that has succeeded or failed cannot be cancelled any more."""

    slug = "job-already-finished"
    title = "The work has already ended"


@dataclass(slots=True)
class Reached:
    """How far a run has come."""

    done: int = 0
    total: int | None = None
    step: str | None = None
