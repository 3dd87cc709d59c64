"""The life of an inspection as a state machine: which step is open in which state, and what bars the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

DRAFT = "draft"
QUALITY_ASSURED = "quality_assured"
PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Step:
    """A step: the states it may be taken from, the state it leads to (None: to nothing), and what bars it elsewhere."""

    code: str
    label: str
    starts: frozenset[str]
    to: str | None
    blocked_by: Mapping[str, str]

    def blocked(self, state: str) -> str | None:
        """Return what bars this step in a state, None where it is open."""
        if state in self.starts:
            return None
        return self.blocked_by.get(state, f"{self.label} is not a step from {state}.")


def read_steps(entries: Iterable[Mapping[str, Any]]) -> dict[str, Step]:
    """Read the steps, by code."""
    return {
        entry["code"]: Step(
            entry["code"], entry["label"], frozenset(entry["from"]), entry["to"], dict(entry["blocked_by"])
        )
        for entry in entries
    }
