"""How old a judgement is, in whole years."""

from datetime import date


def whole_years(since: date, on: date) -> int:
    """Return the whole years between two days; an anniversary completes one, that of 29 February on 1 March."""
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))
