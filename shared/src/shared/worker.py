"""A service's second process: jobs, the sequencer, and the consumers of other services' feeds."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared.background import Work, forget_old_keys_hourly, kept_running
from shared.db.migrate import alembic_config
from shared.db.session import Database
from shared.events.consumer import FeedConsumer
from shared.events.sequencer import Sequencer
from shared.health import SchemaCheck
from shared.jobs.context import PATIENCE_SECONDS
from shared.jobs.resource import Jobs
from shared.jobs.runner import THREAD_PREFIX, JobRunner
from shared.settings import ServiceSettings
from shared.telemetry.logs import OUTPUT, configure_logs

STOP_SECONDS: Final = 8.0
"""After this long a stopping worker leaves whatever still runs."""

_log = logging.getLogger(__name__)

Loop = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


class Worker:
    """The loops of one process over one database, and the probes that tell how they are."""

    def __init__(
        self,
        name: str,
        database: Database,
        jobs: Jobs,
        consumers: Sequence[FeedConsumer[Any]] = (),
        *,
        background: Sequence[Work] = (),
        port: int = 0,
        concurrency: int = 2,
        patience: float = PATIENCE_SECONDS,
        schema: SchemaCheck | None = None,
    ) -> None:
        self.name = name
        self.stop = asyncio.Event()
        self._database = database
        self._schema = schema
        self._socket = _listen(port)
        runner = JobRunner(jobs, database, name=name, concurrency=concurrency, consumers=consumers, patience=patience)
        self._loops: dict[str, Loop] = {
            "sequencer": Sequencer(database).run,
            "jobs": runner.run,
            **{f"consumer {consumer.name}": consumer.run for consumer in consumers},
            **{_name(work): kept_running(work, database, _name(work)) for work in background},
        }

    @property
    def port(self) -> int:
        """The port of the probes and metrics."""
        return int(self._socket.getsockname()[1])

    async def run(self) -> bool:
        """Run until `stop` is set; False when a loop ended by itself, which none should."""
        tasks = {asyncio.create_task(loop(self.stop), name=name) for name, loop in self._loops.items()}
        probes = _Probes(uvicorn.Config(self._application(), log_config=None, access_log=False, lifespan="off"))
        serving = asyncio.create_task(probes.serve([self._socket]), name="probes")
        stopping = asyncio.create_task(self.stop.wait(), name="stop")
        done, _ = await asyncio.wait({*tasks, serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        ended_early = set() if self.stop.is_set() else done
        for task in ended_early:
            _log.error("the loop %s ended by itself", task.get_name(), exc_info=task.exception())
        self.stop.set()
        await self._finish(tasks)
        probes.should_exit = True
        await asyncio.wait({serving}, timeout=1.0)
        stopping.cancel()
        await self._database.close()
        return not ended_early

    async def _finish(self, tasks: set[asyncio.Task[None]]) -> None:
        _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in late:
            _log.warning("the loop %s did not end in time and is left", task.get_name())
            task.cancel()

    def _application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/livez", self._livez),
                Route("/readyz", self._readyz),
                Route("/startupz", self._readyz),
                Route("/metrics", self._metrics),
            ]
        )

    async def _livez(self, _request: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def _readyz(self, _request: Request) -> Response:
        problem = "the process is stopping" if self.stop.is_set() else await self._database_problem()
        return PlainTextResponse(f"{problem or 'ready'}\n", status_code=503 if problem else 200)

    async def _metrics(self, _request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def _database_problem(self) -> str | None:
        if self._schema is not None:
            return await self._schema.problem(self._database)
        try:
            async with self._database.reads.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return "the database does not answer"
        return None


def _name(work: Work) -> str:
    return getattr(work, "__qualname__", type(work).__qualname__)


class _Probes(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the worker."""
        yield


def _listen(port: int) -> socket.socket:
    listening = socket.create_server(("0.0.0.0", port))  # noqa: S104 - probes come from outside the container
    listening.setblocking(False)
    return listening


def run_worker(
    name: str,
    settings: ServiceSettings,
    jobs: Jobs,
    consumers: Callable[[Database], Sequence[FeedConsumer[Any]]] = lambda _database: (),
    *,
    background: Sequence[Work] = (),
    service_dir: Path | None = None,
    concurrency: int = 2,
) -> None:
    """Be the worker process of a service: run until SIGTERM or SIGINT, then end within ten seconds.

    `consumers` makes the feed consumers over the worker's database; each of `background` is given that database and
    runs beside them until it is cancelled, for periodic work. With `service_dir` the worker is ready only when
    the schema is at the revision of the migrations in it, or after. Exits with 1 when a loop ended by itself.
    """
    configure_logs(f"{name}-worker", settings.log_level)
    database = Database(settings.database_url, pool_size=settings.pool_size, application_name=f"{name}-worker")
    schema = SchemaCheck(alembic_config(service_dir)) if service_dir else None

    async def main() -> bool:
        worker = Worker(
            name,
            database,
            jobs,
            consumers(database),
            background=(forget_old_keys_hourly, *background),
            port=settings.worker_port,
            concurrency=concurrency,
            schema=schema,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop.set)
        _log.warning("the worker has started; probes and metrics are on port %d", worker.port)
        return await worker.run()

    _leave(0 if asyncio.run(main()) else 1)


def _leave(status: int) -> None:
    """End the process. A job's thread that still computes must not run on while the interpreter is taken down."""
    if any(thread.name.startswith(THREAD_PREFIX) for thread in threading.enumerate()):
        OUTPUT.flush_now()
        logging.shutdown()
        sys.stdout.flush()
        os._exit(status)
    sys.exit(status)
