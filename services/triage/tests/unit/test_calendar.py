"""School days: weekends, bank holidays and school holidays do not count."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.domain.calendar import SchoolCalendar, read_calendar
from triage.procedure.documents import SCHOOL_HOLIDAYS, newest
from triage.procedure.service import bank_holidays


def calendar(la: str | None = None, **by_la: list[dict[str, str]]) -> SchoolCalendar:
    return read_calendar({**newest(SCHOOL_HOLIDAYS), "by_la": by_la}, la, bank_holidays())


class TestSchoolDays:
    def test_christmas_does_not_count(self) -> None:
        found = calendar().after(date(2026, 12, 14), 10)
        assert (found.on, found.not_counted) == (date(2027, 1, 11), ("Christmas 2026",))

    def test_a_weekend_does_not_count(self) -> None:
        assert calendar().after(date(2026, 11, 27), 1).on == date(2026, 11, 30)

    @pytest.mark.parametrize("day", [date(2026, 5, 4), date(2027, 5, 3), date(2030, 5, 6)])
    def test_a_bank_holiday_in_term_does_not_count(self, day: date) -> None:
        found = calendar().after(day - timedelta(days=1), 1)
        assert (found.on, found.not_counted) == (day + timedelta(days=1), ("bank holiday",))

    def test_an_authority_has_its_own_holidays(self) -> None:
        own = [{"from": "2026-11-30", "to": "2026-12-04", "name": "a week of its own"}]
        assert calendar("201", **{"201": own}).after(date(2026, 11, 27), 1).on == date(2026, 12, 7)
        assert calendar("202", **{"201": own}).after(date(2026, 11, 27), 1).on == date(2026, 11, 30)

    def test_past_the_known_terms_it_says_so(self) -> None:
        assert calendar().after(date(2026, 11, 27), 15).complete
        assert not calendar().after(date(2028, 8, 20), 15).complete

    @given(st.dates(date(2025, 9, 1), date(2028, 7, 1)), st.integers(1, 60))
    def test_as_many_school_days_lie_between_as_were_given(self, day: date, school_days: int) -> None:
        held = calendar()
        found = held.after(day, school_days).on
        between = [day + timedelta(days=n) for n in range(1, (found - day).days + 1)]
        assert sum(held.is_school_day(each) for each in between) == school_days
        assert held.is_school_day(found)
