"""Drawings as SVG in the page itself: only coordinates, in pixels of the view box; the templates hold the marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BOX: Final = 22
GAP: Final = 4
WIDTH: Final = 320
ROW: Final = 40
BAR_TOP: Final = 20
DECIMALS: Final = 6
PLOT_TOP: Final = 18
PLOT_HEIGHT: Final = 120

Value = float | None


def scale_boxes(place: int, of: int) -> list[dict[str, int | bool]]:
    """Return the boxes of a scale from the lowest grade to the highest: filled up to the grade's own place."""
    reached = of - place + 1
    return [{"x": number * (BOX + GAP), "filled": number < reached} for number in range(of)]


def scale_width(of: int) -> int:
    """Return the width of a scale of so many grades."""
    return of * (BOX + GAP) - GAP


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar under its label: `x` and `width` are None where there is no value to draw."""

    label_y: int
    y: int
    x: float | None
    width: float | None


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars one under the other, from a common zero line."""

    height: int
    zero: float
    bars: tuple[Bar, ...]


def bars(values: Sequence[Value]) -> Bars:
    """Lay out a bar for each value; below zero they run to the left of the zero line."""
    values = [None if value is None else round(value, DECIMALS) for value in values]
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    scale = WIDTH / ((high - low) or 1)
    zero = round(-low * scale, 1)
    laid = []
    for number, value in enumerate(values):
        top = number * ROW
        x = None if value is None else round(zero + min(0.0, value * scale), 1)
        width = None if value is None else round(max(abs(value) * scale, 1), 1)
        laid.append(Bar(top + BAR_TOP - 6, top + BAR_TOP, x, width))
    return Bars(len(values) * ROW, zero, tuple(laid))


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over the same periods: the runs of known points of each, as (x, y); a gap is where nothing is known."""

    height: int
    low: float
    high: float
    lines: tuple[tuple[tuple[tuple[float, float], ...], ...], ...]


def lines(series: Sequence[Sequence[Value]]) -> Lines:
    """Lay out one line for each series of values over time."""
    known = [value for values in series for value in values if value is not None] or [0.0]
    low, high = min(known), max(known)
    step = WIDTH / max(max(map(len, series), default=1) - 1, 1)

    def at(place: int, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(place * step, 1), round(PLOT_TOP + (1 - share) * PLOT_HEIGHT, 1)

    laid = tuple(tuple(tuple(at(*point) for point in run) for run in _runs(values)) for values in series)
    return Lines(PLOT_TOP * 2 + PLOT_HEIGHT, low, high, laid)


def _runs(values: Sequence[Value]) -> list[list[tuple[int, float]]]:
    """Return the unbroken runs of known values with their places."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is not None:
            runs[-1].append((place, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
