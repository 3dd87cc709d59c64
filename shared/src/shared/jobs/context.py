"""What a run has at hand."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine

from shared.events.consumer import CatchUp, FeedConsumer
from shared.jobs import repository
from shared.jobs.model import JobInterrupted, Reached, StartedJob

REPORT_EVERY_SECONDS: Final = 0.2

PATIENCE_SECONDS: Final = 45.0
"""How long an upstream that does not answer is waited for: longer than a restart on a busy machine takes."""

RETRY_SECONDS: Final = 1.0

T = TypeVar("T")


class JobContext:
    """One attempt at a job, in a worker thread."""

    def __init__(
        self,
        job: StartedJob,
        engine: Engine,
        loop: asyncio.AbstractEventLoop,
        interrupted: threading.Event,
        *,
        consumers: Mapping[str, FeedConsumer[Any]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.engine = engine
        """Synchronous; its connections see all rows."""
        self._job = job
        self._loop = loop
        self._interrupted = interrupted
        self._consumers = consumers or {}
        self._clock = clock
        self._patience = patience
        self._reached = Reached()
        self._reported_at = float("-inf")
        self._succeeded = False

    @property
    def id(self) -> UUID:
        """The job's id, which is the id of the resource it works for."""
        return self._job.id

    @property
    def kind(self) -> str:
        """The name of the job's kind."""
        return self._job.kind

    @property
    def params(self) -> dict[str, Any]:
        """What the job was submitted with."""
        return self._job.params

    @property
    def attempt(self) -> int:
        """The number of this attempt, from 1: the token that fences off earlier ones."""
        return self._job.attempt

    def progress(self, done: int, total: int | None = None, step: str | None = None) -> None:
        """Report how far the run is; call it as often as you like, it writes at most five times a second.

        It writes on a connection of its own, so it shows at once. Raises JobCancelled, JobFenced or JobInterrupted when
        the run must end: let it pass.
        """
        self._reached = Reached(done, total, step)
        if self._succeeded:
            return  # the row is locked by the run's own transaction: writing it from here would wait for ever
        if self._interrupted.is_set():
            raise JobInterrupted("the worker is stopping")
        if self._clock() - self._reported_at < REPORT_EVERY_SECONDS:
            return
        with self.engine.begin() as connection:
            repository.report(connection, self._job, self._reached)
        self._reported_at = self._clock()

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the worker's event loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def catch_up(self, consumer: str) -> CatchUp:
        """Let the worker's consumer of this name apply all that stands in its feed at this moment; progress is told."""
        following = self._consumers[consumer]
        stride = self.call(following.stride())
        behind, patient_until = stride.left, self._clock() + self._patience
        while stride.end is None or (not stride.end.reached_head and self._clock() < patient_until):
            if stride.end is None:
                patient_until = self._clock() + self._patience
                self.progress(max(0, behind - stride.left), behind, f"catching up with {consumer}")
            else:
                self._interrupted.wait(RETRY_SECONDS)
                self.progress(0, None, f"waiting for {consumer}")
            stride = self.call(following.stride(stride.target))
        return stride.end

    def succeed(self, connection: Connection, outcome: Mapping[str, Any]) -> None:
        """Mark the job succeeded in the transaction of its effects, as the last statement of it.

        Raises JobFenced when another runner has begun the job anew, JobCancelled when the client has cancelled it: the
        transaction must then be rolled back, as it is by letting the error pass.
        """
        repository.succeed(connection, self._job, self._reached, outcome)
        self._succeeded = True

    def settle(self, outcome: Mapping[str, Any]) -> None:
        """Mark the job succeeded after a run that did not do so itself; nothing to do where it has ended."""
        if not self._succeeded:
            with self.engine.begin() as connection:
                self.succeed(connection, outcome)
