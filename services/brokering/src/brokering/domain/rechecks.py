"""When an inspection of the leader's own school or trust puts a designation in doubt, by the policy's conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

ANY_AREA = "any"

Grade = int | str


@dataclass(frozen=True, slots=True)
class Inspected:
    """A graded inspection or report card of a school; a grade that was not given is None."""

    urn: int
    name: str
    starts_on: date
    category: str | None = None
    overall: Grade | None = None
    areas: Mapping[str, Grade | None] | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What breaks the conditions of a designation: categories of concern, overall grades, grades by area or in any."""

    categories: frozenset[str]
    overall: frozenset[Grade]
    areas: Mapping[str, frozenset[Grade]]


def broken(conditions: Conditions, inspected: Inspected) -> list[str]:
    """Return in words which conditions an inspection breaks; empty where it breaks none."""
    found: list[str] = []
    if inspected.category in conditions.categories:
        found.append(f"category of concern {inspected.category}")
    if inspected.overall in conditions.overall:
        found.append(f"overall effectiveness {inspected.overall}")
    for area, grade in sorted((inspected.areas or {}).items()):
        breaking = conditions.areas.get(area, frozenset()) | conditions.areas.get(ANY_AREA, frozenset())
        if grade is not None and grade in breaking:
            found.append(f"{area.replace('_', ' ')}: {str(grade).replace('_', ' ')}")
    return found
