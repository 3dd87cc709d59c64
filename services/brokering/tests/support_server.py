"""The service as a process of its own on a free port of the loopback, which can be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from shared.testing.plugin import DatabaseUrls
from shared.testing.tokens import AUDIENCE, ISSUER, jwks_url

STARTED = 240.0  # seconds within which a started process is ready


class Server:
    """The API over a test's database: one process, or several behind one port."""

    def __init__(self, urls: DatabaseUrls, pool_size: int = 10, processes: int = 1) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "BROKERING_DATABASE_URL": urls.app,
            "BROKERING_ISSUER": ISSUER,
            "BROKERING_AUDIENCE": AUDIENCE,
            "BROKERING_JWKS_URL": jwks_url(),
            "BROKERING_POOL_SIZE": str(pool_size),
            "BROKERING_LOG_LEVEL": "ERROR",
        }
        self._processes = processes
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, and return once it is ready."""
        command = [sys.executable, "-m", "uvicorn", "brokering.main:app", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--workers", str(self._processes)]
        quiet = ["--no-access-log", "--log-level", "critical"]
        self._process = subprocess.Popen(
            [*command, *quiet], env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + STARTED
        while not self._ready():
            assert self._process.poll() is None, "the process ended by itself"
            assert time.monotonic() < until, "the process is not ready"
            threading.Event().wait(0.05)

    @property
    def pid(self) -> int:
        """The process, which is the parent of several."""
        assert self._process is not None, "not started"
        return self._process.pid

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """Kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let it end."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=30)
            self._process = None


@contextmanager
def serving(urls: DatabaseUrls, pool_size: int = 10, processes: int = 1) -> Iterator[Server]:
    """A server until the end of the block."""
    server = Server(urls, pool_size, processes)
    server.start()
    try:
        yield server
    finally:
        server.stop()
