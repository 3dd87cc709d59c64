"""Working days in England: Monday to Friday without the bank holidays."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays

SATURDAY = 5


@lru_cache(maxsize=8)
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    """Tell whether offices are open on a day."""
    return day.weekday() < SATURDAY and day not in _bank_holidays(day.year)


def working_days_after(day: date, count: int) -> date:
    """Return the day that is so many working days after another, which is not counted itself."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
