"""Versions of schemes ready to judge by."""

from dataclasses import dataclass

from sqlalchemy import Connection

from triage.domain.policy import read_policy
from triage.domain.tiering import Judge
from triage.policies import repository as policies


@dataclass(frozen=True, slots=True)
class Ready:
    """A version ready to run, and who sees what it proposes."""

    judge: Judge
    audience: str


class Judges:
    """Versions by scheme and number, read from the document once: a version never changes."""

    def __init__(self) -> None:
        self._ready: dict[tuple[str, int], Ready] = {}

    def of(self, connection: Connection, scheme: str, version: int) -> Ready:
        """A version; raises PolicyInvalid for one that cannot be run."""
        key = (scheme, version)
        if key not in self._ready:
            document = policies.document(connection, scheme, version)
            self._ready[key] = Ready(Judge.of(read_policy(document)), document["audience"])
        return self._ready[key]
