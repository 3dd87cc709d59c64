"""School days: which days count when a party is given so many of them."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A school holiday: first and last day are both of it."""

    first: date
    last: date
    name: str

    def outside(self, first: date, last: date) -> "list[Holiday]":
        """What of it lies before the one day or after the other."""
        before = replace(self, last=min(self.last, first - _DAY))
        after = replace(self, first=max(self.first, last + _DAY))
        return [piece for piece in (before, after) if piece.first <= piece.last]


@dataclass(frozen=True, slots=True)
class Term:
    """A term as an authority publishes it: schools are open from `first` to `last`, but for the half-term."""

    name: str
    first: date
    last: date
    half_term: tuple[date, date] | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a time in school days.

    `not_counted` names the holidays that fell into it, in their order. `complete` is False where the time goes on past
    the terms that are known: weekends and bank holidays are left out there, school holidays could not be.
    """

    on: date
    school_days: int
    not_counted: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """School holidays of an area, the bank holidays, and the times (first and last day) whose holidays are known."""

    holidays: tuple[Holiday, ...]
    bank_holidays: Container[date]
    known: tuple[tuple[date, date], ...]

    def closed_for(self, day: date) -> str | None:
        """Why a weekday is no school day; None for a school day."""
        for holiday in self.holidays:
            if holiday.first <= day <= holiday.last:
                return holiday.name
        return "bank holiday" if day in self.bank_holidays else None

    def is_school_day(self, day: date) -> bool:
        """Whether schools are open on this day."""
        return day.weekday() < SATURDAY and self.closed_for(day) is None

    def after(self, day: date, school_days: int) -> Deadline:
        """Return the day that is so many school days after another, which is not counted itself."""
        left, skipped, complete = school_days, list[str](), True
        while left > 0:
            day += _DAY
            if day.weekday() >= SATURDAY:
                continue
            complete = complete and self.is_known(day)
            if (why := self.closed_for(day)) is None:
                left -= 1
            else:
                skipped.append(why)
        return Deadline(day, school_days, tuple(dict.fromkeys(skipped)), complete)

    def is_known(self, day: date) -> bool:
        """Whether the school holidays of that time are known."""
        return any(first <= day <= last for first, last in self.known)

    def with_terms(self, terms: Sequence[Term]) -> "SchoolCalendar":
        """Return the calendar that goes by these terms, in their order; before and after them by what it went by."""
        first, last = terms[0].first, terms[-1].last
        kept = [piece for holiday in self.holidays for piece in holiday.outside(first, last)]
        return replace(self, holidays=(*kept, *_holidays_of(terms)), known=(*self.known, (first, last)))


def read_calendar(document: Mapping[str, Any], la: str | None, bank_holidays: Container[date]) -> SchoolCalendar:
    """Return the calendar of an authority from a document of school holidays: its own list, or else the default."""
    rows: Sequence[Mapping[str, str]] = document["by_la"].get(la) or document["default"]
    holidays = [Holiday(_day(row["from"]), _day(row["to"]), row["name"]) for row in rows]
    known = document["known"]
    return SchoolCalendar(tuple(holidays), bank_holidays, ((_day(known["from"]), _day(known["to"])),))


def read_terms(rows: Sequence[Mapping[str, Any]]) -> list[Term]:
    """Return terms from their document."""
    return [
        Term(row["name"], _day(row["first_day"]), _day(row["last_day"]), _half_term(row["half_term"])) for row in rows
    ]


def _half_term(row: Mapping[str, str] | None) -> tuple[date, date] | None:
    return (_day(row["first_day"]), _day(row["last_day"])) if row else None


def faults_of(terms: Sequence[Term]) -> list[tuple[str, str, str]]:
    """Return what is wrong with the order of terms: where in the list, what, and a code."""
    found = []
    for place, term in enumerate(terms):
        if term.first > term.last:
            found.append((f"/{place}/last_day", "A term ends on its first day or later.", "out_of_order"))
        if place and term.first <= terms[place - 1].last:
            found.append((f"/{place}/first_day", "A term begins after the one before it has ended.", "out_of_order"))
        if term.half_term and not term.first < term.half_term[0] <= term.half_term[1] < term.last:
            found.append((f"/{place}/half_term", "A half-term lies within its term, in order.", "out_of_order"))
    return found


def _holidays_of(terms: Sequence[Term]) -> list[Holiday]:
    halves = [Holiday(*term.half_term, f"half-term of {term.name}") for term in terms if term.half_term]
    between = [
        Holiday(term.last + _DAY, following.first - _DAY, f"holiday after {term.name}")
        for term, following in pairwise(terms)
    ]
    return [*halves, *(holiday for holiday in between if holiday.first <= holiday.last)]


def _day(text: str) -> date:
    return date.fromisoformat(text)
