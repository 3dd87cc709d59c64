"""Processes of this machine: starting one that ends with us, knowing one again, ending it."""

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

LOG_LIMIT = 16 * 1024 * 1024  # bytes, above which a log is put aside
START_TIME_FIELD = 19  # of /proc/<pid>/stat, counted after the command's name (proc(5): field 22)
PR_SET_PDEATHSIG = 1  # prctl(2)


def dying_with_us(command: list[str]) -> list[str]:
    """The command, told to stop when the thread that starts it ends: even kill -9 of the supervisor leaves nothing."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *command] if setpriv and sys.platform == "linux" else command


def die_with_parent() -> None:
    """Ask the system to stop this process when the one that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


async def spawn(command: list[str], environment: Mapping[str, str], log: Path) -> asyncio.subprocess.Process:
    """Start a child in a session of its own, with its output appended to `log`."""
    with open_log(log) as output:
        return await asyncio.create_subprocess_exec(
            *dying_with_us(command),
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1", **environment},
            cwd=log.parent,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def spawn_detached(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process that outlives us and our terminal."""
    with open_log(log) as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd=log.parent
        )


def open_log(path: Path) -> IO[bytes]:
    """The log, open for appending; one that has grown large is put aside first."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def last_line(path: Path) -> str:
    """The end of a log, for a message of one line; empty if there is none."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return next((line for line in reversed(lines) if line.strip()), "")


def start_time(pid: int) -> str | None:
    """When a process started, in the system's ticks: with the pid it names a process for good. None: it has ended."""
    if sys.platform != "linux":
        return "unknown" if is_alive(pid) else None
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[START_TIME_FIELD]


def is_alive(pid: int) -> bool:
    """Whether a process of this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end(pid: int, started: str | None, patience: float) -> None:
    """Ask a process to stop, wait, and insist; nothing to do if the id is another process's by now."""
    for request in (signal.SIGTERM, signal.SIGKILL):
        if started is None or start_time(pid) != started:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, request)
        deadline = time.monotonic() + patience
        while start_time(pid) == started and time.monotonic() < deadline:
            time.sleep(0.05)


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
