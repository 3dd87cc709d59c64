"""Made-up inspection histories, one function for each pattern the platform has to tell apart."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from .model import NULL, Visit

OLD_NUMBERS_UNTIL = 2014
WITH_NUMBER, SPECIAL_MEASURES = 0.6, 0.5
"""How many cards come with number and publication date; how many urgent ones end in special measures."""


@dataclass
class Histories:
    """Makes inspections with running numbers; older ones carry six grades, cards eight."""

    rng: Random
    phase: str
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(90_000_001))

    def day(self, first: tuple[int, int, int], last: tuple[int, int, int]) -> dt.date:
        """A Tuesday to Thursday between two dates."""
        start, end = dt.date(*first), dt.date(*last)
        day = start + dt.timedelta(days=self.rng.randrange((end - start).days + 1))
        return day + dt.timedelta(days=(1, 0, 0, 0, -1, -2, -3)[day.weekday()])

    def older(self, on: dt.date, overall: str, grades: str, *, safe: str = "Yes", category: str = NULL) -> Visit:
        """A graded inspection of an older framework; `grades`: four key judgements, early years, sixth form."""
        early, sixth = self._provision(grades[0])
        number = f"ITS{next(self.numbers)}" if on.year < OLD_NUMBERS_UNTIL else str(next(self.numbers))
        published = on + dt.timedelta(days=self.rng.randint(25, 50))
        return Visit(number, on, published, "S5 Inspection", overall, category, safe, (*grades, early, sixth))

    def visit(self, on: dt.date, outcome: str) -> Visit:
        """An ungraded inspection that ended in these words."""
        published = on + dt.timedelta(days=self.rng.randint(25, 45))
        return Visit(str(next(self.numbers)), on, published, outcome=outcome)

    def report(self, on: dt.date, grades: str, *, safe: str = "Met", category: str = NULL) -> Visit:
        """A report card; six letters E S X N U: exceptional, strong, expected, needs attention, urgent."""
        words = {"E": "Exceptional", "S": "Strong standard", "X": "Expected standard", "N": "Needs attention",
                 "U": "Urgent improvement"}  # fmt: skip
        young = words[self.rng.choice("SX")] if self.phase in {"Nursery", "Primary"} else "Not applicable"
        post16 = words[self.rng.choice("SX")] if self.phase == "Secondary" else "Not applicable"
        named = self.rng.random() < WITH_NUMBER
        published = on + dt.timedelta(days=self.rng.randint(28, 45)) if named else None
        number = str(next(self.numbers)) if named else NULL
        return Visit(number, on, published, "S5 Inspection", NULL, category, safe,
                     (*(words[letter] for letter in grades), young, post16))  # fmt: skip

    def _provision(self, grade: str) -> tuple[str, str]:
        grade = "2" if grade == "9" else grade
        return (grade if self.phase in {"Nursery", "Primary"} else "9", grade if self.phase == "Secondary" else "9")


@dataclass(frozen=True)
class History:
    """A school's inspections: older graded ones newest first, ungraded ones newest first, the report card."""

    older: tuple[Visit, ...] = ()
    ungraded: tuple[Visit, ...] = ()
    card: Visit | None = None


def _before_2019(h: Histories, overall: str) -> Visit:
    return h.older(h.day((2012, 9, 11), (2019, 7, 4)), overall, f"999{overall}", safe="9")


def _eif(h: Histories, overall: str, grades: str, *, safe: str = "Yes", category: str = NULL) -> Visit:
    return h.older(h.day((2021, 9, 14), (2024, 7, 4)), overall, grades, safe=safe, category=category)


def _eif_2024(h: Histories, grades: str, *, safe: str = "Yes", category: str = NULL) -> Visit:
    return h.older(h.day((2024, 9, 10), (2025, 7, 3)), "Not judged", grades, safe=safe, category=category)


def _card(h: Histories, grades: str, *, safe: str = "Met", category: str = NULL) -> Visit:
    return h.report(h.day((2025, 11, 18), (2026, 5, 7)), grades, safe=safe, category=category)


