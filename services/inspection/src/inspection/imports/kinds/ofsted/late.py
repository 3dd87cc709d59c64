"""An inspection in a file that comes late: its word holds from the day of the file until that of the next one. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from inspection.imports.kinds.ofsted.blocks import Found
from inspection.imports.kinds.ofsted.completing import complete
from inspection.imports.kinds.ofsted.dates import InspectionDates
from inspection.imports.kinds.ofsted.merging import Step, Stored, became_graded, differs


class Told(NamedTuple):
    """What a file told of an inspection, in force from `day`, the date of the file.

    `version` is the number of a version that was kept, None for what is in force now.
    """

    day: date
    version: int | None
    stored: Stored


class Next(NamedTuple):
    """The first file for a later day that lists the school."""

    day: date
    source_id: int


class Repeated(NamedTuple):
    """What was told before, and the file that repeats it after one that says otherwise: it holds anew from its day."""

    told: Told
    source_id: int


class Late(NamedTuple):
    """What is to be done with `found`."""

    step: Step
    found: Found
    repeated: Repeated | None = None


def step_late(found: Found, versions: Sequence[Told], following: Next | None, dates: InspectionDates) -> Late:
    """Decide what to do with an inspection in a file of `dates.as_at`, where more was told for later days already.

    `versions` are all that was told of it, by day and version: the last one is in force now. What was made here stands
    against any file from its day on, and where no file had told of the inspection before.
    """
    now = versions[-1].stored
    if dates.as_at is None or became_graded(found, now):
        return Late(Step.NOTHING, found)
    before = [each for each in versions if each.day <= dates.as_at]
    after = versions[len(before) :]
    if (before or versions[:1])[-1].stored.as_at is None:
        return Late(Step.NOTHING, found)
    if not before:
        earlier = len(after) == 1 and not differs(found, now)
        return Late(Step.TOLD_EARLIER if earlier else Step.RECALL, found)
    standing = before[-1]
    found = complete(found, standing.stored, dates)
    if not differs(found, standing.stored):
        newest = not after and following is None
        adds = newest and now.content_hash != found.content_hash
        return Late(Step.REFRESH if adds else Step.NOTHING, found)
    if following is None:
        return Late(Step.RECALL if after else Step.CORRECT, found)
    told_by_next = bool(after) and after[0].day <= following.day
    return Late(Step.RECALL, found, None if told_by_next else Repeated(standing, following.source_id))
