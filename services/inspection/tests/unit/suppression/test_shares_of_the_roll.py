"""Official shares of the roll beside the file's cohort and the register's rolls: none may give a few pupils away."""

from collections.abc import Iterator
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.dashboards.figures import Cell, hidden_codes
from inspection.dashboards.measures import roll_may_be

SHARE = "fsm_ever6_percent"
COHORTS = st.one_of(st.none(), st.integers(0, 400))
ROLLS = st.sets(st.integers(0, 400), max_size=3)
FEW = range(1, 6)


def is_shown(percent: float, cohort: int | None, *rolls: int) -> bool:
    return SHARE not in hidden_codes([Cell(SHARE, percent, cohort)], rolls)


def numbers_of(percent: float, whole: int) -> Iterator[int]:
    """Yield what a share may be found to be of a whole: the pupils that round to it, and the product, rounded."""
    yield from (number for number in range(whole + 1) if whole and round(100 * number / whole, 1) == percent)
    yield round(percent * whole / 100)


def gives_few_away(percent: float, whole: int) -> bool:
    return any(number in FEW or whole - number in FEW for number in numbers_of(percent, whole))


@given(st.integers(0, 1000), COHORTS, ROLLS)
def test_no_share_that_is_shown_stands_for_a_few_of_any_whole_told(
    tenths: int, cohort: int | None, rolls: set[int]
) -> None:
    percent = tenths / 10
    wholes = rolls if cohort is None else {cohort, *rolls}
    if is_shown(percent, cohort, *rolls):
        assert wholes
        assert [whole for whole in wholes if gives_few_away(percent, whole)] == []


@given(st.integers(0, 1000), ROLLS.filter(bool), st.data())
def test_no_share_that_is_shown_stands_for_a_few_of_a_whole_that_no_file_gives(
    tenths: int, rolls: set[int], data: st.DataObject
) -> None:
    percent = tenths / 10
    if is_shown(percent, None, *rolls):
        least, most = roll_may_be()
        whole = data.draw(st.integers(ceil(min(rolls) * least), int(max(rolls) * most)))
        assert not gives_few_away(percent, whole), (percent, whole)


@pytest.mark.parametrize(
    ("percent", "cohort", "roll", "shown"),
    [
        pytest.param(4.4, 114, 143, False, id="few of the cohort"),
        pytest.param(1.0, 688, 344, False, id="few of the roll"),
        pytest.param(25.0, 200, 240, True, id="many of both"),
        pytest.param(10.4, None, 60, False, id="few of a census roll of 48"),
        pytest.param(25.0, None, 60, True, id="many of half the roll"),
        pytest.param(19.9, None, 60, False, id="few of half the roll"),
        pytest.param(0.0, None, 60, True, id="none"),
        pytest.param(0.0, None, 1200, False, id="none or one of twice the roll"),
        pytest.param(90.0, None, 60, False, id="few are left of half the roll"),
    ],
)
def test_boundaries(percent: float, cohort: int | None, roll: int, shown: bool) -> None:
    assert is_shown(percent, cohort, roll) is shown


def test_a_roll_that_the_register_told_before_counts() -> None:
    assert is_shown(20.0, None, 100)
    assert not is_shown(20.0, None, 100, 40)
    assert not is_shown(20.0, 100, 100, 29)


class TestSessionsMissed:
    @pytest.mark.parametrize(
        ("missed", "cohort", "shown"),
        [
            pytest.param(0.3, 50, False, id="one persistent absentee at most"),
            pytest.param(1.1, 50, False, id="five at most"),
            pytest.param(1.2, 50, True, id="six at most"),
            pytest.param(0.0, 50, True, id="none"),
            pytest.param(0.0, 200, False, id="none or one of so many"),
        ],
    )
    def test_are_hidden_where_they_make_the_persistent_absentees_a_few(
        self, missed: float, cohort: int, shown: bool
    ) -> None:
        assert (hidden_codes([Cell("absence_percent", missed, cohort)], [cohort]) == set()) is shown

    @pytest.mark.parametrize(("rolls", "shown"), [((12, 60), False), ((24, 30), False), ((900, 1000), True)])
    def test_by_every_roll_between_the_ends_where_no_file_tells(self, rolls: tuple[int, int], shown: bool) -> None:
        assert (hidden_codes([Cell("absence_percent", 1.5, None)], rolls) == set()) is shown


