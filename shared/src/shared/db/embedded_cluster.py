"""Making the data folder of an embedded PostgreSQL, also for a user that has a number but no name.

Containers are often run as a uid that `/etc/passwd` does not list. The server does not mind, but `initdb`, and
`postgres --single` which it runs, look the name up (`getpwuid`), only to print it, and end when there is none. So
copies of the two are made that ask for the first user listed instead: `getpwent` is a name of the same length, and a
function that answers alike. They make the data and are removed; the server itself is never one of them. Other ways
round want what such a machine lacks: a compiler, libnss_wrapper, or leave to make user namespaces.
"""

import contextlib
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from shared.db.embedded_host import Account, EmbeddedPostgresError, give, run_as

# PostgreSQL 17 brought its own C.UTF-8; before that it is the operating system's, which may lack it
LOCALES = (
    ["--locale-provider=builtin", "--locale=C.UTF-8"],
    ["--locale=C.UTF-8"],
    ["--no-locale"],
)
LOOK_UP, FIRST_LISTED = b"\0getpwuid\0", b"\0getpwent\0"  # as they stand in a program's table of names


def make_cluster(binaries: Path, data: Path, account: Account, superuser: str, password_file: Path) -> None:
    """Make `data` with the programs in `binaries`, owned by `account`; raises EmbeddedPostgresError.

    An initdb cut short never looks like a server's data: it works beside it, in `<data>.new`.
    """
    building = data.with_name(f"{data.name}.new")
    with _programs(binaries, data.parent, account) as programs:
        for locale in LOCALES:
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir(mode=0o700)
            give(building, account)
            access = ["-A", "scram-sha-256", f"--pwfile={password_file}"]
            options = ["-N", *access, "-E", "UTF8", "-U", superuser, *locale]
            answer = run_as(account, [str(programs / "initdb"), *options, str(building)])
            if answer.returncode == 0:
                building.rename(data)
                return
    raise EmbeddedPostgresError(_complaint(answer, account))


def has_name(account: Account) -> bool:
    """Whether the system knows a name for this user."""
    try:
        pwd.getpwuid(account.uid)
    except KeyError:
        return False
    return True


@contextlib.contextmanager
def _programs(binaries: Path, beside: Path, account: Account) -> Iterator[Path]:
    if has_name(account):
        yield binaries
        return
    with tempfile.TemporaryDirectory(prefix="initdb-", dir=beside) as scratch:
        Path(scratch).chmod(0o755)
        yield _nameless_copies(binaries, Path(scratch))


def _nameless_copies(binaries: Path, scratch: Path) -> Path:
    """The two programs among links to what they look for by relative path: `../lib`, `../share`, `../../../*.libs`."""
    prefix = binaries.parent
    copies = scratch / prefix.parent.name / prefix.name / binaries.name
    copies.mkdir(parents=True, mode=0o755)
    for folder in prefix.iterdir():
        if folder != binaries:
            (copies.parent / folder.name).symlink_to(folder)
    for libraries in prefix.parent.parent.glob(f"{prefix.parent.name}.libs"):
        (scratch / libraries.name).symlink_to(libraries)
    for name in ("initdb", "postgres"):
        program = (binaries / name).read_bytes()
        (copies / name).write_bytes(program.replace(LOOK_UP, FIRST_LISTED))
        (copies / name).chmod(0o755)
    return copies


def _complaint(answer: subprocess.CompletedProcess[str], account: Account) -> str:
    complaint = f"initdb failed: {answer.stderr.strip()}"
    if has_name(account):
        return complaint
    return (
        f"{complaint} (uid {account.uid} has no name on this system, which initdb wants: add a line for it to "
        "/etc/passwd, or run as a user that has one)"
    )
