"""Processes, ports and locks of the embedded PostgreSQL."""

import contextlib
import fcntl
import os
import queue
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from shared.db.embedded_host import server_environment

SMALL_SHARED_MEMORY = 512 * 1024 * 1024  # bytes
TEMPORARY_PREFIX = "embedded-postgres-temporary-"
MINIMUM_AGE = 60.0  # seconds, after which an unlocked temporary folder was left behind rather than just being made


def spawn_kept(command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a program from a thread that lives as long as the program does.

    The parent-death signal follows the thread, not the process, that started the program: started from a short-lived
    thread, a server would be shut down as soon as that thread ends.
    """
    started: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()

    def keep() -> None:
        try:
            process = subprocess.Popen(  # noqa: S603 - a command made by the caller, no shell
                command,
                cwd="/",
                env=server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the launcher, who ends the server in order
            )
        except OSError as error:
            started.put(error)
            return
        started.put(process)
        process.wait()

    threading.Thread(target=keep, name="embedded-postgres", daemon=True).start()
    outcome = started.get()
    if isinstance(outcome, OSError):
        raise outcome
    return outcome


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; it is released by the system when the process ends in any way."""
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sweep(scratch: Path) -> None:
    """Remove the temporary servers' folders whose processes were killed."""
    for folder in scratch.glob(f"{TEMPORARY_PREFIX}*"):
        with contextlib.suppress(OSError):
            status = folder.stat()
            if status.st_uid == os.geteuid() and time.time() - status.st_mtime > MINIMUM_AGE:
                with (folder / "in-use").open("ab") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)


def is_free(port: int) -> bool:
    """Whether nothing listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return _binds(probe, port)


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _binds(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def shared_memory_settings() -> Mapping[str, str]:
    """Containers often give 64 MB of /dev/shm, which a parallel query outgrows: files do as well then."""
    try:
        status = os.statvfs("/dev/shm")  # noqa: S108 - only its size is looked at
    except OSError:
        return {}
    roomy = status.f_frsize * status.f_bavail >= SMALL_SHARED_MEMORY
    return {} if roomy else {"dynamic_shared_memory_type": "mmap"}
