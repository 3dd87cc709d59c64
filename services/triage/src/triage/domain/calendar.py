"""School days: which days count when a party is given so many of them."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A school holiday: first and last day are both of it."""

    first: date
    last: date
    name: str


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
    """School holidays of an area, the bank holidays, and the dates between which the school holidays are known."""

    holidays: tuple[Holiday, ...]
    bank_holidays: Container[date]
    known_from: date
    known_to: date

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
        left, skipped = school_days, []
        while left > 0:
            day += _DAY
            if day.weekday() >= SATURDAY:
                continue
            if (why := self.closed_for(day)) is None:
                left -= 1
            else:
                skipped.append(why)
        complete = self.known_from <= day <= self.known_to
        return Deadline(day, school_days, tuple(dict.fromkeys(skipped)), complete)


def read_calendar(document: Mapping[str, Any], la: str | None, bank_holidays: Container[date]) -> SchoolCalendar:
    """Return the calendar of an authority from a document of school holidays: its own list, or else the default."""
    rows: Sequence[Mapping[str, str]] = document["by_la"].get(la) or document["default"]
    holidays = [Holiday(_day(row["from"]), _day(row["to"]), row["name"]) for row in rows]
    known = document["known"]
    return SchoolCalendar(tuple(holidays), bank_holidays, _day(known["from"]), _day(known["to"]))


def _day(text: str) -> date:
    return date.fromisoformat(text)
