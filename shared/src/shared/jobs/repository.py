"""All SQL on the table of jobs, and on the queue where it must happen in the caller's transaction."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.auth import Principal
from shared.jobs.model import JobCancelled, JobFenced, JobProblem, JobStopped, JobView, Reached, StartedJob
from shared.schemas import Progress

QUEUE: Final = "jobs"
TASK: Final = "shared.jobs.run"

# the queue's own function and type, so that the entry commits or vanishes with the caller's transaction
_ENTRY: Final = """
    (procrastinate_defer_jobs_v1(ARRAY[ROW(
        CAST(:queue AS varchar), CAST(:task AS varchar), 0, CAST(:lock AS text), NULL,
        jsonb_build_object('job_id', CAST(:id AS text), 'kind', CAST(:kind AS text)), NULL
    )::procrastinate_job_to_defer_v1]))[1]
"""
_COLUMNS: Final = """
    id, kind, state, done, total, step, attempt, created_at, started_at, finished_at, outcome, problem
"""
_MINE: Final = "(:everything OR org = :org)"

_SUBMIT = text(
    f"""
    INSERT INTO jobs (id, kind, org, submitted_by, params, queue_job_id)
    VALUES (:id, :kind, :org, :submitted_by, CAST(:params AS jsonb), {_ENTRY})
    RETURNING {_COLUMNS}
    """  # noqa: S608 - made of constants above
)
_GET = text(f"SELECT {_COLUMNS} FROM jobs WHERE id = :id AND {_MINE}")  # noqa: S608 - constants
_CANCEL = text(
    f"""
    UPDATE jobs SET state = 'cancelled', finished_at = clock_timestamp()
    WHERE id = :id AND {_MINE} AND state IN ('queued', 'running')
    """  # noqa: S608 - made of constants above
)
_START = text(
    """
    UPDATE jobs
    SET state = 'running', attempt = attempt + 1, started_at = coalesce(started_at, clock_timestamp()),
        done = 0, total = NULL, step = NULL
    WHERE id = :id AND state IN ('queued', 'running')
    RETURNING id, kind, params, attempt
    """
)
_FAIL = text(
    """
    UPDATE jobs SET state = 'failed', problem = CAST(:problem AS jsonb), finished_at = clock_timestamp()
    WHERE id = :id AND attempt = :attempt AND state = 'running'
    """
)
_SUCCEED = text(
    """
    UPDATE jobs
    SET state = 'succeeded', outcome = CAST(:outcome AS jsonb), finished_at = clock_timestamp(),
        done = :done, total = :total, step = NULL
    WHERE id = :id AND attempt = :attempt AND state = 'running'
    """
)
_PROGRESS = text(
    """
    UPDATE jobs SET done = :done, total = :total, step = :step
    WHERE id = :id AND attempt = :attempt AND state = 'running'
    """
)
_STATE = text("SELECT state FROM jobs WHERE id = :id")
_LOST = text(
    """
    SELECT id, kind FROM jobs
    WHERE state IN ('queued', 'running') AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS entry
        WHERE entry.id = jobs.queue_job_id AND entry.status IN ('todo', 'doing')
    )
    ORDER BY created_at FOR UPDATE SKIP LOCKED
    """
)
_REQUEUE = text(f"UPDATE jobs SET queue_job_id = {_ENTRY} WHERE id = :id")  # noqa: S608 - constants
_RESCUE = text(
    """
    SELECT procrastinate_retry_job_v2(stalled.id, clock_timestamp(), NULL, NULL, NULL)
    FROM (
        SELECT entry.id
        FROM procrastinate_jobs AS entry
        LEFT JOIN procrastinate_workers AS worker ON worker.id = entry.worker_id
        WHERE entry.status = 'doing' AND entry.queue_name = :queue AND (
            worker.id IS NULL
            OR worker.last_heartbeat < clock_timestamp() - make_interval(secs => :silence)
            OR (entry.id, entry.worker_id) IN (
                SELECT * FROM unnest(CAST(:ended AS bigint[]), CAST(:ended_by AS bigint[]))
            )
        )
        FOR UPDATE OF entry SKIP LOCKED
    ) AS stalled
    """
)
_ENTRY_EXISTS = text("SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE id = :id AND status IN ('todo', 'doing'))")


def _json(document: object) -> str:
    return orjson.dumps(document, default=str).decode()


def _entry(job_id: UUID, kind: str, lock: str | None) -> dict[str, Any]:
    return {"id": job_id, "kind": kind, "queue": QUEUE, "task": TASK, "lock": lock}


def _view(row: RowMapping) -> JobView:
    fields = dict(row)
    progress = Progress(done=fields.pop("done"), total=fields.pop("total"), step=fields.pop("step"))
    return JobView(**fields, progress=progress)


async def submit(
    session: AsyncSession,
    *,
    job_id: UUID,
    kind: str,
    lock: str | None,
    params: Mapping[str, Any],
    principal: Principal,
) -> JobView:
    """Insert the job and its entry in the queue, in the session's transaction."""
    values = _entry(job_id, kind, lock) | {
        "org": str(principal.org),
        "submitted_by": principal.subject,
        "params": _json(dict(params)),
    }
    return _view((await session.execute(_SUBMIT, values)).mappings().one())


