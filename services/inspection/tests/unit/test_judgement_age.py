"""How old a judgement is."""

from datetime import date

import pytest

from inspection.domain.judgement_age import whole_years


@pytest.mark.parametrize(
    ("since", "on", "years"),
    [
        (date(2013, 3, 4), date(2026, 3, 3), 12),
        (date(2013, 3, 4), date(2026, 3, 4), 13),
        (date(2024, 2, 29), date(2025, 2, 28), 0),
        (date(2024, 2, 29), date(2025, 3, 1), 1),
        (date(2026, 3, 4), date(2026, 3, 4), 0),
    ],
)
def test_a_year_is_complete_on_its_anniversary(since: date, on: date, years: int) -> None:
    assert whole_years(since, on) == years
