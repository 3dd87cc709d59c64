"""How old cases are: bands at their boundaries, and the age that a share has not passed."""

import pytest

from triage.domain.ageing import age_reached, by_band


class TestBands:
    @pytest.mark.parametrize(
        ("age", "place"), [(0, 0), (13, 0), (14, 1), (41, 1), (42, 2), (90, 2), (91, 3), (4000, 3)]
    )
    def test_begin_on_their_first_day(self, age: int, place: int) -> None:
        assert by_band({age: 2}, [0, 14, 42, 91]) == {place: 2}

    def test_add_up_the_ages_in_them(self) -> None:
        assert by_band({1: 2, 13: 3, 14: 4}, [0, 14]) == {0: 5, 1: 4}


class TestTheAgeReached:
    def test_of_no_cases_is_none(self) -> None:
        assert age_reached({}, 50) is None

    @pytest.mark.parametrize(
        ("ages", "median", "p90"),
        [
            ({7: 1}, 7, 7),
            ({1: 1, 2: 1}, 1, 2),
            ({1: 1, 2: 1, 3: 1}, 2, 3),
            ({1: 9, 50: 1}, 1, 1),
            ({1: 8, 50: 2}, 1, 50),
            ({0: 5, 30: 5}, 0, 30),
        ],
    )
    def test_is_the_smallest_that_the_share_has_not_passed(self, ages: dict[int, int], median: int, p90: int) -> None:
        assert (age_reached(ages, 50), age_reached(ages, 90)) == (median, p90)
