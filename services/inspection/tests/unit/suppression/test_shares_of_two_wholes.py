"""Official shares beside two wholes, the file's cohort and the register's roll: neither may give a few pupils away."""

from hypothesis import given
from hypothesis import strategies as st

from inspection.dashboards.figures import Cell, hidden_codes

SHARE = "fsm_ever6_percent"
WHOLES = st.one_of(st.none(), st.integers(0, 400))


@given(st.integers(0, 1000), WHOLES, WHOLES)
def test_no_share_that_is_shown_stands_for_a_few_of_either(tenths: int, cohort: int | None, roll: int | None) -> None:
    percent = tenths / 10
    shown = SHARE not in hidden_codes([Cell(SHARE, percent, cohort)], roll)
    wholes = [whole for whole in (cohort, roll) if whole is not None]
    assert wholes or not shown
    for whole in wholes:
        fitting = [number for number in range(whole + 1) if whole and round(100 * number / whole, 1) == percent]
        few = [number for number in fitting if 0 < number < 6 or 0 < whole - number < 6]
        assert not (shown and few), (percent, whole, few)
        estimate = round(percent * whole / 100)
        assert not shown or not {estimate, whole - estimate} & set(range(1, 6))


def test_a_share_that_one_whole_hides_is_hidden() -> None:
    assert hidden_codes([Cell(SHARE, 4.4, 114)], 143) == {SHARE}
    assert hidden_codes([Cell(SHARE, 1.0, 688)], 344) == {SHARE}
    assert hidden_codes([Cell(SHARE, 25.0, 200)], 240) == set()
