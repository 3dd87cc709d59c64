"""The folder that holds a local platform's state: data, logs, keys, and who runs."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from improve.errors import CommandError

HOME_VARIABLE = "PLATFORM_HOME"


class AlreadyRunning(CommandError):
    """Another supervisor holds this folder."""


@dataclass(frozen=True)
class Home:
    """Paths below `.platform/` or `$PLATFORM_HOME`."""

    folder: Path

    @classmethod
    def find(cls, environment: Mapping[str, str] = os.environ) -> "Home":
        """The folder named by the environment, else `.platform` in the checkout."""
        if named := environment.get(HOME_VARIABLE):
            return cls(Path(named).absolute())
        return cls(checkout() / ".platform")

    @property
    def data(self) -> Path:
        """PostgreSQL's data."""
        return self.folder / "pgdata"

    @property
    def keys(self) -> Path:
        """The issuer's signing key and the services' secrets."""
        return self.folder / "keys"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.folder / "logs"

    @property
    def state_file(self) -> Path:
        """Process ids and ports of the supervisor that runs, or ran last."""
        return self.folder / "state.json"

    def prepare(self) -> None:
        """Make the folders; the keys are for their owner only."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self.keys.mkdir(mode=0o700, exist_ok=True)

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Replace the state as a whole: a reader never sees half of it. It names the database's password."""
        new = self.state_file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(state, indent=2) + "\n")
        new.replace(self.state_file)

    def read_state(self) -> dict[str, Any]:
        """The last state written, empty if there is none."""
        try:
            state: dict[str, Any] = json.loads(self.state_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return state

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one supervisor; the system lets go of it when the process ends in any way."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "supervisor.lock").open("a+b") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(f"the platform already runs from {self.folder}") from None
            yield

    def is_held(self) -> bool:
        """Whether a supervisor runs from this folder."""
        try:
            with self.locked():
                return False
        except AlreadyRunning:
            return True


def checkout() -> Path:
    """The folder of the repository, or the current one when this package is installed elsewhere."""
    candidate = Path(__file__).resolve().parents[5]
    return candidate if (candidate / "services").is_dir() else Path.cwd()
