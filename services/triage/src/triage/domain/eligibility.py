"""What eligibility for a programme of support rests on: values, three-valued answers, and what is surely known.

A rule answers True, False, or None where a fact that could decide is not held. Grades are overall grades 1 to 4.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from triage.domain.facts import GRADED, Inspection

Answer = bool | None

ELIGIBLE: Final = "eligible"
INELIGIBLE: Final = "ineligible"
UNDETERMINED: Final = "undetermined"
_RESULTS: Final[Mapping[Answer, str]] = {True: ELIGIBLE, False: INELIGIBLE, None: UNDETERMINED}
_TEXTS: Final[Mapping[Answer, str]] = {True: "holds", False: "fails", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in a trust, `joined_on <= day < left_on`. `joined_on` None: from before anything is known."""

    trust_uid: str
    joined_on: date | None
    joined_assumed: bool = False
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A school as eligibility looks at it. `counted_as` is the kind of its responsible body, None if not known."""

    urn: int
    name: str = ""
    inspections: tuple[Inspection, ...] = ()
    stays: tuple[Stay, ...] = ()
    open_date: date | None = None
    counted_as: str | None = None

    def graded(self) -> list[Inspection]:
        """All graded inspections that are held, newest first."""
        found = [each for each in self.inspections if each.kind == GRADED]
        return sorted(found, key=lambda each: (each.starts_on, each.visible_from, each.id), reverse=True)

    def stay_on(self, day: date) -> tuple[Stay | None, bool]:
        """The time in a trust that holds on a day, and whether it was assumed.

        Before the first file that shows a school in a trust, the first trust known is taken; not before it opened.
        """
        for stay in self.stays:
            if (stay.joined_on is None or stay.joined_on <= day) and (stay.left_on is None or day < stay.left_on):
                return stay, stay.joined_assumed
        if not self.stays or (self.open_date is not None and day < self.open_date):
            return None, False
        first = min(self.stays, key=lambda stay: stay.joined_on or date.min)
        if first.joined_assumed and first.joined_on is not None and day < first.joined_on:
            return first, True
        return None, False

    def joining(self, stay: Stay) -> tuple[date | None, date | None]:
        """The earliest and the latest day on which the school can have joined; None: no bound is known."""
        first = min(self.stays, key=lambda each: each.joined_on or date.min)
        known = not stay.joined_assumed or self.open_date is not None or stay != first
        return (stay.joined_on if known else None), stay.joined_on


@dataclass(frozen=True, slots=True)
class Programme:
    """One version of a programme's document, as the rules read it."""

    code: str
    version: int
    parameters: Mapping[str, Any]
    rules: Mapping[str, Mapping[str, str]]
    assumptions: Mapping[str, str]

    def day(self, bound: str) -> date:
        """A bound (`from`, `to`) of the window in which a judgement is received."""
        return date.fromisoformat(self.parameters["window"][bound])

    def tried(self, rule: str, answer: Answer, inputs: Mapping[str, Any], **words: Any) -> "Tried":
        """A rule that was tried, told in the words of the document."""
        text = self.rules[rule][_TEXTS[answer]].format(**{**inputs, **words})
        return Tried(rule, self.rules[rule]["route"], answer, inputs, text)


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule with its answer, what it looked at, and the sentence that says so."""

    rule: str
    route: str
    fired: Answer
    inputs: Mapping[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class Eligibility:
    """A result by the criteria, with every rule tried.

    `assumptions`: (code, urn). `possible_tiers`: those of `sio-2019-20` that what is held leaves possible.
    """

    result: str
    rules: tuple[Tried, ...]
    assumptions: tuple[tuple[str, int], ...] = ()
    possible_tiers: tuple[int, ...] = ()
    schools: tuple[Mapping[str, Any], ...] = field(default=())


def result_of(answer: Answer) -> str:
    """The result that an answer means."""
    return _RESULTS[answer]


def both(answers: Iterable[Answer]) -> Answer:
    """True if all hold, False if any surely does not, else None."""
    given = list(answers)
    return False if False in given else (None if None in given else True)


def either(answers: Iterable[Answer]) -> Answer:
    """True if any holds, False if surely none does, else None."""
    given = list(answers)
    return True if True in given else (None if None in given else False)


@dataclass(frozen=True, slots=True)
class Known:
    """The graded inspections visible on a day, newest first, and whether there may be others before them."""

    visible: tuple[Inspection, ...]
    earlier_possible: bool
    assumed_first: bool


def known_on(school: Candidate, as_of: date, shown_by_the_file: int) -> Known:
    """What is known of a school on a day. The file shows its latest graded inspections running, and none before those.

    Where fewer are held than a file shows, there was none before (`assumed_first`).
    """
    held = school.graded()
    visible = tuple(each for each in held if each.visible_from <= as_of)
    complete = len(held) < shown_by_the_file
    return Known(visible, not complete, complete and bool(held))


def shown(inspection: Inspection) -> dict[str, Any]:
    """An inspection as an input of a rule."""
    return {
        "inspection_id": inspection.id,
        "number": inspection.number,
        "starts_on": inspection.starts_on,
        "published_on": inspection.published_on,
        "overall": inspection.overall,
        "relates_to_current_urn": inspection.relates_to_current_urn,
        "relates_assumed": inspection.relates_assumed,
    }
