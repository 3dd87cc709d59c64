"""School days: weekends, bank holidays and school holidays do not count."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.domain.calendar import SchoolCalendar, Term, faults_of, read_calendar
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

    def test_what_runs_through_days_that_are_not_known_says_so(self) -> None:
        assert not calendar().after(date(2025, 8, 28), 5).complete

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


AUTUMN = Term("autumn term", date(2026, 9, 1), date(2026, 12, 11), (date(2026, 10, 19), date(2026, 10, 23)))
SPRING = Term("spring term", date(2027, 1, 4), date(2027, 3, 19), None)


class TestTermDatesOfAnAuthority:
    def test_the_days_between_two_terms_do_not_count(self) -> None:
        found = calendar().with_terms([AUTUMN, SPRING]).after(date(2026, 12, 11), 1)
        assert (found.on, found.not_counted) == (date(2027, 1, 4), ("holiday after autumn term",))

    @pytest.mark.parametrize(
        ("day", "school_day"),
        [
            (date(2026, 10, 16), True),
            (date(2026, 10, 19), False),
            (date(2026, 10, 23), False),
            (date(2026, 10, 26), True),
        ],
    )
    def test_its_half_term_takes_the_place_of_the_default_one(self, day: date, school_day: bool) -> None:
        assert calendar().with_terms([AUTUMN, SPRING]).is_school_day(day) is school_day

    def test_after_its_last_term_the_default_is_gone_by(self) -> None:
        held = calendar().with_terms([AUTUMN, SPRING])
        assert held.is_school_day(date(2027, 3, 25))
        assert held.closed_for(date(2027, 3, 30)) == "Easter 2027"

    def test_a_default_holiday_that_its_last_day_cuts_goes_on_the_day_after(self) -> None:
        held = calendar().with_terms([Term("all year", date(2026, 9, 1), date(2026, 12, 22), None)])
        assert held.is_school_day(date(2026, 12, 22))
        assert held.closed_for(date(2026, 12, 23)) == "Christmas 2026"

    def test_its_terms_are_known_where_the_default_is_not(self) -> None:
        terms = [Term("autumn term", date(2028, 9, 1), date(2028, 12, 15), None)]
        assert calendar().with_terms(terms).after(date(2028, 8, 31), 10).complete
        assert not calendar().with_terms(terms).after(date(2028, 12, 10), 10).complete

    @pytest.mark.parametrize(
        ("terms", "where"),
        [
            ([Term("a", date(2026, 9, 2), date(2026, 9, 1), None)], ["/0/last_day"]),
            ([AUTUMN, Term("b", date(2026, 12, 11), date(2027, 3, 19), None)], ["/1/first_day"]),
            ([Term("a", date(2026, 9, 1), date(2026, 12, 1), (date(2026, 9, 1), date(2026, 9, 5)))], ["/0/half_term"]),
            (
                [Term("a", date(2026, 9, 1), date(2026, 12, 1), (date(2026, 10, 9), date(2026, 10, 5)))],
                ["/0/half_term"],
            ),
            ([Term("a", date(2026, 9, 1), date(2026, 9, 1), None)], []),
            ([AUTUMN, SPRING], []),
        ],
    )
    def test_terms_out_of_order_are_told(self, terms: list[Term], where: list[str]) -> None:
        assert [pointer for pointer, _, _ in faults_of(terms)] == where