async def get(session: AsyncSession, job_id: UUID, principal: Principal) -> JobView | None:
    """Return the job if there is one that this client may see."""
    row = (await session.execute(_GET, _asked_by(job_id, principal))).mappings().one_or_none()
    return _view(row) if row else None


async def cancel(session: AsyncSession, job_id: UUID, principal: Principal) -> None:
    """Cancel the job if this client may see it and it has not ended."""
    await session.execute(_CANCEL, _asked_by(job_id, principal))


def _asked_by(job_id: UUID, principal: Principal) -> dict[str, Any]:
    return {"id": job_id, "everything": principal.sees_everything, "org": str(principal.org)}


async def start(connection: AsyncConnection, job_id: UUID) -> StartedJob | None:
    """Begin an attempt, which fences off those before it; None where the job has ended."""
    row = (await connection.execute(_START, {"id": job_id})).one_or_none()
    return StartedJob(*row) if row else None


async def fail(connection: AsyncConnection, job: StartedJob, problem: JobProblem) -> bool:
    """End the attempt as failed; False where it is fenced off or the job has ended."""
    values = {"id": job.id, "attempt": job.attempt, "problem": _json(problem.model_dump())}
    return (await connection.execute(_FAIL, values)).rowcount == 1


def succeed(connection: Connection, job: StartedJob, reached: Reached, outcome: Mapping[str, Any]) -> None:
    """End the attempt as succeeded, in the connection's transaction; raises JobStopped where it may not."""
    values = {"id": job.id, "attempt": job.attempt, "outcome": _json(dict(outcome))}
    done = reached.done if reached.total is None else reached.total
    if connection.execute(_SUCCEED, values | {"done": done, "total": reached.total}).rowcount != 1:
        raise _stopped(connection, job)


def report(connection: Connection, job: StartedJob, reached: Reached) -> None:
    """Write how far the attempt has come; raises JobStopped where it must end."""
    values = {"id": job.id, "attempt": job.attempt, "done": reached.done, "total": reached.total, "step": reached.step}
    if connection.execute(_PROGRESS, values).rowcount != 1:
        raise _stopped(connection, job)


def _stopped(connection: Connection, job: StartedJob) -> JobStopped:
    state = connection.execute(_STATE, {"id": job.id}).scalar_one_or_none()
    return JobCancelled("the job was cancelled") if state == "cancelled" else JobFenced("the job was begun anew")


async def requeue_lost(connection: AsyncConnection, locks: Mapping[str, str | None]) -> int:
    """Give an entry in the queue to every unfinished job of these kinds that has none; return how many."""
    lost = [row for row in (await connection.execute(_LOST)).all() if row.kind in locks]
    for row in lost:
        await connection.execute(_REQUEUE, _entry(row.id, row.kind, locks[row.kind]))
    return len(lost)


async def rescue(connection: AsyncConnection, silence_seconds: float, ended: Mapping[int, int]) -> int:
    """Free the entries of silent workers, and those in `ended` (entry to worker) which only seem to run; count them."""
    values = {
        "queue": QUEUE,
        "silence": silence_seconds,
        "ended": list(ended),
        "ended_by": list(ended.values()),
    }
    return len((await connection.execute(_RESCUE, values)).all())


async def entry_exists(connection: AsyncConnection, entry_id: int) -> bool:
    """Tell whether the queue still holds this entry."""
    return bool((await connection.execute(_ENTRY_EXISTS, {"id": entry_id})).scalar_one())
