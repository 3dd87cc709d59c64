"""What a simulation comes to, counted as it goes: over all schools and by group."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from triage.simulations.repository import School

UNKNOWN: Final = "unknown"
DISADVANTAGE_MEASURE: Final = "idaci_quintile"
"""The facts carry the quintile of the income deprivation index (IDACI) of a school, and no other measure."""

Key = tuple[str, str, bool]
"""Result before, result after, whether the flags differ."""


class Counting:
    """Counts of pairs of results."""

    def __init__(self) -> None:
        self._all: Counter[Key] = Counter()
        self._groups: dict[tuple[str, str], Counter[Key]] = {}
        self._labels: dict[tuple[str, str], str] = {}

    def add(self, school: School, before: str, after: str, *, flags_differ: bool) -> None:
        """Count a school."""
        key = (before, after, flags_differ)
        self._all[key] += 1
        for dimension, value, label in _groups_of(school):
            group = (dimension, value)
            if group not in self._groups:
                self._groups[group] = Counter()
                self._labels[group] = label
            self._groups[group][key] += 1

    def overall(self) -> dict[str, Any]:
        """The counts over all schools."""
        return _counts(self._all)

    def groups(self) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
        """Dimension, key, label and counts of each group."""
        for (dimension, value), counted in sorted(self._groups.items()):
            yield dimension, value, self._labels[dimension, value], _counts(counted)


def _groups_of(school: School) -> tuple[tuple[str, str, str], ...]:
    region, phase = school.region or UNKNOWN, school.phase or UNKNOWN
    la, trust, band = school.la_code or UNKNOWN, school.trust_uid or UNKNOWN, school.deprivation or UNKNOWN
    return (
        ("region", region, region),
        ("phase", phase, phase),
        ("la", la, school.la_name or la),
        ("trust", trust, school.trust_name or trust),
        ("disadvantage", band, band),
    )


def _counts(counted: Counter[Key]) -> dict[str, Any]:
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    cells: Counter[tuple[str, str]] = Counter()
    flags = 0
    for (was, becomes, flags_differ), schools in counted.items():
        before[was] += schools
        after[becomes] += schools
        cells[was, becomes] += schools
        flags += schools if flags_differ else 0
    return {
        "schools": sum(cells.values()),
        "moved": sum(schools for (was, becomes), schools in cells.items() if was != becomes),
        "flags_changed": flags,
        "before": dict(sorted(before.items())),
        "after": dict(sorted(after.items())),
        "matrix": [{"before": was, "after": becomes, "schools": n} for (was, becomes), n in sorted(cells.items())],
    }
