"""What follows an inspection, in the words parents read: the first rule that holds, of a list kept as data.

Only what is published counts: grades, safeguarding, the category of concern, the school's status. No tier or flag does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What is published on a school: its status, and of its latest graded inspection, if any, what it found."""

    status: str
    inspected: bool
    category: str | None = None
    relates_to_current_urn: bool = True
    safeguarding: str | None = None
    grades: Sequence[int | str] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule holds; None and an empty tuple leave a condition out, and all that are given must hold."""

    statuses: tuple[str, ...] = ()
    inspected: bool | None = None
    categories: tuple[str, ...] = ()
    relates_to_current_urn: bool | None = None
    safeguarding: tuple[str, ...] = ()
    any_grade: tuple[int | str, ...] = ()
    graded: bool | None = None

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Condition":
        """Return the condition of a rule as data; a name that does not exist is an error."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
        }
        return cls(**values)

    def holds(self, facts: CardFacts) -> bool:
        """Tell whether the facts meet every condition given."""
        told = (
            (self.inspected, facts.inspected),
            (self.relates_to_current_urn, facts.relates_to_current_urn),
            (self.graded, bool(facts.grades)),
        )
        listed = (
            (self.statuses, (facts.status,)),
            (self.categories, (facts.category,)),
            (self.safeguarding, (facts.safeguarding,)),
            (self.any_grade, facts.grades),
        )
        return all(wanted in {None, given} for wanted, given in told) and all(
            not wanted or any(value in wanted for value in given) for wanted, given in listed
        )


def next_step(facts: CardFacts, rules: Iterable[tuple[str, Condition]]) -> str:
    """Return the code of the first rule that holds; the last one of the data always does."""
    return next(code for code, condition in rules if condition.holds(facts))
