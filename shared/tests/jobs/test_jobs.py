import asyncio
import logging
import threading
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.auth import Organisation, Principal
from shared.errors import FieldProblem, NotFound
from shared.jobs import (
    JobAlreadyFinished,
    JobCancelled,
    JobContext,
    JobFailed,
    JobFenced,
    JobInterrupted,
    JobState,
    repository,
)

_EFFECT = text("INSERT INTO effects (job, attempt) VALUES (:job, :attempt)")


def _take_effect(ctx: JobContext, outcome: dict[str, Any] | None = None) -> None:
    with ctx.engine.begin() as connection:
        connection.execute(_EFFECT, {"job": ctx.id, "attempt": ctx.attempt})
        ctx.succeed(connection, outcome or {})


def _bearer(org: str) -> Principal:
    return Principal("another", "another", "clerk", Organisation.parse(org), frozenset(), frozenset())


class TestTenancy:
    async def test_somebody_elses_job_is_not_found(self, bench: Any) -> None:
        bench.know(_take_effect)
        job = await bench.submit()
        async with bench.database.system_session() as session:
            with pytest.raises(NotFound):
                await bench.jobs.get(session, job.id, _bearer("shop:2"))
            with pytest.raises(NotFound):
                await bench.jobs.cancel(session, job.id, _bearer("shop:2"))
        assert (await bench.get(job.id)).state == JobState.QUEUED

    async def test_a_department_sees_it(self, bench: Any) -> None:
        bench.know(_take_effect)
        job = await bench.submit()
        async with bench.database.system_session() as session:
            assert (await bench.jobs.get(session, job.id, _bearer("ops"))).id == job.id

    async def test_an_unknown_one_is_not_found(self, bench: Any) -> None:
        with pytest.raises(NotFound):
            await bench.get(uuid4())


class TestSubmitting:
    async def test_queues_nothing_when_the_transaction_is_rolled_back(self, bench: Any) -> None:
        bench.know(_take_effect)
        async with bench.database.sessions() as session:
            await bench.jobs.submit(session, "work", {}, bench.principal)
            await session.rollback()
        assert await bench.rows("SELECT 1 FROM jobs UNION ALL SELECT 1 FROM procrastinate_jobs") == []

    async def test_answers_with_the_job_under_the_id_of_its_resource(self, bench: Any) -> None:
        bench.know(_take_effect)
        resource = uuid4()
        async with bench.database.system_session() as session:
            job = await bench.jobs.submit(session, "work", {"n": 1}, bench.principal, job_id=resource)
        assert (job.id, job.state, job.attempt) == (resource, JobState.QUEUED, 0)
        assert job.progress.model_dump() == {"done": 0, "total": None, "step": None}


