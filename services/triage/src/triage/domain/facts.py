"""What is known of one school: the input of every rule.

The copy of the facts that the intake keeps is read into frozen values once; nothing here judges. Grades stay as they
were given: an integer 1 to 4 on the older scale, a code on the report card's scale, `None` where nothing was judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

Grade = int | str | None

GRADED: Final = "graded"
UNGRADED: Final = "ungraded"

_read_date = lru_cache(maxsize=32_768)(date.fromisoformat)


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspection in evidence.

    `grades` holds one entry for each area the source lists; `None` there is "not judged", whatever the reason was.
    `category`, `safeguarding` and `outcome` are codes and words as given, never derived.
    """

    id: str
    number: str | None
    framework: str
    kind: str
    starts_on: date
    published_on: date | None = None
    relates_to_current_urn: bool = True
    relates_assumed: bool = False
    overall: Grade = None
    category: str | None = None
    safeguarding: str | None = None
    grades: Mapping[str, Grade] = field(default_factory=dict)
    outcome: str | None = None

    @property
    def visible_from(self) -> date:
        """The day the inspection counts from: publication, or its start where publication is unknown."""
        return self.published_on or self.starts_on


@dataclass(frozen=True, slots=True)
class CompletedSupport:
    """A support episode that was completed and signed off."""

    episode_id: str
    completed_on: date


@dataclass(frozen=True, slots=True)
class ProgressReview:
    """A review of progress with its conclusion (a code that the policy knows).

    `answered_on` is its own day where a decision was made on it later that day.
    """

    review_id: str
    concluded_on: date
    conclusion: str
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Attainment:
    """Attainment for the optional low-attainment rule; `value` is in per cent and only known if `status` is `value`."""

    status: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """Everything the rules may look at for one school. The order of the tuples carries no meaning."""

    urn: int
    inspections: tuple[Inspection, ...] = ()
    completed_support: tuple[CompletedSupport, ...] = ()
    progress_reviews: tuple[ProgressReview, ...] = ()
    decided_on: tuple[date, ...] = ()
    attainment: Attainment | None = None


def read_facts(urn: int, kept: Mapping[str, Any], follow_up: Mapping[str, Any] | None = None) -> SchoolFacts:
    """Read the copy of a school's facts that the intake keeps, and what followed its inspections.

    `follow_up` holds `support` ({id, completed_on}), `reviews` ({id, concluded_on, conclusion}) and `decided_on`
    (dates); each may be left out.
    """
    inspections = tuple([_read_inspection(each) for each in kept["inspections"]])
    if not follow_up:
        return SchoolFacts(urn, inspections)
    support, reviews = follow_up.get("support", ()), follow_up.get("reviews", ())
    return SchoolFacts(
        urn,
        inspections,
        tuple([CompletedSupport(each["id"], _read_date(each["completed_on"])) for each in support]),
        tuple([_read_review(each) for each in reviews]),
        tuple([_read_date(day) for day in follow_up.get("decided_on", ())]),
    )


def _read_review(kept: Mapping[str, Any]) -> ProgressReview:
    answered = kept.get("answered_on")
    concluded_on = _read_date(kept["concluded_on"])
    return ProgressReview(kept["id"], concluded_on, kept["conclusion"], _read_date(answered) if answered else None)


def _read_inspection(kept: Mapping[str, Any]) -> Inspection:
    published = kept["published_on"]
    return Inspection(
        kept["id"],
        kept["number"],
        kept["framework"],
        kept["kind"],
        _read_date(kept["starts_on"]),
        _read_date(published) if published else None,
        kept["relates_to_current_urn"],
        kept["relates_assumed"],
        kept["overall"],
        kept["category_of_concern"],
        kept["safeguarding"],
        kept["grades"],
        kept["outcome"],
    )
