"""Proposals that are not decided yet, by their age: in full, or as they may be told outside the department."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from typing import Any, Final

import yaml
from sqlalchemy import RowMapping

from triage.domain.ageing import age_reached, by_band
from triage.domain.small_cells import ALL, TOTAL, Cell, Path, hidden_cells, with_margins
from triage.reference.service import results_of
from triage.statistics.repository import AgedBy
from triage.statistics.tables import UNKNOWN, small_numbers

Document = dict[str, Any]
MEDIAN, P90 = 50, 90


@cache
def age_bands() -> Sequence[Mapping[str, Any]]:
    """The bands of ages, in their order."""
    text = (files("triage.statistics") / "age_bands.yaml").read_text(encoding="utf-8")
    found: Sequence[Mapping[str, Any]] = yaml.safe_load(text)["bands"]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeTable:
    """How the table is put together: `suppress` leaves out what nobody outside may be able to work out (ADR 0022)."""

    scheme: str
    by: AgedBy
    suppress: bool

    @property
    def counted_by(self) -> AgedBy:
        """By authority where regions are suppressed: one decision on both, for each is a margin of the other."""
        return "la" if self.suppress and self.by == "region" else self.by

    def document(self, rows: Sequence[RowMapping]) -> Document:
        """Return every group, and all of them together; `rows` count proposals by group and age."""
        ages: dict[Path, Counter[int]] = defaultdict(Counter)
        leaves: dict[Path, Counter[int]] = defaultdict(Counter)
        labels: dict[Path, str | None] = {}
        for row in rows:
            path = self._path(row)
            labels[path] = row["label"] or labels.get(path)
            leaves[path][row["age"]] += row["proposals"]
            for length in range(len(path) + 1):
                ages[path[:length]][row["age"]] += row["proposals"]
        hidden = _hidden(leaves) if self.suppress else frozenset[Cell]()
        shown = sorted({path[:1] if self.by == "region" else path for path in leaves})
        if self.by == "tier":
            labels = {(code,): label for code, label in results_of(self.scheme).items()}
        return {
            "by": self.by,
            "bands": _told_bands(),
            "suppression": small_numbers("undecided") if self.suppress else None,
            "total": _figures(ALL, ages[ALL], hidden),
            "data": [
                {
                    "code": path[-1],
                    "label": labels.get(path),
                    "region": path[0] if len(path) > 1 else None,
                    **_figures(path, ages[path], hidden),
                }
                for path in shown
            ],
        }

    def _path(self, row: RowMapping) -> Path:
        code = row["code"] or UNKNOWN
        return (row["region"] or UNKNOWN, code) if self.counted_by == "la" else (code,)


def _told_bands() -> list[Document]:
    starts = [band["from"] for band in age_bands()]
    ends = [start - 1 for start in starts[1:]]
    return [
        {"code": band["code"], "label": band["label"], "from_days": band["from"], "to_days": end}
        for band, end in zip_longest(age_bands(), ends)
    ]


def _counts(ages: Mapping[int, int]) -> dict[str, int]:
    counts = by_band(ages, [band["from"] for band in age_bands()])
    return {band["code"]: counts[place] for place, band in enumerate(age_bands())}


def _hidden(leaves: Mapping[Path, Mapping[int, int]]) -> frozenset[Cell]:
    below: Final[int] = small_numbers("undecided")["below"]
    return hidden_cells(with_margins({path: _counts(ages) for path, ages in leaves.items()}), below)


def _figures(path: Path, ages: Mapping[int, int], hidden: Collection[Cell]) -> Document:
    """The figures of a group. Where one of its counts is hidden its ages are too: they tell of the hidden ones."""
    counts = _counts(ages)
    concealed = any((path, code) in hidden for code in (*counts, TOTAL))
    return {
        **_count(sum(counts.values()), hidden=(path, TOTAL) in hidden),
        "median_days": None if concealed else age_reached(ages, MEDIAN),
        "p90_days": None if concealed else age_reached(ages, P90),
        "bands": [{"band": code, **_count(count, hidden=(path, code) in hidden)} for code, count in counts.items()],
    }


def _count(count: int, *, hidden: bool) -> Document:
    return {"status": "suppressed", "proposals": None} if hidden else {"status": "value", "proposals": count}
