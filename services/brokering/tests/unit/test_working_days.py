"""Three working days, over weekends and bank holidays."""

from __future__ import annotations

from datetime import date

import pytest

from brokering.conflict_checks.working_days import is_working_day, working_days_after


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (date(2026, 11, 23), date(2026, 11, 26)),  # Monday to Thursday
        (date(2026, 11, 27), date(2026, 12, 2)),  # over a weekend
        (date(2026, 11, 28), date(2026, 12, 2)),  # asked on a Saturday
        (date(2026, 12, 23), date(2026, 12, 30)),  # Christmas, and Boxing Day given on the Monday
        (date(2026, 4, 2), date(2026, 4, 9)),  # Good Friday and Easter Monday
    ],
)
def test_three_working_days(asked: date, due: date) -> None:
    assert working_days_after(asked, 3) == due


def test_a_holiday_of_scotland_alone_is_worked() -> None:
    assert is_working_day(date(2026, 11, 30))  # St Andrew's Day
