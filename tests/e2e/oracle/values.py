"""Grades, categories and dates as the files write them, and one inspection as this reading keeps it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

EIF_2019_BEGINS = dt.date(2019, 9, 1)
EIF_2024_BEGINS = dt.date(2024, 9, 2)
CARDS_BEGIN = dt.date(2025, 11, 10)

BLANK = frozenset({"", "NULL"})
CATEGORIES = frozenset({"SM", "RSI", "SWK", "NTI"})
OLDER_CODES = frozenset("1234089")
CARD_GRADES = {
    "exceptional": "exceptional",
    "strongstandard": "strong_standard",
    "expectedstandard": "expected_standard",
    "needsattention": "needs_attention",
    "urgentimprovement": "urgent_improvement",
    "notapplicable": "not_applicable",
    # names of the consultation stage
    "exemplary": "exceptional",
    "strong": "strong_standard",
    "secure": "expected_standard",
    "attentionneeded": "needs_attention",
    "causingconcern": "urgent_improvement",
}
SAFEGUARDING = {"yes": True, "no": False, "met": True, "notmet": False, "9": None}
CONCERNS = ("Some aspects not as strong", "remains Good (Concerns)", "remains Outstanding (Concerns)")


class UnreadableError(ValueError):
    """A cell that cannot be read: its row is rejected whole."""


def folded(text: str) -> str:
    """Lower case, letters and digits only."""
    return "".join(c for c in text.lower() if c.isalnum())


def cell(row: dict[str, str], column: str | None) -> str | None:
    """The cell's text, or None where blank, `NULL` or the column is not in this layout."""
    if column is None:
        return None
    value = row.get(folded(column), "").strip()
    return None if value in BLANK else value


def date_of(text: str | None) -> dt.date | None:
    """A `dd/mm/yyyy` date."""
    if text is None:
        return None
    parts = text.split("/")
    if len(parts) != 3 or [len(part) for part in parts] != [2, 2, 4]:
        raise UnreadableError(f"date {text!r}")
    try:
        return dt.date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError as problem:
        raise UnreadableError(f"date {text!r}") from problem


def framework_of(starts_on: dt.date) -> str:
    """The framework follows the start date (domain, section 3)."""
    if starts_on < EIF_2019_BEGINS:
        return "pre-eif"
    if starts_on < EIF_2024_BEGINS:
        return "eif-2019"
    return "eif-2024" if starts_on < CARDS_BEGIN else "report-card-2025"


@dataclass(frozen=True)
class Inspected:
    """One inspection on one school's row. Grades: older areas 1-4, card areas a grade code; absent = not judged."""

    urn: int
    number: str | None
    kind: str
    framework: str
    starts_on: dt.date
    published_on: dt.date | None
    relates: bool
    relates_assumed: bool = False
    overall: int | None = None
    category: str | None = None
    safeguarding: bool | None = None
    areas: dict[str, int | str] = field(default_factory=dict)
    outcome: str | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """Number and current URN; without a number, current URN and start date."""
        return (str(self.urn), self.number or self.starts_on.isoformat())

    @property
    def visible_from(self) -> dt.date:
        return self.published_on or self.starts_on

    @property
    def is_card(self) -> bool:
        return self.framework == "report-card-2025"

    @property
    def ended_in_concern(self) -> bool:
        return self.outcome is not None and any(words in self.outcome for words in CONCERNS)
