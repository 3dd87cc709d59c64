"""Drawings as SVG in the page itself: coordinates only, the templates hold the marks."""

from typing import Final

BOX: Final = 22
GAP: Final = 4


def scale_boxes(place: int, of: int) -> list[dict[str, int | bool]]:
    """Return the boxes of a scale from the lowest grade to the highest: filled up to the grade's own place."""
    reached = of - place + 1
    return [{"x": number * (BOX + GAP), "filled": number < reached} for number in range(of)]


def scale_width(of: int) -> int:
    """Return the width of a scale of so many grades, in pixels."""
    return of * (BOX + GAP) - GAP
