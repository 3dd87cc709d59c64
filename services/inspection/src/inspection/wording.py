"""Sentences for parents out of the catalogue: no other module holds any."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from inspection.data import load_texts

Text = str


def entry(key: str) -> Any:
    """Return what the catalogue has under a dotted key; a key that it does not have is an error."""
    found: Any = load_texts()
    for part in key.split("."):
        found = found[part]
    return found


def say(key: str, **values: object) -> Text:
    """Return the sentence under a dotted key with its places filled in."""
    return str(entry(key)).format(**values)


def known(key: str, code: object, otherwise: str = "unknown") -> Text:
    """Return the sentence for a code of a section, or the section's sentence for a code that it does not have."""
    section = entry(key)
    return str(section.get(str(code), section.get(otherwise)))


def as_date(value: date | str) -> date:
    """Return a date as the documents hold it: as one, or in ISO form."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def day(value: date | str) -> Text:
    """Return a date as people write it: 6 January 2026."""
    on = as_date(value)
    return f"{on.day} {on:%B} {on.year}"


def listed(items: Sequence[str]) -> Text:
    """Return the items as one phrase: a, b and c."""
    if len(items) < 2:  # noqa: PLR2004 - one thing is no list
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
