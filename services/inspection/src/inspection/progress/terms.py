"""The terms that progress data is supplied for, written `2025-26-autumn`."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from inspection.data import load
from inspection.domain.periods import Term, parse_academic_year


@cache
def terms() -> Mapping[str, Term]:
    """Return the terms of an academic year by code, in their order."""
    return {
        entry["code"]: Term(entry["code"], entry["label"], (entry["begins"][0], entry["begins"][1]))
        for entry in load("terms")
    }


@cache
def earliest_year() -> str:
    """Return the first academic year that progress data may be of."""
    (year,) = (str(entry["value"]) for entry in load("period_limits") if entry["code"] == "earliest_year")
    return year


def wrong_period(period: str, today: date) -> str | None:
    """Return what is wrong with a period, None for a term that has begun and is not too long ago."""
    year, _, code = period.rpartition("-")
    try:
        known = parse_academic_year(year) == year and code in terms()
    except ValueError:
        known = False
    if not known:
        return f"{period!r} is no term: write it as 2025-26-autumn, with one of {', '.join(terms())}."
    if first_day(period) > today:
        return f"The term {period} has not begun."
    earliest = earliest_year()
    return f"There is no progress data of terms before {earliest}." if int(year[:4]) < int(earliest[:4]) else None


def first_day(period: str) -> date:
    """Return the day a term begins on."""
    year, _, code = period.rpartition("-")
    every = list(terms().values())
    return terms()[code].first_day(year, every[0].begins)


def label(period: str) -> str:
    """Return a term as people write it, `Autumn term 2025/26`."""
    year, _, code = period.rpartition("-")
    return f"{terms()[code].label} {year.replace('-', '/')}"
