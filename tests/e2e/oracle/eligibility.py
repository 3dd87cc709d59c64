"""`tsi-2022-23` read from the domain page over the monthly files alone: schools and trusts as of a day.

Where a judgement is not shown by the files, every grade it can have had is tried.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from .evidence import Evidence
from .files import decoded
from .values import Inspected, cell, date_of, folded

WINDOW = (dt.date(2022, 9, 1), dt.date(2023, 8, 31))
NO_TRUST = {"nonmaintainedspecialschool", "citytechnologycollege"}
ACADEMY_WORDS = ("academy", "freeschool", "universitytechnicalcollege", "studioschool")
SHOWN = 2
Way = tuple[bool, bool, int]
EVERY_GRADE = (1, 2, 3, 4)


@dataclass
class Registered:
    """What the files say of a school's body: first trust and file that showed it, open date and type of the newest."""

    opened: dt.date | None = None
    kind: str = ""
    trust_now: str | None = None
    first_trust: str | None = None
    first_shown: dt.date | None = None
    opened_then: dt.date | None = None


@dataclass(frozen=True)
class Outcome:
    """A result; of a trust the URNs on its roll and the two shares (weak, of, or None where not known)."""

    result: str
    roll: tuple[int, ...] = ()
    shares: dict[str, tuple[int, int] | None] = field(default_factory=dict)


def read_register(files: list[tuple[Path, dt.date]]) -> dict[int, Registered]:
    """Every school of the files, oldest file first."""
    found: dict[int, Registered] = defaultdict(Registered)
    for path, as_at in sorted(files, key=lambda one: one[1]):
        lines = list(csv.reader(io.StringIO(decoded(path.read_bytes()), newline="")))
        top = next(i for i, line in enumerate(lines) if any(folded(name) == "urn" for name in line))
        header = [folded(name) for name in lines[top]]
        for line in lines[top + 1 :]:
            row = dict(zip(header, line, strict=False))
            one = found[int(row["urn"])]
            one.opened = date_of(cell(row, "School open date")) or one.opened
            one.kind = folded(cell(row, "Type of education") or "")
            one.trust_now = cell(row, "Multi-academy trust UID")
            if one.first_trust is None and one.trust_now is not None:
                one.first_trust, one.first_shown, one.opened_then = one.trust_now, as_at, one.opened
    return dict(found)


def joined(one: Registered) -> tuple[dt.date | None, bool]:
    """The day taken for joining the first trust, and whether it is the opening (else only: by then at the latest)."""
    if one.opened_then is not None and one.first_shown is not None and one.opened_then <= one.first_shown:
        return one.opened_then, True
    return one.first_shown, one.opened_then is not None


def rolls(register: dict[int, Registered], as_of: dt.date) -> dict[str, list[int]]:
    """The schools of every trust on a day before the first file: those open by then, in the first trust known."""
    found: dict[str, list[int]] = defaultdict(list)
    for urn, one in sorted(register.items()):
        if one.first_trust is not None and (one.opened is None or one.opened <= as_of):
            found[one.first_trust].append(urn)
    return dict(found)


def _graded(evidence: Evidence, urn: int, as_of: dt.date) -> tuple[list[Inspected], list[Inspected]]:
    visible = [one for one in evidence.visible(urn, as_of) if one.kind == "graded"]
    held = [one for one in evidence.schools.get(urn, []) if one.kind == "graded"]
    return visible, held


def school_outcomes(evidence: Evidence, register: dict[int, Registered], as_of: dt.date) -> dict[int, str]:
    """The school route for every school."""
    by_trust = rolls(register, as_of)
    roll_of = {urn: len(urns) for urns in by_trust.values() for urn in urns}
    return {urn: _school(evidence, urn, one, roll_of.get(urn), as_of) for urn, one in register.items()}


