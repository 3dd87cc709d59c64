"""What each framework asks of an inspection, read from data: areas, grades, other judgements, where areas apply."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Grade = int | str

GRADED = "graded"
UNGRADED = "ungraded"
MONITORING = "monitoring"


@dataclass(frozen=True, slots=True)
class FrameworkRules:
    """The rules of one framework. `reasons` are those that may stand in place of a grade.

    `only_optional`: grades and reasons which say that an area is not judged, with the areas where they may stand.
    `needed_where_they_apply`: optional areas that have to be told of where the school has such provision.
    `areas_of_latest_graded`: it judges single areas of the school's latest graded inspection, by that one's scale.
    """

    code: str
    label: str
    kind: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    reasons: frozenset[str]
    only_optional: Mapping[Grade, frozenset[str]]
    needed_where_they_apply: tuple[str, ...]
    scale: frozenset[Grade]
    safeguarding: frozenset[str]
    overall_scale: frozenset[Grade]
    overall_needed: bool
    overall_reason: str
    safeguarding_needed: bool
    safeguarding_reason: str
    takes_category: bool
    takes_outcome: bool
    future_publication: bool
    areas_of_latest_graded: bool = False

    @property
    def areas(self) -> tuple[str, ...]:
        """All areas that it knows."""
        return (*self.required, *self.optional)

    def has_to_judge(self, area: str, said: Grade) -> bool:
        """Tell whether what is said of an area is that it is not judged, where it has to be."""
        return said in self.only_optional and area not in self.only_optional[said]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on one fact of a school; unknown facts leave it undecided."""

    fact: str
    at_most: int | None = None
    at_least: int | None = None
    equals: bool | None = None

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Tell whether it is known to hold."""
        value = facts.get(self.fact)
        if value is None:
            return False
        if self.equals is not None:
            return bool(value == self.equals)
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)


@dataclass(frozen=True, slots=True)
class Applicability:
    """Where an optional area applies, and where the facts of the school speak against it; in between it may."""

    applies: Condition
    outside: Condition

    def is_ruled_out(self, facts: Mapping[str, Any]) -> bool:
        """Tell whether the facts are known to speak against it."""
        told = facts.get(self.applies.fact)
        contrary = self.applies.equals is not None and told is not None and told != self.applies.equals
        return contrary or self.outside.holds(facts)


@dataclass(frozen=True, slots=True)
class Period:
    """The days on which inspections may begin that use a code; None is open."""

    first: date | None
    last: date | None

    def covers(self, day: date) -> bool:
        """Tell whether a day is one of them."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Codes that do not hang on the framework."""

    categories: Mapping[str, Period]
    outcomes: frozenset[str]
    applicability: Mapping[str, Applicability]
