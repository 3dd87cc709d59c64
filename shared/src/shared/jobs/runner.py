"""Runs jobs from the queue, so that the death of the process or of its database connections loses none.

procrastinate fetches, keeps the locks and the heartbeat; what it leaves open is closed here. An entry of a worker that
fell silent is freed for another one. An entry whose end could not be written, because the database was away, is freed
likewise. A job whose entry got lost is given a new one.
"""

import asyncio
import contextlib
import contextvars
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import procrastinate
from prometheus_client import Counter, Histogram

from shared.db.session import CONNECT_TIMEOUT_SECONDS, Database, driver_url
from shared.events.consumer import FeedConsumer
from shared.events.waiting import Backoff, pause
from shared.jobs import repository
from shared.jobs.context import PATIENCE_SECONDS, JobContext
from shared.jobs.model import JobFailed, JobFenced, JobInterrupted, JobKind, JobProblem, JobStopped, StartedJob
from shared.jobs.resource import Jobs
from shared.jobs.transient import is_transient
from shared.telemetry.context import enter_context, new_context

HEARTBEAT_SECONDS: Final = 1.0
SILENT_SECONDS: Final = 4.0
FETCH_SECONDS: Final = 0.25
RESCUE_SECONDS: Final = 1.0
GRACE_SECONDS: Final = 3.0
"""How long a running job may take to end itself when the process stops; less than SILENT_SECONDS."""

THREAD_PREFIX: Final = "job "
"""Names of the threads in which jobs run begin with this."""

_ENDED_SECONDS: Final = 3.0
_MOST_RETRY_SECONDS: Final = 30
_UNEXPECTED: Final = JobProblem(
    title="The work failed",
    detail="Something went wrong that is not in what was sent. The log has it under the job's id.",
)
_GIVEN_UP: Final = JobProblem(
    title="The work was given up",
    detail="It was begun several times, and each time the process that ran it ended early.",
)

_log = logging.getLogger(__name__)
_ended = Counter("jobs_ended", "Jobs that came to their end", ["kind", "state"])
_seconds = Histogram(
    "job_duration_seconds", "Time of one attempt", ["kind"], buckets=(0.1, 0.5, 1, 5, 10, 30, 60, 300, 900)
)
_freed = Counter("jobs_freed", "Queue entries taken from silent workers, and jobs that had lost theirs")

T = TypeVar("T")


