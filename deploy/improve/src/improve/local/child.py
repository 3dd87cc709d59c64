"""One child process, started again whenever it ends by itself, as Kubernetes would."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from improve.local.processes import spawn, start_time
from improve.local.services import Process

FIRST_PAUSE = 0.2  # seconds
LONGEST_PAUSE = 5.0  # seconds
STEADY_AFTER = 30.0  # seconds of life, after which an end is a new incident
STOP_PATIENCE = 8.0  # seconds between asking and killing
PROBE_TIMEOUT = 3.0  # seconds

log = logging.getLogger(__name__)


class Child:
    """Runs `process` until `stop()`. `ends` counts how often it ended by itself."""

    def __init__(self, process: Process, log_file: Path, on_change: Callable[[], None]) -> None:
        self.process = process
        self.log_file = log_file
        self.ends = 0
        self._on_change = on_change
        self._running: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The process id, None between two lives."""
        return self._running.pid if self._running is not None and self._running.returncode is None else None

    def state(self) -> dict[str, Any]:
        """What the state file says of it."""
        return {
            "name": self.process.name,
            "pid": self.pid,
            "started": start_time(self.pid) if self.pid else None,
            "port": self.process.port,
            "health": self.process.health,
            "restarts": self.ends,
        }

    async def run(self) -> None:
        """Start, wait for the end, start again after a short pause that grows with every early end."""
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            self._running = await spawn(self.process.command, self.process.environment, self.log_file)
            self._on_change()
            status = await self._running.wait()
            if self._stopping.is_set():
                return
            self.ends += 1
            self._on_change()
            pause = FIRST_PAUSE if time.monotonic() - began > STEADY_AFTER else min(pause * 2, LONGEST_PAUSE)
            log.warning("%s ended with status %s: starting it again", self.process.name, status)
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)

    async def is_ready(self, client: httpx.AsyncClient) -> bool:
        """Whether it runs and says that it is ready."""
        if self.pid is None or self.process.health is None:
            return False
        try:
            return (await client.get(self.process.health, timeout=PROBE_TIMEOUT)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    async def repair(self, client: httpx.AsyncClient) -> None:
        """Start it at once if it waits for its next life; end it if it does not answer at all."""
        self._wake.set()
        if self.pid is None or self.process.health is None or self._running is None:
            return
        try:
            await client.get(self.process.health, timeout=PROBE_TIMEOUT)
        except httpx.TimeoutException:
            log.warning("%s does not answer: ending it", self.process.name)
            self._kill()
        except httpx.HTTPError:
            return

    async def stop(self) -> None:
        """Ask it to stop, and insist after a while."""
        self._stopping.set()
        self._wake.set()
        if self._running is None or self._running.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._running.terminate()
        try:
            await asyncio.wait_for(self._running.wait(), STOP_PATIENCE)
        except TimeoutError:
            log.warning("%s did not stop when asked: ending it", self.process.name)
            self._kill()
            await self._running.wait()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._running is not None:
                self._running.kill()