def _since(h: Histories, outcome: str) -> Visit:
    return h.visit(h.day((2024, 9, 17), (2025, 7, 3)), outcome)


def _card_urgent(h: Histories) -> History:
    older = (_eif(h, "2", "2222"), _before_2019(h, "2"))
    severe = h.rng.random() < SPECIAL_MEASURES
    if severe:
        return History(older, card=_card(h, "NUUNXU", safe=h.rng.choice(("Met", "Not met")), category="SM"))
    return History(older, card=_card(h, "NNUNXN", category="RSI"))


def _autumn_2025(h: Histories) -> History:
    latest = h.older(h.day((2025, 9, 16), (2025, 10, 30)), "Not judged", h.rng.choice(("2222", "3223", "1212")))
    return History((latest, _eif(h, "2", "2222"), _before_2019(h, "2")))


def _converted(h: Histories) -> History:
    latest = _eif_2024(h, h.rng.choice(("1111", "3222", "2222")))
    again = Visit(latest.number, latest.starts_on, latest.published_on, converted=True)
    return History((latest, _before_2019(h, "2")), (again,))


PATTERNS: dict[str, Callable[[Histories], History]] = {
    "good": lambda h: History((_eif(h, "2", "2222"), _before_2019(h, h.rng.choice("223")))),
    "outstanding": lambda h: History((_eif(h, "1", "1111"), _before_2019(h, h.rng.choice("1233")))),
    "still_good": lambda h: History((_before_2019(h, "2"),), (_since(h, "School remains Good"),)),
    "concern": lambda h: History(
        (_before_2019(h, h.rng.choice("12")),),
        (_since(h, h.rng.choice(("School remains Good (Concerns) - S5 Next",
                                 "School remains Outstanding (Concerns) - S5 Next"))),),
    ),
    "some_aspects": lambda h: History((_eif(h, "2", "2222"),), (_since(h, "Some aspects not as strong"),)),
    "good_2024": lambda h: History((_eif_2024(h, "2" + h.rng.choice("12") + "12"), _before_2019(h, "2"))),
    "weak_2024": lambda h: History((_eif_2024(h, "3323"), _before_2019(h, "2"))),
    "leading_weak_2024": lambda h: History((_eif_2024(h, "2223"), _before_2019(h, "2"))),
    "required_improvement": lambda h: History((_eif(h, "3", "3223"), _before_2019(h, "2"))),
    "stuck": lambda h: History((_eif(h, "3", "3323"), _before_2019(h, h.rng.choice("334")))),
    "stuck_2024": lambda h: History((_eif_2024(h, "3223"), _before_2019(h, "3"))),
    "special_measures": lambda h: History((_eif(h, "4", "4434", safe=h.rng.choice(("Yes", "No")), category="SM"),
                                           _before_2019(h, "3"))),
    "serious_weaknesses": lambda h: History((_eif(h, "4", "4333", category="SWK"), _before_2019(h, "2"))),
    "recovered": lambda h: History((_eif(h, h.rng.choice("12"), "2212"), _before_2019(h, h.rng.choice("34")))),
    "strong_card": lambda h: History((_eif(h, "2", "2222"), _before_2019(h, "2")), card=_card(h, "SSXSEX")),
    "expected_card": lambda h: History((_eif(h, "2", "2222"), _before_2019(h, "2")), card=_card(h, "XXXXXX")),
    "card_needs_attention": lambda h: History((_eif(h, "2", "2222"), _before_2019(h, "2")), card=_card(h, "XNNXXX")),
    "card_minor_need": lambda h: History((_eif(h, "2", "2222"), _before_2019(h, "2")), card=_card(h, "NXXNXX")),
    "card_urgent": _card_urgent,
    "card_stuck": lambda h: History((_eif(h, "3", "3323"), _before_2019(h, "3")), card=_card(h, "XNNXXN")),
    "converted": _converted,
    "autumn_2025": _autumn_2025,
    "never": lambda _: History(),
}  # fmt: skip