class TestFamiliesOfFiles:
    def test_pupils_with_neither_plan_nor_support(self) -> None:
        shares = [Cell("sen_ehcp_percent", 50.0, 600), Cell("sen_support_percent", 49.5, 600)]
        assert hidden_codes(shares, [600]) == {"sen_support_percent"}
        assert hidden_codes([shares[0], Cell("sen_support_percent", 12.0, 600)], [600]) == set()

    def test_pupils_who_entered_the_ebacc_and_did_not_achieve_it(self) -> None:
        entered, achieved = "ks4_ebacc_entry_percent", "ks4_ebacc_4_percent"
        for order in ([Cell(entered, 60, 50), Cell(achieved, 54, 50)], [Cell(achieved, 54, 50), Cell(entered, 60, 50)]):
            assert hidden_codes(order, [300]) == {achieved}

    def test_pupils_with_english_and_maths_who_did_not_achieve_the_ebacc(self) -> None:
        results = [Cell("ks4_ebacc_4_percent", 54, 50), Cell("ks4_english_maths_4_percent", 60, 50)]
        assert hidden_codes(results, [300]) == {"ks4_ebacc_4_percent"}
        assert hidden_codes([results[0], Cell("ks4_english_maths_4_percent", 80, 50)], [300]) == set()


class TestResultsWithoutACohort:
    @pytest.mark.parametrize(
        ("code", "value", "roll", "shown"),
        [
            pytest.param("ks2_rwm_higher_percent", 3.0, 210, True, id="few of a year group, as published"),
            pytest.param("ks2_rwm_expected_percent", 90.0, 30, True, id="all but few, as published"),
            pytest.param("ks2_rwm_higher_percent", 0.0, 30, True, id="none of a small school"),
            pytest.param("ks2_rwm_higher_percent", 0.0, 210, True, id="none of a large school"),
            pytest.param("ks4_ebacc_4_percent", 0.0, 1200, True, id="none of a secondary school"),
            pytest.param("ks2_rwm_expected_percent", 100.0, 420, True, id="all of a large school"),
            pytest.param("ks2_rwm_expected_percent", 60.0, 5, False, id="of a few"),
            pytest.param("ks2_reading_progress", 3.0, 5, False, id="a mean of a few"),
            pytest.param("ks4_progress8_disadvantaged", 0.9, 5, False, id="a mean of some of a few"),
            pytest.param("ks2_reading_progress", 3.0, 6, True, id="a mean of six"),
        ],
    )
    def test_are_shown_as_published_where_the_roll_is_no_few(
        self, code: str, value: float, roll: int, shown: bool
    ) -> None:
        assert (hidden_codes([Cell(code, value, None)], [roll]) == set()) is shown
        assert hidden_codes([Cell(code, value, None)], [roll // 2, roll]) == hidden_codes(
            [Cell(code, value, None)], [roll]
        )

    def test_are_hidden_where_no_roll_is_known(self) -> None:
        assert hidden_codes([Cell("ks2_reading_progress", 3.0, None)], []) == {"ks2_reading_progress"}

    def test_of_disadvantaged_pupils_are_hidden_where_these_are_a_few(self) -> None:
        results = Cell("ks4_progress8_disadvantaged", 0.24, None)
        assert hidden_codes([results, Cell(SHARE, 1.0, None)], [300]) == {SHARE, results.measure}
        assert hidden_codes([results, Cell(SHARE, 20.0, None)], [300]) == set()
