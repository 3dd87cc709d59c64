import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest

from improve.local import control
from improve.local.home import Home
from improve.local.processes import free_port, start_time

FAKE = Path(__file__).parent / "fake"
PATIENCE = 90.0  # seconds; a start takes about two, on a busy machine many more


def wait_until(condition: Callable[[], object], what: str) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not in time"
        pause.wait(0.05)


class Platform:
    """A supervisor of the fake service in a process of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.home = Home(folder)
        self.port = port
        self.process: subprocess.Popen[str] | None = None

    def start(self, **environment: str) -> "Platform":
        self.process = subprocess.Popen(
            [sys.executable, str(FAKE / "fake_platform.py")],
            env={
                **os.environ,
                "PYTHONPATH": str(FAKE),
                "PLATFORM_HOME": str(self.home.folder),
                "ALPHA_PORT": str(self.port),
                **environment,
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        return self

    @property
    def running(self) -> subprocess.Popen[str]:
        assert self.process is not None
        return self.process

    def wait_ready(self) -> "Platform":
        wait_until(self.is_ready, "ready")
        return self

    def is_ready(self) -> bool:
        assert self.running.poll() is None, self.running.stderr and self.running.stderr.read()
        state = self.home.read_state()
        if state.get("phase") != "ready" or state["supervisor"]["pid"] != self.running.pid:
            return False
        return all(row.ready for row in control.status(self.home))

    def pid_of(self, name: str) -> int | None:
        return next((row.pid for row in control.status(self.home) if row.name == name), None)

    def pids(self) -> list[int]:
        return [row.pid for row in control.status(self.home) if row.pid is not None]

    def ended(self) -> tuple[int, str]:
        _, errors = self.running.communicate(timeout=PATIENCE)
        return self.running.returncode, errors


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user can reach, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="platform-test-", dir="/var/tmp", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def a_platform() -> Iterator[Platform]:
    with folder() as name:
        made = Platform(name / "home", free_port())
        yield made
        if made.process is not None and made.process.poll() is None:
            made.process.terminate()
            made.process.communicate(timeout=PATIENCE)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with a_platform() as made:
        yield made


@pytest.fixture(scope="module")
def running() -> Iterator[Platform]:
    with a_platform() as made:
        yield made.start().wait_ready()


class TestARunningPlatform:
    def test_gives_each_service_its_database_roles_and_environment(self, running: Platform) -> None:
        running.wait_ready()
        assert [row.name for row in control.status(running.home)] == ["postgres", "issuer", "alpha", "alpha-worker"]
        answer = httpx.get(f"http://127.0.0.1:{running.port}/")
        assert answer.text == "https://issuer.improve.invalid"
        database = running.home.read_state()["processes"][0]["health"]
        with psycopg.connect(database) as connection:
            roles = connection.execute(
                "select rolname, rolsuper, rolbypassrls from pg_roles where rolname like 'alpha%' order by 1"
            ).fetchall()
            owner = connection.execute(
                "select pg_get_userbyid(datdba) from pg_database where datname = 'alpha'"
            ).fetchone()
        assert roles == [("alpha_app", False, False), ("alpha_owner", False, False)]
        assert owner == ("alpha_owner",)

    def test_starts_a_killed_process_again(self, running: Platform) -> None:
        running.wait_ready()
        for name in ("alpha", "alpha-worker", "issuer"):
            killed = running.pid_of(name)
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            wait_until(partial(self._another_life, running, name, killed), f"{name} again")
        running.wait_ready()

    @staticmethod
    def _another_life(running: Platform, name: str, killed: int) -> bool:
        return running.pid_of(name) not in (killed, None)

    def test_starts_a_killed_database_again_on_its_port(self, running: Platform) -> None:
        running.wait_ready()
        before = running.home.read_state()["processes"][0]
        os.kill(before["pid"], signal.SIGKILL)
        wait_until(lambda: running.pid_of("postgres") not in (before["pid"], None), "PostgreSQL again")
        assert running.home.read_state()["processes"][0]["port"] == before["port"]
        running.wait_ready()

    def test_ends_a_process_that_does_not_answer_when_asked_to_repair(self, running: Platform) -> None:
        running.wait_ready()
        frozen = running.pid_of("alpha")
        assert frozen is not None
        os.kill(frozen, signal.SIGSTOP)
        running.running.send_signal(signal.SIGHUP)
        wait_until(lambda: running.pid_of("alpha") not in (frozen, None), "alpha again")
        running.wait_ready()

    def test_keeps_secrets_to_its_owner(self, running: Platform) -> None:
        running.wait_ready()
        assert running.home.keys.stat().st_mode & 0o077 == 0
        assert all(path.stat().st_mode & 0o077 == 0 for path in running.home.keys.iterdir())

    def test_does_not_run_twice_from_one_folder(self, running: Platform) -> None:
        running.wait_ready()
        second = Platform(running.home.folder, free_port()).start()
        status, errors = second.ended()
        assert status == 1
        assert "already runs" in errors
        assert running.is_ready()


class TestTheEnd:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_by_a_signal_is_orderly_and_leaves_nothing(self, platform: Platform, number: signal.Signals) -> None:
        platform.start().wait_ready()
        pids = platform.pids()
        began = time.monotonic()
        platform.running.send_signal(number)
        status, _ = platform.ended()
        assert status == 0
        assert time.monotonic() - began < 10
        assert [pid for pid in pids if start_time(pid) is not None] == []
        assert control.status(platform.home) == []

    def test_may_come_while_it_still_starts(self, platform: Platform) -> None:
        platform.start()
        wait_until(platform.home.is_held, "the lock")
        wait_until(lambda: platform.home.read_state().get("phase") == "starting", "the first state")
        platform.running.terminate()
        assert platform.ended()[0] == 0

    def test_by_kill_takes_everything_along_and_the_next_start_is_clean(self, platform: Platform) -> None:
        platform.start().wait_ready()
        pids = platform.pids()
        platform.running.kill()
        platform.ended()
        platform.start().wait_ready()
        assert [pid for pid in pids if start_time(pid) is not None] == []

    def test_down_stops_it_and_says_so(self, platform: Platform) -> None:
        platform.start().wait_ready()
        threading.Thread(target=platform.running.wait).start()  # reaps it, as init does for one in the background
        assert control.down(platform.home) is True
        assert control.down(platform.home) is False

    def test_reset_leaves_no_data(self, platform: Platform) -> None:
        platform.start().wait_ready()
        platform.running.terminate()
        platform.ended()
        control.reset(platform.home)
        assert not platform.home.data.exists()
        assert control.status(platform.home) == []


class TestAStartThatFails:
    def test_names_the_port_that_is_taken_and_its_variable(self, platform: Platform) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", platform.port))
            taken.listen()
            status, errors = platform.start().ended()
        assert status == 1
        assert f"port {platform.port} is in use" in errors
        assert "ALPHA_PORT" in errors

    def test_says_why_a_migration_failed(self, platform: Platform) -> None:
        status, errors = platform.start(FAKE_MIGRATION_FAILS="1").ended()
        assert status == 1
        assert "migrating alpha failed" in errors
        assert "the schema does not fit" in errors

    def test_says_which_process_does_not_come_up(self, platform: Platform) -> None:
        status, errors = platform.start(FAKE_API_ENDS="1").ended()
        assert status == 1
        assert "alpha does not come up" in errors
        assert "cannot begin" in errors