class RunAgain(Exception):
    """The attempt ended without effect and another is wanted, `seconds` from now."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class _Retry(procrastinate.BaseRetryStrategy):
    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> procrastinate.RetryDecision | None:
        del job
        if isinstance(exception, RunAgain):
            return procrastinate.RetryDecision(retry_in={"seconds": exception.seconds})
        if isinstance(exception, asyncio.CancelledError):  # the process is stopping
            return procrastinate.RetryDecision(retry_in={"seconds": 0})
        return None


class JobRunner:
    """Runs the jobs of one database, `concurrency` at a time.

    A feed that does not answer is waited for `patience` seconds before a job goes on without it.
    """

    def __init__(
        self,
        jobs: Jobs,
        database: Database,
        *,
        name: str = "worker",
        concurrency: int = 2,
        consumers: Sequence[FeedConsumer[Any]] = (),
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._jobs = jobs
        self._database = database
        self._name = name
        self._concurrency = concurrency
        self._patience = patience
        self._consumers = {consumer.name: consumer for consumer in consumers}
        self._engine = database.system_engine(pool_size=2 * concurrency + 1)
        self._interrupted = threading.Event()
        self._ended: dict[int, tuple[int, float]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Run jobs until `stop` is set; those still running then are left for the next worker."""
        rescuing = asyncio.create_task(self._rescue(stop), name="rescue of jobs")
        backoff = Backoff()
        try:
            while not stop.is_set():
                began = time.monotonic()
                try:
                    await self._work(stop)
                except Exception:  # noqa: BLE001 - whatever ended the worker, another is started
                    _log.warning("the worker of jobs ended early and is started again", exc_info=True)
                if time.monotonic() - began > _MOST_RETRY_SECONDS:
                    backoff.reset()
                await pause(stop, backoff.next())
        finally:
            rescuing.cancel()
            await asyncio.gather(rescuing, return_exceptions=True)
            await asyncio.to_thread(self._engine.dispose)

    async def _work(self, stop: asyncio.Event) -> None:
        working = asyncio.create_task(self._serve_queue(), name="worker of jobs")
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            self._interrupted.set()
            working.cancel()
        stopping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working

    async def _serve_queue(self) -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=driver_url(self._database.url),
            min_size=1,
            max_size=self._concurrency + 3,
            timeout=CONNECT_TIMEOUT_SECONDS,
            kwargs={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": f"{self._name}-jobs"},
        )
        app = procrastinate.App(connector=connector)
        app.task(name=repository.TASK, queue=repository.QUEUE, pass_context=True, retry=_Retry())(self._process)
        async with app.open_async():
            await app.run_worker_async(
                queues=[repository.QUEUE],
                name=self._name,
                concurrency=self._concurrency,
                fetch_job_polling_interval=FETCH_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=SILENT_SECONDS,
                shutdown_graceful_timeout=GRACE_SECONDS,
                delete_jobs="always",  # the table of jobs is the record
                install_signal_handlers=False,
            )

    async def _process(self, context: procrastinate.JobContext, job_id: str, kind: str) -> None:
        """Be the task of every entry in the queue."""
        entry, worker = context.job.id or 0, context.job.worker_id or 0
        enter_context(new_context(request_id=f"job-{job_id}"))
        self._ended.pop(entry, None)
        try:
            await self._attempt(UUID(job_id), kind)
        except JobFenced:
            await self._outlive(entry)
        except JobStopped as stopped:
            if isinstance(stopped, JobInterrupted):
                raise RunAgain(0) from stopped
        except Exception as error:
            if not is_transient(error):
                raise
            _log.warning("job %s lost its database and is run again", job_id, exc_info=True)
            raise RunAgain(min(2**context.job.attempts, _MOST_RETRY_SECONDS)) from error
        finally:
            self._ended[entry] = (worker, time.monotonic())

    async def _attempt(self, job_id: UUID, kind_name: str) -> None:
        kind = self._jobs.kinds.get(kind_name)
        if kind is None:
            _log.warning("job %s is of the kind %s, which this build does not know", job_id, kind_name)
            raise RunAgain(5)  # another build's job, while two run side by side
        async with self._database.engine.begin() as connection:
            job = await repository.start(connection, job_id)
        if job is None:
            return
        if job.attempt > kind.max_attempts:
            await self._fail(job, _GIVEN_UP)
            return
        await self._run(kind, job)

    async def _run(self, kind: JobKind, job: StartedJob) -> None:
        context = JobContext(
            job,
            self._engine,
            asyncio.get_running_loop(),
            self._interrupted,
            consumers=self._consumers,
            patience=self._patience,
        )
        try:
            with _seconds.labels(kind.name).time():
                await _in_thread(lambda: context.settle(kind.run(context) or {}), f"{THREAD_PREFIX}{job.id}")
        except JobFailed as failed:
            await self._fail(job, failed.problem)
        except JobStopped:
            raise
        except Exception as error:
            if is_transient(error):
                raise
            _log.exception("job %s of kind %s failed", job.id, kind.name)
            await self._fail(job, _UNEXPECTED)
        else:
            _ended.labels(kind.name, "succeeded").inc()

    async def _fail(self, job: StartedJob, problem: JobProblem) -> None:
        async with self._database.engine.begin() as connection:
            if await repository.fail(connection, job, problem):
                _ended.labels(job.kind, "failed").inc()

    async def _outlive(self, entry: int) -> None:
        """Wait until the runner that fenced this one off is through: ending here would take its entry away."""
        while not self._interrupted.is_set():
            async with self._database.reads.connect() as connection:
                if not await repository.entry_exists(connection, entry):
                    return
            await asyncio.sleep(RESCUE_SECONDS)

    async def _rescue(self, stop: asyncio.Event) -> None:
        failing = False
        while not stop.is_set():
            try:
                await self._rescue_once()
                failing = False
            except Exception:  # noqa: BLE001 - the loop outlives whatever the database does
                if not failing:
                    _log.warning("silent workers cannot be looked for at the moment", exc_info=True)
                failing = True
            await pause(stop, RESCUE_SECONDS)

    async def _rescue_once(self) -> None:
        now = time.monotonic()
        due = {entry: worker for entry, (worker, ended) in self._ended.items() if now - ended > _ENDED_SECONDS}
        async with self._database.engine.begin() as connection:
            freed = await repository.rescue(connection, SILENT_SECONDS, due)
            locks = {kind.name: kind.lock for kind in self._jobs.kinds.values()}
            freed += await repository.requeue_lost(connection, locks)
        for entry in due:
            self._ended.pop(entry, None)
        if freed:
            _log.warning("%d jobs were taken from workers that had gone", freed)
            _freed.inc(freed)


async def _in_thread(work: Callable[[], T], name: str) -> T:
    """Run `work` in a daemon thread, which does not keep a stopping process alive as an executor's would."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)

    def body() -> None:
        try:
            result, error = work(), None
        except BaseException as raised:  # noqa: BLE001 - handed to whoever waits
            result, error = None, raised
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=contextvars.copy_context().run, args=(body,), name=name, daemon=True).start()
    return await done
