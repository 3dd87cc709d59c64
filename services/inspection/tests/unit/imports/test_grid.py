"""The National Grid to degrees, by the worked example of Ordnance Survey's guide and places known."""

from math import cos, hypot, radians

import pytest

from inspection.domain.grid import degrees_of, osgb36_degrees

METRES_OF_A_DEGREE = 111_320.0


def metres_apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = (one[0] - other[0]) * METRES_OF_A_DEGREE
    east = (one[1] - other[1]) * METRES_OF_A_DEGREE * cos(radians(one[0]))
    return hypot(north, east)


def test_the_guides_worked_example() -> None:
    expected = (52 + 39 / 60 + 27.2531 / 3600, 1 + 43 / 60 + 4.5177 / 3600)
    assert osgb36_degrees(651409.903, 313177.270) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(
    ("grid", "wgs84"),
    [
        ((651410, 313177), (52 + 39 / 60 + 28.8282 / 3600, 1 + 42 / 60 + 57.8663 / 3600)),
        ((533498, 181201), (51.51397, -0.07753)),
    ],
)
def test_within_five_metres_of_where_it_is(grid: tuple[int, int], wgs84: tuple[float, float]) -> None:
    found = degrees_of(*grid)
    assert found is not None
    assert metres_apart(found, wgs84) < 5


@pytest.mark.parametrize("outside", [(0, 0), (700_000, 100_000), (400_000, 1_300_000), (-1, 5)])
def test_outside_the_grid_is_nowhere(outside: tuple[int, int]) -> None:
    assert degrees_of(*outside) is None