def _school(evidence: Evidence, urn: int, one: Registered, roll: int | None, as_of: dt.date) -> str:
    academy = any(word in one.kind for word in ACADEMY_WORDS)
    right_body = roll == 1 if roll is not None else not (one.kind in NO_TRUST or (academy and one.trust_now))
    if roll is not None and roll > 1:
        right_body = False
    if not right_body:
        return "ineligible"
    visible, held = _graded(evidence, urn, as_of)
    inside = [i for i in visible if WINDOW[0] <= i.starts_on <= WINDOW[1] and i.relates]
    if any(i.overall == 3 for i in inside):
        return "eligible"
    if any(i.overall is None for i in inside):
        return "undetermined"
    if len(held) >= SHOWN:
        hidden_until = min(i.starts_on for i in held)
        possible_from = max(WINDOW[0], one.opened or WINDOW[0])
        if possible_from < hidden_until and possible_from <= min(WINDOW[1], as_of):
            return "undetermined"
    return "ineligible"


def trust_outcomes(evidence: Evidence, register: dict[int, Registered], as_of: dt.date) -> dict[str, Outcome]:
    """The trust route for every trust with a school on its roll."""
    return {uid: _trust(evidence, register, urns, as_of) for uid, urns in rolls(register, as_of).items()}


def _trust(evidence: Evidence, register: dict[int, Registered], urns: list[int], as_of: dt.date) -> Outcome:
    three_years_ago = as_of.replace(year=as_of.year - 3)
    days = [joined(register[urn]) for urn in urns]
    surely = sum(day is not None and day <= three_years_ago for day, _ in days)
    perhaps = sum(not certain and not (day is not None and day <= three_years_ago) for day, certain in days)
    ways = [_ways(evidence, urn, register[urn], as_of) for urn in urns]
    share, decline = _half_weak(ways), _declines(ways)
    if surely + perhaps < 2 or (share == "no" and decline == "no"):
        result = "ineligible"
    elif surely >= 2 and "yes" in {share, decline}:
        result = "eligible"
    else:
        result = "undetermined"
    return Outcome(result, tuple(urns), _shares(ways))


def _shares(ways: list[list[Way]]) -> dict[str, tuple[int, int] | None]:
    if any(len({way[:2] for way in each}) > 1 for each in ways):
        return {"inspected_since_joining": None, "all_schools": None}
    weak, inspected = sum(each[0][1] for each in ways), sum(each[0][0] for each in ways)
    return {"inspected_since_joining": (weak, inspected), "all_schools": (weak, len(ways))}


def _ways(evidence: Evidence, urn: int, one: Registered, as_of: dt.date) -> list[Way]:
    """All (inspected since joining, weak, change) that a school can stand at."""
    visible, held = _graded(evidence, urn, as_of)
    more_before = len(held) >= SHOWN
    day, certain = joined(one)
    nothing: Way = (False, False, 0)
    any_grade = [(True, now >= 3, old - now) for now in EVERY_GRADE for old in EVERY_GRADE]
    if not visible:
        return [nothing, *any_grade] if more_before else [nothing]
    since = day is not None and visible[0].starts_on >= day
    if not since and certain:
        return [nothing]
    now_grades = EVERY_GRADE if visible[0].overall is None else (visible[0].overall,)
    found: list[Way] = []
    for now in now_grades:
        if len(visible) > 1:
            before = visible[1].overall
            found += [(True, now >= 3, old - now) for old in (EVERY_GRADE if before is None else (before,))]
        elif more_before:
            found += [(True, now >= 3, old - now) for old in EVERY_GRADE]
        else:
            found.append((True, now >= 3, 0))
    return found if since else [nothing, *found]


def _half_weak(ways: list[list[Way]]) -> str:
    """Every pair (weak, inspected) that can come about, told by the share that each has."""
    pairs = {(0, 0)}
    for each in ways:
        steps = {(int(weak), int(inspected)) for inspected, weak, _ in each}
        pairs = {(w + a, i + b) for w, i in pairs for a, b in steps}
    told = {inspected > 0 and Fraction(weak, inspected) >= Fraction(1, 2) for weak, inspected in pairs}
    return "perhaps" if len(told) > 1 else "yes" if True in told else "no"


def _declines(ways: list[list[Way]]) -> str:
    sums = {0}
    for each in ways:
        sums = {total + change for total in sums for change in {way[2] for way in each}}
    told = {total < 0 for total in sums}
    return "perhaps" if len(told) > 1 else "yes" if True in told else "no"
