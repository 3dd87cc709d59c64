"""Amounts as they are written in sentences."""

import pytest

from brokering.domain.money import told


@pytest.mark.parametrize(
    ("pence", "text"),
    [(0, "£0"), (50, "£0.50"), (100_000, "£1,000"), (100_010, "£1,000.10"), (64_622_500, "£646,225"), (1, "£0.01")],
)
def test_pence_are_two_figures_or_none(pence: int, text: str) -> None:
    assert told(pence) == text
