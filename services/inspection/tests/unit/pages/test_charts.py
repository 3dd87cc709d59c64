"""Charts draw what is known, and nothing where nothing is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.pages.charts import PLOT_HEIGHT, PLOT_TOP, WIDTH, bars, lines, scale_boxes
from inspection.pages.figures import cell_text

VALUES = st.lists(st.none() | st.floats(-100, 100), min_size=1, max_size=8)


class TestBars:
    def test_values_share_a_zero_line(self) -> None:
        laid = bars([10, -10, None, 0])

        assert laid.zero == WIDTH / 2
        assert [(bar.x, bar.width) for bar in laid.bars] == [
            (WIDTH / 2, WIDTH / 2),
            (0, WIDTH / 2),
            (None, None),
            (WIDTH / 2, 1),
        ]

    @given(VALUES)
    def test_no_bar_leaves_the_picture(self, values: list[float | None]) -> None:
        laid = bars(values)

        for bar, value in zip(laid.bars, values, strict=True):
            assert (bar.width is None) == (value is None)
            if bar.x is not None and bar.width is not None:
                assert bar.x >= -0.2
                assert bar.x + bar.width <= WIDTH + 1.2


class TestLines:
    def test_a_gap_stays_a_gap(self) -> None:
        laid = lines([[1, None, 3, 2]])

        assert [len(run) for run in laid.lines[0]] == [1, 2]
        assert (laid.low, laid.high) == (1, 3)

    @given(st.lists(VALUES, min_size=1, max_size=3))
    def test_no_point_leaves_the_picture(self, series: list[list[float | None]]) -> None:
        points = [point for line in lines(series).lines for run in line for point in run]

        assert len(points) == sum(value is not None for values in series for value in values)
        for x, y in points:
            assert 0 <= x <= WIDTH + 0.1
            assert PLOT_TOP <= y <= PLOT_TOP + PLOT_HEIGHT


class TestScale:
    def test_the_best_grade_fills_all_boxes_and_the_lowest_one(self) -> None:
        assert sum(bool(box["filled"]) for box in scale_boxes(1, 5)) == 5
        assert sum(bool(box["filled"]) for box in scale_boxes(5, 5)) == 1


class TestCells:
    @pytest.mark.parametrize(
        ("cell", "unit", "text"),
        [
            ({"status": "value", "value": 0}, "percent", "0%"),
            ({"status": "value", "value": 14.60}, "percent", "14.6%"),
            ({"status": "value", "value": 1234}, "pupils", "1,234"),
            ({"status": "value", "value": -0.25}, "score", "-0.25"),
            ({"status": "value", "value": 100}, "percent", "100%"),
            ({"status": "suppressed", "value": None}, "percent", "Not shown, to protect pupils"),
            ({"status": "not_collected", "value": None}, "percent", "Not collected"),
            ({"status": "missing", "value": None}, "percent", "Not known"),
        ],
    )
    def test_each_kind_of_unknown_has_words_of_its_own(self, cell: dict[str, object], unit: str, text: str) -> None:
        assert cell_text(cell, unit) == text
