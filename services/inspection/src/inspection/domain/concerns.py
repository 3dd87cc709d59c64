"""The category of concern that grades call for. It only checks the one given: the one given is stored."""

from collections.abc import Mapping

URGENT = "urgent_improvement"
NOT_MET = "not_met"
LEADERSHIP = "leadership_and_governance"

MISSING = "category_missing"
MISMATCH = "category_mismatch"


def category_of_card(grades: Mapping[str, object], safeguarding: str | None) -> str | None:
    """Return SM, RSI or None for a report card.

    Urgent improvement in any area or safeguarding not met calls for RSI; with leadership and governance urgent as well,
    for SM.
    """
    if grades.get(LEADERSHIP) == URGENT:
        return "SM"
    if safeguarding == NOT_MET or URGENT in grades.values():
        return "RSI"
    return None


def check_category(given: str | None, expected: str | None) -> str | None:
    """Return the code of a warning where the category given is not the one expected."""
    if given == expected:
        return None
    return MISSING if given is None else MISMATCH
