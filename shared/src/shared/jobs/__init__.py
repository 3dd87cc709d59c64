"""Long work as a resource that survives the death of the process that runs it."""

from shared.jobs.context import JobContext
from shared.jobs.model import (
    JobAlreadyFinished,
    JobCancelled,
    JobFailed,
    JobFenced,
    JobInterrupted,
    JobKind,
    JobProblem,
    JobState,
    JobStopped,
    JobView,
)
from shared.jobs.resource import Jobs

__all__ = [
    "JobAlreadyFinished",
    "JobCancelled",
    "JobContext",
    "JobFailed",
    "JobFenced",
    "JobInterrupted",
    "JobKind",
    "JobProblem",
    "JobState",
    "JobStopped",
    "JobView",
    "Jobs",
]
