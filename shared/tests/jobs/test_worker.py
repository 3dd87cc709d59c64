import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg

from shared.db.session import Database
from shared.events.consumer import FeedConsumer
from shared.jobs import JobContext, Jobs, JobState
from shared.worker import Worker

PROGRAM = Path(__file__).with_name("worker_process.py")


@contextmanager
def _worker_process(url: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, str(PROGRAM), url])
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def _nothing(ctx: JobContext) -> None:
    del ctx


class TestAWorkerProcessKilledByForce:
    async def test_its_job_is_finished_by_another_and_takes_effect_once(self, bench: Any) -> None:
        bench.know(_nothing, name="hang", lock="one")
        job = await bench.submit("hang")
        url = bench.database.url
        with _worker_process(url) as first:
            await bench.until("SELECT count(*) = 1 FROM begun")
            with _worker_process(url):
                await bench.until("SELECT count(*) = 2 FROM procrastinate_workers")
                first.send_signal(signal.SIGKILL)
                killed = (await bench.rows("SELECT clock_timestamp()"))[0][0]
                ended = await bench.ended(job.id, within=20)
        again = (await bench.rows("SELECT at FROM begun WHERE attempt = 2"))[0][0]
        assert (ended.state, ended.outcome) == (JobState.SUCCEEDED, {"attempt": 2})
        assert await bench.rows("SELECT attempt FROM effects") == [(2,)]
        assert (again - killed).total_seconds() < 10

    async def test_asked_to_stop_it_ends_in_time_though_a_job_hangs(self, bench: Any) -> None:
        bench.know(_nothing, name="hang", lock="one")
        job = await bench.submit("hang")
        url = bench.database.url
        with _worker_process(url) as first:
            await bench.until("SELECT count(*) = 1 FROM begun")
            first.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(first.wait, 10) == 0
        with _worker_process(url):
            assert (await bench.ended(job.id)).outcome == {"attempt": 2}
        assert await bench.rows("SELECT attempt FROM effects") == [(2,)]


class Silent:
    """Stands for a client whose service has nothing to tell."""

    async def get_json(self, path: str, params: Any = None, *, read_timeout: float | None = None) -> Any:
        del path, read_timeout
        await asyncio.sleep(min(params["wait"], 0.05))
        return {
            "data": [],
            "paging": {"limit": 1, "next_cursor": "WyIvYSIsMF0", "next_url": "/"},
            "head": "WyIvYSIsMF0",
        }


class TestAWorker:
    async def test_runs_its_loops_tells_how_it_is_and_stops(self, bench: Any) -> None:
        bench.know(lambda ctx: {"reached": ctx.catch_up("silent").reached_head})
        own = Database(bench.database.url)
        worker = Worker(
            "test", own, bench.jobs, [FeedConsumer("silent", Silent(), own, _ignore, _ignore_all)], patience=2
        )
        running = asyncio.create_task(worker.run())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{worker.port}") as client:
            job = await bench.submit()
            assert (await bench.ended(job.id)).outcome == {"reached": False}  # the page told no `as_of`
            assert [(await client.get(path)).status_code for path in ("/livez", "/readyz", "/startupz")] == [200] * 3
            assert "outbox_oldest_unnumbered_seconds" in (await client.get("/metrics")).text
            _cut_connections(bench.database.url)
            later = await bench.submit()
            assert (await bench.ended(later.id)).state == JobState.SUCCEEDED
        worker.stop.set()
        assert await asyncio.wait_for(running, 10)

    async def test_keeps_background_work_running_and_cancels_it_at_the_end(self, bench: Any) -> None:
        begun: list[Database] = []
        ended = asyncio.Event()

        async def fails_at_first(database: Database) -> None:
            begun.append(database)
            if len(begun) == 1:
                raise ValueError("a passing fault")
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        own = Database(bench.database.url)
        worker = Worker("test", own, bench.jobs, background=[fails_at_first])
        running = asyncio.create_task(worker.run())
        async with asyncio.timeout(10):
            while len(begun) < 2:  # noqa: ASYNC110 - the work tells nobody
                await asyncio.sleep(0.01)
        worker.stop.set()
        assert await asyncio.wait_for(running, 10)
        assert ended.is_set()
        assert begun == [own, own]

    async def test_ends_with_an_error_when_a_loop_ends_by_itself(self, bench: Any) -> None:
        own = Database(bench.database.url)
        worker = Worker("test", own, bench.jobs)

        async def broken(_stop: asyncio.Event) -> None:
            raise ValueError("a loop that should not end")

        worker._loops["broken"] = broken
        assert not await asyncio.wait_for(worker.run(), 15)

    async def test_is_not_ready_while_the_database_is_away(self) -> None:
        away = Database("postgresql://nobody@127.0.0.1:1/none")
        worker = Worker("test", away, Jobs([]))
        running = asyncio.create_task(worker.run())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{worker.port}") as client:
            assert (await client.get("/livez")).status_code == 200
            assert (await client.get("/readyz")).status_code == 503
        worker.stop.set()
        assert await asyncio.wait_for(running, 10)


async def _ignore(events: Any) -> Any:
    return events


async def _ignore_all(session: Any, events: Any) -> None:
    del session, events


def _cut_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
