"""What a newer file does not say of an inspection stays as it was: it is put in before the two are compared. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from inspection.imports.kinds.ofsted.blocks import COLUMNS, Found
from inspection.imports.kinds.ofsted.dates import InspectionDates
from inspection.imports.kinds.ofsted.merging import KEPT, Stored
from inspection.imports.kinds.packing import pack, unpack

ONCE_KNOWN: Final = ("number", "published_on")
"""Columns of which a blank cell says nothing either."""
_DATE: Final = "judged_on/"


def complete(found: Found, stored: Stored, dates: InspectionDates) -> Found:
    """Return what a file tells with what is stored in place of what it has no column for, or leaves blank once known.

    What an older file than the stored one tells, and what is told of an inspection published here, stays as it is.
    """
    if stored.content_hash == found.content_hash or stored.as_at is None or dates.as_at is None:
        return found
    if dates.as_at < stored.as_at:
        return found
    told = dict(zip(COLUMNS, unpack(found.packed), strict=True))
    was = dict(zip(KEPT, stored.kept, strict=True))
    blank = [name for name in ONCE_KNOWN if told[name] is None]
    now = told | {name: was[name] for name in (*found.left, *blank) if name in was}
    if now["published_on"] is not None:
        now["published_reason"] = None
    now["judged_on"] = _dates(now, was, found.left)
    if now == told:
        return found
    doubts = dates.doubts([found.starts_on], [now["published_on"]]).get(0, ())
    return found._replace(number=now["number"], packed=pack([*now.values()]), judgement=found.judgement.doubted(doubts))


def _dates(now: Mapping[str, str | None], was: Mapping[str, str | None], left: Sequence[str]) -> str | None:
    """Return the areas' own dates of judgement as JSON, those of the columns that are left as they were."""
    areas = {name.removeprefix(_DATE) for name in left if name.startswith(_DATE)}
    if not areas:
        return now["judged_on"]
    said, known = (orjson.loads(each["judged_on"] or "{}") for each in (now, was))
    dates = {area: day for area, day in known.items() if area in areas} | said
    return orjson.dumps(dates).decode() if dates else None