class TestRunning:
    async def test_ends_with_effect_outcome_and_full_progress(self, bench: Any) -> None:
        def run(ctx: JobContext) -> None:
            for done in range(5):
                ctx.progress(done, 5, "counting")
            _take_effect(ctx, {"sum": ctx.params["a"] + ctx.call(_twice(ctx.params["b"]))})
            ctx.progress(5, 5, "over")  # after success: nothing to wait for, nothing to write

        bench.know(run)
        job = await bench.submit(a=1, b=2)
        async with bench.running():
            ended = await bench.ended(job.id)
        assert (ended.state, ended.outcome, ended.attempt) == (JobState.SUCCEEDED, {"sum": 5}, 1)
        assert (ended.progress.done, ended.progress.total) == (5, 5)
        assert ended.started_at is not None
        await bench.until("SELECT count(*) = 0 FROM procrastinate_jobs")

    async def test_may_report_between_its_success_and_its_commit(self, bench: Any) -> None:
        def run(ctx: JobContext) -> None:
            with ctx.engine.begin() as connection:
                ctx.succeed(connection, {})
                ctx.progress(1, 1)

        bench.know(run)
        job = await bench.submit()
        async with bench.running():
            assert (await bench.ended(job.id)).state == JobState.SUCCEEDED

    async def test_takes_what_the_run_returns_as_outcome(self, bench: Any) -> None:
        bench.know(lambda _ctx: {"n": 3})
        job = await bench.submit()
        async with bench.running():
            assert (await bench.ended(job.id)).outcome == {"n": 3}

    async def test_a_clear_failure_is_shown(self, bench: Any) -> None:
        def run(ctx: JobContext) -> None:
            raise JobFailed("Unreadable", "Two columns are missing.", [FieldProblem("/file", "no column a", "missing")])

        bench.know(run)
        job = await bench.submit()
        async with bench.running():
            ended = await bench.ended(job.id)
        assert ended.state == JobState.FAILED
        assert ended.problem.model_dump() == {
            "title": "Unreadable",
            "detail": "Two columns are missing.",
            "errors": [{"pointer": "/file", "detail": "no column a", "code": "missing"}],
        }

    async def test_an_unexpected_error_is_logged_and_its_text_is_not_shown(
        self, bench: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        def run(ctx: JobContext) -> None:
            raise ValueError("hunter2")

        bench.know(run)
        job = await bench.submit()
        async with bench.running():
            ended = await bench.ended(job.id)
        assert ended.state == JobState.FAILED
        assert "hunter2" not in ended.model_dump_json()
        assert "hunter2" not in str(await bench.rows("SELECT jobs::text FROM jobs"))
        logged = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert [str(job.id) in record.getMessage() for record in logged] == [True]

    async def test_is_repeated_after_its_connection_was_lost(self, bench: Any) -> None:
        def run(ctx: JobContext) -> None:
            with ctx.engine.begin() as connection:
                connection.execute(_EFFECT, {"job": ctx.id, "attempt": ctx.attempt})
                if ctx.attempt == 1:
                    connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
                ctx.succeed(connection, {})

        bench.know(run)
        job = await bench.submit()
        async with bench.running():
            assert (await bench.ended(job.id)).attempt == 2
        assert await bench.rows("SELECT attempt FROM effects") == [(2,)]

    async def test_is_given_up_after_its_most_attempts(self, bench: Any) -> None:
        def run(ctx: JobContext) -> None:
            raise OperationalError("SELECT 1", {}, psycopg.OperationalError("gone"))

        bench.know(run, cap=1)
        job = await bench.submit()
        async with bench.running():
            ended = await bench.ended(job.id)
        assert (ended.state, ended.problem.title) == (JobState.FAILED, "The work was given up")


class TestCancelling:
    async def test_one_that_waits_never_runs(self, bench: Any) -> None:
        bench.know(_take_effect)
        job = await bench.submit()
        assert (await bench.cancel(job.id)).state == JobState.CANCELLED
        assert (await bench.cancel(job.id)).state == JobState.CANCELLED
        async with bench.running():
            await bench.until("SELECT count(*) = 0 FROM procrastinate_jobs")
        assert (await bench.get(job.id)).attempt == 0
        assert await bench.rows("SELECT 1 FROM effects") == []

    async def test_one_that_runs_ends_at_its_next_report(self, bench: Any) -> None:
        begun, cancelled, raised = threading.Event(), threading.Event(), []

        def run(ctx: JobContext) -> None:
            begun.set()
            cancelled.wait(20)
            try:
                ctx.progress(1, 2)
            except JobCancelled as stop:
                raised.append(stop)
                raise
            _take_effect(ctx)

        bench.know(run)
        job = await bench.submit()
        async with bench.running():
            await asyncio.to_thread(begun.wait, 20)
            await bench.cancel(job.id)
            cancelled.set()
            await bench.until("SELECT count(*) = 0 FROM procrastinate_jobs")
        assert len(raised) == 1
        assert (await bench.get(job.id)).state == JobState.CANCELLED
        assert await bench.rows("SELECT 1 FROM effects") == []

    async def test_one_that_is_about_to_commit_takes_no_effect(self, bench: Any) -> None:
        begun, cancelled = threading.Event(), threading.Event()

        def run(ctx: JobContext) -> None:
            begun.set()
            cancelled.wait(20)
            _take_effect(ctx)

        bench.know(run)
        job = await bench.submit()
        async with bench.running():
            await asyncio.to_thread(begun.wait, 20)
            await bench.cancel(job.id)
            cancelled.set()
            await bench.until("SELECT count(*) = 0 FROM procrastinate_jobs")
        assert await bench.rows("SELECT 1 FROM effects") == []

    async def test_one_that_has_ended_is_a_conflict(self, bench: Any) -> None:
        bench.know(_take_effect)
        job = await bench.submit()
        async with bench.running():
            await bench.ended(job.id)
        with pytest.raises(JobAlreadyFinished):
            await bench.cancel(job.id)


class TestLocks:
    async def test_jobs_with_one_lock_run_one_at_a_time_in_order(self, bench: Any) -> None:
        at_work, most = [], []

        def run(ctx: JobContext) -> None:
            at_work.append(ctx.id)
            most.append(len(at_work))
            ctx.progress(0)
            _take_effect(ctx)
            at_work.remove(ctx.id)

        bench.know(run, lock="one")
        bench.know(run, lock="one", name="other")
        submitted = [(await bench.submit(("work", "other")[number % 2])).id for number in range(8)]
        async with bench.running(concurrency=4):
            await bench.ended(submitted[-1])
        assert max(most) == 1
        assert [row.job for row in await bench.rows("SELECT job FROM effects ORDER BY id")] == submitted

    async def test_jobs_without_lock_run_side_by_side(self, bench: Any) -> None:
        both = threading.Barrier(2, timeout=20)
        bench.know(lambda _ctx: both.wait() and None)
        jobs = [await bench.submit() for _ in range(2)]
        async with bench.running():
            assert {(await bench.ended(job.id)).state for job in jobs} == {JobState.SUCCEEDED}


class TestFencing:
    async def test_a_second_runner_shuts_the_first_ones_effects_out(self, bench: Any) -> None:
        begun, overtaken, stopped = threading.Event(), threading.Event(), []

        def run(ctx: JobContext) -> None:
            begun.set()
            overtaken.wait(20)
            try:
                _take_effect(ctx)
            except JobFenced as fenced:
                stopped.append(fenced)
                raise

        bench.know(run)
        job = await bench.submit()
        async with bench.running():
            await asyncio.to_thread(begun.wait, 20)
            async with bench.database.engine.begin() as connection:
                second = await repository.start(connection, job.id)
            overtaken.set()
            async with asyncio.timeout(20):
                while not stopped:  # noqa: ASYNC110 - set by a thread
                    await asyncio.sleep(0.01)
            assert await bench.rows("SELECT count(*) FROM procrastinate_jobs") == [(1,)]  # still the second one's
        assert second is not None
        assert second.attempt == 2
        assert (await bench.get(job.id)).state == JobState.RUNNING
        assert await bench.rows("SELECT 1 FROM effects") == []


class TestTheWorkersOwnFaults:
    async def test_a_job_whose_entry_was_lost_gets_another(self, bench: Any) -> None:
        bench.know(_take_effect)
        job = await bench.submit()
        async with bench.database.engine.begin() as connection:
            await connection.execute(text("DELETE FROM procrastinate_jobs"))
        async with bench.running():
            assert (await bench.ended(job.id)).state == JobState.SUCCEEDED

    async def test_a_stopping_worker_leaves_its_job_to_the_next(self, bench: Any) -> None:
        begun, stopping = threading.Event(), []

        def run(ctx: JobContext) -> None:
            begun.set()
            try:
                while ctx.attempt == 1:
                    ctx.progress(0)
            except JobInterrupted as stop:
                stopping.append(stop)
                raise
            _take_effect(ctx)

        bench.know(run)
        job = await bench.submit()
        async with bench.running():
            await asyncio.to_thread(begun.wait, 20)
        assert len(stopping) == 1
        assert (await bench.get(job.id)).state == JobState.RUNNING
        assert await bench.rows("SELECT status::text FROM procrastinate_jobs") == [("todo",)]
        async with bench.running():
            assert (await bench.ended(job.id)).attempt == 2
        assert await bench.rows("SELECT attempt FROM effects") == [(2,)]

    async def test_all_connections_cut_while_idle_and_while_running(self, bench: Any) -> None:
        begun, cut = threading.Event(), threading.Event()

        def run(ctx: JobContext) -> None:
            begun.set()
            cut.wait(20)
            _take_effect(ctx)

        bench.know(run)
        async with bench.running():
            first = await bench.submit()
            await asyncio.to_thread(begun.wait, 20)
            _cut_connections(bench.database.url)
            cut.set()
            assert (await bench.ended(first.id)).state == JobState.SUCCEEDED
            _cut_connections(bench.database.url)
            second = await bench.submit()
            assert (await bench.ended(second.id)).state == JobState.SUCCEEDED
        assert await bench.rows("SELECT count(*) FROM effects GROUP BY job") == [(1,), (1,)]

    async def test_the_database_away_for_a_while(
        self, bench: Any, server_url: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        bench.know(_take_effect)
        async with bench.running():
            await bench.until("SELECT count(*) = 1 FROM procrastinate_workers")
            _allow_connections(server_url, bench.database.url, allowed=False)
            async with asyncio.timeout(30):
                while "is started again" not in caplog.text:  # noqa: ASYNC110 - told by the log alone
                    await asyncio.sleep(0.01)
            _allow_connections(server_url, bench.database.url, allowed=True)
            job = await bench.submit()
            assert (await bench.ended(job.id)).state == JobState.SUCCEEDED
        assert await bench.rows("SELECT count(*) FROM effects") == [(1,)]


def _allow_connections(server_url: str, url: str, *, allowed: bool) -> None:
    name = url.rpartition("/")[2]
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")
        if not allowed:
            admin.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name])


def _cut_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


async def _twice(number: int) -> int:
    return 2 * number
