"""Reads the code lists, which are files of this package and change only with a release."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from inspection.data import load

LISTS: Final = (
    "frameworks",
    "areas",
    "grades",
    "grade_reasons",
    "categories",
    "safeguarding",
    "outcomes",
    "inspection_states",
    "inspection_steps",
    "phases",
    "statuses",
    "regions",
    "local_authorities",
    "school_types",
    "group_kinds",
    "link_kinds",
    "warnings",
    "measures",
    "cell_statuses",
    "comparisons",
    "terms",
    "deprivation",
)


def code_lists() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return every list by its name; an entry has at least `code` and `label`."""
    return {name: load(name) for name in LISTS}
