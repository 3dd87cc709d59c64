"""Several files as one body of evidence: each inspection once, told by the newest file that shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .files import OfstedFile, open_ofsted
from .values import Inspected


@dataclass
class Evidence:
    """What the files say together: inspections by URN, which URNs the newest file lists, and the files themselves."""

    schools: dict[int, list[Inspected]] = field(default_factory=dict)
    on_newest_file: set[int] = field(default_factory=set)
    files: list[OfstedFile] = field(default_factory=list)

    def visible(self, urn: int, as_of: dt.date) -> list[Inspected]:
        """The school's inspections that could be seen on the day, newest start first."""
        seen = [found for found in self.schools.get(urn, []) if found.visible_from <= as_of]
        return sorted(seen, key=lambda found: (found.starts_on, found.visible_from, found.number or ""), reverse=True)


def read_evidence(files: Iterable[tuple[Path, dt.date]]) -> Evidence:
    """Read files in loading order; an older `as_at` adds inspections but never changes what a newer one said."""
    evidence = Evidence(files=[open_ofsted(path, as_at) for path, as_at in files])
    told: dict[int, dict[tuple[str, str], Inspected]] = {}
    for one in sorted(evidence.files, key=lambda one: one.as_at):
        for urn, found in one.schools.items():
            known = told.setdefault(urn, {})
            for inspection in found:
                _tell(known, inspection)
        evidence.on_newest_file = set(one.schools)
    evidence.schools = {urn: list(known.values()) for urn, known in told.items()}
    return evidence


def _tell(known: dict[tuple[str, str], Inspected], inspection: Inspected) -> None:
    before = known.get(inspection.identity)
    if before is not None and before.kind == "graded" and inspection.kind == "ungraded":
        return
    known[inspection.identity] = inspection
