"""What the trust's page says of a day of joining that the record does not tell."""

from datetime import date

import pytest

from inspection.pages.trust_words import joined

OPENED, SEEN = date(2016, 9, 1), date(2025, 8, 31)


@pytest.mark.parametrize(
    ("joined_on", "assumed", "words"),
    [
        (OPENED, True, "1 September 2016, when it opened, or later"),
        (SEEN, True, "31 August 2025 or earlier"),
        (OPENED, False, "1 September 2016"),
        (None, None, "Not known"),
    ],
)
def test_no_school_joined_before_it_opened(joined_on: date | None, assumed: bool | None, words: str) -> None:
    assert joined({"joined_on": joined_on, "joined_on_assumed": assumed, "open_date": OPENED}) == words
