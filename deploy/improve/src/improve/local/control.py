"""`make up`, `down`, `status` and `reset`: from outside the supervisor, through its state file and its lock."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg

from improve.errors import CommandError
from improve.local.home import Home
from improve.local.processes import end, last_line, spawn_detached, start_time
from shared.db.embedded import EmbeddedPostgres

UP_TIMEOUT = 240.0  # seconds
DOWN_PATIENCE = 25.0  # seconds
PROBE_TIMEOUT = 3.0  # seconds
POLL = 0.1  # seconds


@dataclass(frozen=True)
class Row:
    """One line of the status table."""

    name: str
    pid: int | None
    port: int | None
    health: str

    @property
    def ready(self) -> bool:
        """Whether it runs and says that it is ready."""
        return self.health == "ready"


def status(home: Home) -> list[Row]:
    """Every process of the platform with its health as it answers now; empty if it does not run."""
    state = home.read_state()
    if not home.is_held():
        return []
    with httpx.Client(trust_env=False, timeout=PROBE_TIMEOUT) as client:
        return [_row(entry, client) for entry in state.get("processes", [])]


def _row(entry: dict[str, Any], client: httpx.Client) -> Row:
    pid = entry["pid"]
    running = pid is not None and start_time(pid) == entry["started"]
    health = _health(entry["health"], client) if running else "not running"
    return Row(entry["name"], pid if running else None, entry["port"], health)


def _health(address: str | None, client: httpx.Client) -> str:
    if address is None:
        return "starting"
    if address.startswith("postgresql:"):
        return _database_health(address)
    try:
        answer = client.get(address)
    except httpx.HTTPError:
        return "no answer"
    return "ready" if answer.status_code == httpx.codes.OK else "not ready"


def _database_health(address: str) -> str:
    try:
        with psycopg.connect(address, connect_timeout=int(PROBE_TIMEOUT)) as connection:
            connection.execute("select 1")
    except psycopg.OperationalError:
        return "no answer"
    return "ready"


def up(home: Home, announce: Callable[[str], None]) -> list[Row]:
    """Start the platform in the background, or repair one that runs; return when everything is ready.

    Raises CommandError with the supervisor's last words if it cannot be brought up.
    """
    home.prepare()
    log = home.logs / "supervisor.log"
    started: subprocess.Popen[bytes] | None = None
    if home.is_held():
        announce("the platform already runs: checking that all of it does")
        _signal_supervisor(home, signal.SIGHUP)
    else:
        announce("starting the platform in the background")
        log.write_bytes(b"")
        started = spawn_detached([sys.executable, "-m", "improve.local", "serve"], log)
    deadline = time.monotonic() + UP_TIMEOUT
    while time.monotonic() < deadline:
        if started is not None and started.poll() is not None:
            if not home.is_held():
                raise CommandError(last_line(log).removeprefix("error: ") or "the supervisor ended without a word")
            started = None  # somebody else's start came first: wait for that one
        if rows := _all_ready(home, started):
            return rows
        time.sleep(POLL)
    behind = ", ".join(row.name for row in status(home) if not row.ready)
    raise CommandError(f"not ready after {UP_TIMEOUT:.0f} s: {behind or 'the supervisor'}; logs are in {home.logs}")


def _all_ready(home: Home, started: subprocess.Popen[bytes] | None) -> list[Row]:
    """The table once everything is ready, else nothing; the state of an earlier supervisor does not count."""
    state = home.read_state()
    supervisor = state.get("supervisor", {})
    if state.get("phase") != "ready" or (started is not None and supervisor.get("pid") != started.pid):
        return []
    rows = status(home)
    return rows if rows and all(row.ready for row in rows) else []


def down(home: Home) -> bool:
    """Stop the platform and wait until nothing of it runs. False if it did not run."""
    ran = home.is_held()
    supervisor = home.read_state().get("supervisor", {})
    if ran and supervisor.get("pid"):
        end(supervisor["pid"], supervisor["started"], DOWN_PATIENCE)
    for entry in home.read_state().get("processes", []):
        if entry.get("pid"):
            end(entry["pid"], entry["started"], DOWN_PATIENCE)
    return ran


def reset(home: Home) -> None:
    """Stop the platform and delete its data, logs and keys."""
    down(home)
    if home.data.exists() or home.data.is_symlink():
        EmbeddedPostgres(home.data).destroy()
    for path in home.folder.glob("pgdata*"):
        path.unlink(missing_ok=True)
    home.state_file.unlink(missing_ok=True)
    for folder in (home.logs, home.keys):
        shutil.rmtree(folder, ignore_errors=True)


def _signal_supervisor(home: Home, number: signal.Signals) -> None:
    supervisor = home.read_state().get("supervisor", {})
    pid = supervisor.get("pid")
    if pid and start_time(pid) == supervisor.get("started"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
