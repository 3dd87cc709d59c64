"""The supervisor: starts everything in order, keeps it running, and stops it in order."""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx

from improve.errors import CommandError
from improve.local.child import Child
from improve.local.home import Home
from improve.local.keys import client_secret, signing_key
from improve.local.processes import end, free_port, last_line, port_is_free, spawn, start_time
from improve.local.roles import registry
from improve.local.services import Process, Service, uvicorn
from shared.db.embedded import EmbeddedPostgres, EmbeddedPostgresError

READY_TIMEOUT = 180.0  # seconds, on a machine that is busy with other things as well
EARLY_ENDS = 3  # ends before it was ever ready, after which a process will not come up by itself
POLL = 0.1  # seconds
WATCH = 0.5  # seconds between looks at PostgreSQL
LEFTOVER_PATIENCE = 10.0  # seconds for processes of a killed supervisor to end
LOCAL_RATE_LIMIT = "1000000"  # requests a minute: one client alone drives the benches and drills

log = logging.getLogger(__name__)


class Supervisor:
    """Runs `services` from `home` until it is told to stop."""

    def __init__(self, home: Home, services: Sequence[Service], environment: Mapping[str, str] = os.environ) -> None:
        self._home = home
        self._services = services
        self._ports = {service.name: service.port(environment) for service in services}
        self._previous = home.read_state()
        self._database = EmbeddedPostgres(home.data, log_file=home.logs / "postgres.log")
        self._children: list[Child] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._phase = "starting"
        self._issuer_port = 0

    async def run(self, when_ready: Callable[[], Awaitable[None]] | None = None) -> None:
        """Start, tell `when_ready`, and serve until SIGTERM or SIGINT; raises CommandError if it cannot start."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._keep(self._repair()))
        serving = asyncio.create_task(self._serve(when_ready))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            serving.cancel()
            outcome = (await asyncio.gather(serving, return_exceptions=True))[0]
            await self._stop()
        if isinstance(outcome, Exception):
            raise outcome

    async def _serve(self, when_ready: Callable[[], Awaitable[None]] | None) -> None:
        began = time.monotonic()
        self._write_state()
        await asyncio.to_thread(self._end_leftovers)
        self._check_ports()
        await self._start_database()
        await self._start_issuer()
        environments = {service.name: self._environment(service) for service in self._services}
        await self._migrate_all(environments)
        for service in self._services:
            self._start(service.api(environments[service.name], self._ports[service.name]))
        await self._wait_ready(self._children)
        for service in self._services:  # after the APIs: a worker that finds nobody to follow backs off for a while
            self._start(service.worker(environments[service.name], self._kept_port(f"{service.name}-worker")))
        await self._wait_ready(self._children)
        self._phase = "ready"
        self._write_state()
        log.info("ready after %.1f s", time.monotonic() - began)
        if when_ready is not None:
            self._keep(when_ready())
        await self._watch_database()

    def _end_leftovers(self) -> None:
        """A killed supervisor's processes are on their way out: give them their time, then insist."""
        for entry in self._previous.get("processes", []):
            if entry.get("pid") and entry.get("started"):
                end(entry["pid"], entry["started"], LEFTOVER_PATIENCE)

    def _check_ports(self) -> None:
        for service in self._services:
            if not port_is_free(port := self._ports[service.name]):
                raise CommandError(
                    f"port {port} is in use: stop what listens there, or set {service.port_variable} to a free port"
                )

    async def _start_database(self) -> None:
        log.info("starting PostgreSQL (data in %s)", self._database.data_dir)
        try:
            await asyncio.to_thread(self._database.start)
        except EmbeddedPostgresError as error:
            raise CommandError(str(error)) from error
        for service in self._services:
            for role in (service.owner, service.app):
                await asyncio.to_thread(self._database.ensure_role, role)
            await asyncio.to_thread(self._database.ensure_database, service.name, service.owner)
        self._write_state()

    async def _start_issuer(self) -> None:
        signing_key(self._home)
        self._issuer_port = self._kept_port("issuer")
        url = f"http://127.0.0.1:{self._issuer_port}/readyz"
        command = uvicorn("improve.local.issuer:application", self._issuer_port, "--factory")
        environment = {"PLATFORM_HOME": str(self._home.folder)}
        self._start(Process("issuer", command, environment, self._issuer_port, url))

    def _environment(self, service: Service) -> dict[str, str]:
        issuer = f"http://127.0.0.1:{self._issuer_port}"
        settings = {
            "DATABASE_URL": self._database.url(service.name, service.app),
            "MIGRATION_DATABASE_URL": self._database.url(service.name, service.owner),
            "ISSUER": registry().issuer,
            "AUDIENCE": registry().audience,
            "JWKS_URL": f"{issuer}/.well-known/jwks.json",
            "TOKEN_URL": f"{issuer}/oauth2/token",
            "CLIENT_ID": service.client_id,
            "CLIENT_SECRET": client_secret(self._home, service.client_id),
            "RATE_LIMIT_PER_MINUTE": os.environ.get(f"{service.name.upper()}_RATE_LIMIT_PER_MINUTE", LOCAL_RATE_LIMIT),
            **{f"{name.upper()}_URL": f"http://127.0.0.1:{self._ports[name]}" for name in service.calls},
        }
        return {f"{service.name.upper()}_{name}": value for name, value in settings.items()}

    async def _migrate_all(self, environments: Mapping[str, Mapping[str, str]]) -> None:
        """All at once; one that fails lets the others end, so that its message is the only one."""
        migrations = (self._migrate(service, environments[service.name]) for service in self._services)
        outcomes = await asyncio.gather(*migrations, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _migrate(self, service: Service, environment: Mapping[str, str]) -> None:
        migration = service.migration(environment)
        log.info("migrating %s", service.name)
        log_file = self._home.logs / f"{migration.name}.log"
        child = await spawn(migration.command, environment, log_file)
        try:
            if await child.wait() != 0:
                raise CommandError(f"migrating {service.name} failed (see {log_file}): {last_line(log_file)}")
        finally:
            if child.returncode is None:
                child.kill()

    def _start(self, process: Process) -> None:
        child = Child(process, self._home.logs / f"{process.name}.log", self._write_state)
        self._children.append(child)
        self._keep(child.run())

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _kept_port(self, name: str) -> int:
        """The port of the last run, so that addresses stay the same; a free one if that is taken."""
        for entry in self._previous.get("processes", []):
            if entry["name"] == name and entry["port"] and port_is_free(entry["port"]):
                return int(entry["port"])
        return free_port()

    async def _wait_ready(self, children: Sequence[Child]) -> None:
        deadline = time.monotonic() + READY_TIMEOUT
        waiting = list(children)
        async with httpx.AsyncClient(trust_env=False) as client:
            while waiting:
                states = await asyncio.gather(*(child.is_ready(client) for child in waiting))
                waiting = [child for child, ready in zip(waiting, states, strict=True) if not ready]
                for child in waiting:
                    if child.ends >= EARLY_ENDS or time.monotonic() > deadline:
                        raise CommandError(f"{child.process.name} does not come up: {last_line(child.log_file)}")
                await asyncio.sleep(POLL)

    async def _watch_database(self) -> None:
        """PostgreSQL is started again on the same port when it ends; the services connect anew by themselves."""
        while True:
            await asyncio.sleep(WATCH)
            if self._database.pid is None:
                log.warning("PostgreSQL ended: starting it again")
                try:
                    await asyncio.to_thread(self._database.start)
                except EmbeddedPostgresError:
                    log.exception("PostgreSQL did not start; trying again")
                self._write_state()

    async def _repair(self) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await asyncio.gather(*(child.repair(client) for child in self._children))

    async def _stop(self) -> None:
        self._phase = "stopping"
        self._write_state()
        log.info("stopping")
        await asyncio.gather(*(child.stop() for child in self._children))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._database.stop)
        self._phase = "stopped"
        self._write_state()

    def _write_state(self) -> None:
        database_pid = self._database.pid
        database: dict[str, Any] = {
            "name": "postgres",
            "pid": database_pid,
            "started": start_time(database_pid) if database_pid else None,
            "port": self._database.port if database_pid else None,
            "health": self._database.url() if database_pid else None,
        }
        processes = [database, *(child.state() for child in self._children)]
        if self._phase == "starting" and not self._children:  # until then the ports of the last run are still needed
            known = {entry["name"] for entry in processes}
            processes += [entry for entry in self._previous.get("processes", []) if entry["name"] not in known]
        supervisor = {"pid": os.getpid(), "started": start_time(os.getpid())}
        with contextlib.suppress(FileNotFoundError):  # the folder may be removed while we stop
            self._home.write_state({"supervisor": supervisor, "phase": self._phase, "processes": processes})
