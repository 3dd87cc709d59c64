"""How an inspection in a file meets the ones already stored: by identity, and by which file is newer. Pure."""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import NamedTuple
from uuid import UUID

import orjson

from inspection.imports.kinds.ofsted.blocks import COLUMNS, Found
from inspection.imports.kinds.packing import boolean, unpack

KEPT = (
    "number",
    "published_on",
    "published_reason",
    "urn_at_inspection",
    "relates_to_current_urn",
    "relates_assumed",
    "judged_on",
)
"""Columns that a newer file may leave as they were."""

GRADED = "graded"
JUDGEMENT_BYTES = 8


class Stored(NamedTuple):
    """What is stored of an inspection; `as_at` is None for one published here and not loaded from a file."""

    id: UUID
    urn: int
    number: str | None
    starts_on: str
    kind: str
    content_hash: bytes
    as_at: date | None
    kept: tuple[str | None, ...]
    """Values of the columns `KEPT`, in text form."""
    made_on: date | None = None
    """The day when what was published here was recorded."""


class Step(Enum):
    """What is to be done."""

    ADD = "add"
    NOTHING = "nothing"
    REFRESH = "refresh"
    """Add what has become known: a number, a day of publication."""
    CORRECT = "correct"
    """Change what was known, keeping the version before."""
    TOLD_EARLIER = "told earlier"
    """Note that an older file was the first to say what is known."""
    RECALL = "recall"
    """Keep what an older file said as a version in force from the day of that file."""


def match(found: Found, stored: Sequence[Stored]) -> Stored | None:
    """Return the stored inspection that this is: by number, without a number by start date.

    A number that becomes known later belongs to the inspection of the same kind and date that was stored without one.
    """
    same_day = [each for each in stored if each.starts_on == found.starts_on]
    if found.number is None:
        return next(iter(sorted(same_day, key=lambda each: (each.number is not None, each.kind != found.kind))), None)
    by_number = (each for each in stored if each.number == found.number)
    unnumbered = (each for each in same_day if each.number is None and each.kind == found.kind)
    return next(by_number, None) or next(unnumbered, None)


def became_graded(found: Found, stored: Stored) -> bool:
    """Tell whether a file tells of an ungraded inspection that became graded."""
    return stored.kind == GRADED and found.kind != GRADED


def step(found: Found, stored: Stored | None) -> Step:
    """Decide what to do with an inspection that a file tells of, where none for a later day has been loaded."""
    if stored is None:
        return Step.ADD
    if stored.content_hash == found.content_hash or stored.as_at is None or became_graded(found, stored):
        return Step.NOTHING
    return Step.CORRECT if differs(found, stored) else Step.REFRESH


def differs(found: Found, stored: Stored) -> bool:
    """Tell whether a file says otherwise than was known, and does not merely tell more or repeat it."""
    return stored.content_hash[:JUDGEMENT_BYTES] != found.judgement.digest or _says_otherwise(found, stored)


def _says_otherwise(found: Found, stored: Stored) -> bool:
    """Tell whether a date, the URN at the time, or what that came to, is another than was known.

    What a file does not say, and what was not known before, is no other.
    """
    if found.starts_on != stored.starts_on:
        return True
    was = dict(zip(KEPT, stored.kept, strict=True))
    now = dict(zip(COLUMNS, unpack(found.packed), strict=True))
    names = ["published_on", "urn_at_inspection"]
    if was["relates_assumed"] == now["relates_assumed"] == boolean(False):
        names.append("relates_to_current_urn")
    said = any(None not in (was[name], now[name]) and was[name] != now[name] for name in names)
    return said or _dates(now["judged_on"]) - _dates(was["judged_on"]) != set()


def _dates(judged_on: str | None) -> set[tuple[str, str]]:
    return {*orjson.loads(judged_on or "{}").items()}
