"""Eligibility of trusts: the trust route of `tsi-2022-23`.

What is not known of a school is carried as all the ways in which it can stand; a rule holds or fails only if it does so
in every one of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from triage.domain.eligibility import (
    Answer,
    Candidate,
    Eligibility,
    Programme,
    Stay,
    Tried,
    both,
    either,
    known_on,
    result_of,
    shown,
)
from triage.domain.facts import Inspection

INSPECTED: Final = "inspected_since_joining"
ALL: Final = "all_schools"
DENOMINATORS: Final = (INSPECTED, ALL)
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a school can stand: inspected since joining, judged below good then, and by how much changed."""

    inspected: bool
    weak: bool
    change: int


NOT_INSPECTED: Final = Way(inspected=False, weak=False, change=0)


@dataclass(frozen=True, slots=True)
class Member:
    """A school on the roll of a trust on a day; `ways` are all the ways in which it can stand."""

    school: Candidate
    stay: Stay
    assumed: bool
    established: Answer
    ways: tuple[Way, ...]
    latest: Inspection | None
    previous: Inspection | None
    assumed_first: bool


def years_before(day: date, years: int) -> date:
    """The same day some years before; 28 February for a day that year does not have, the first of all days at most."""
    year = max(day.year - years, date.min.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def members_of(trust_uid: str, schools: Sequence[Candidate], as_of: date, programme: Programme) -> list[Member]:
    """The schools on the roll of the trust that day, by URN."""
    found = []
    for school in sorted(schools, key=lambda each: each.urn):
        stay, assumed = school.stay_on(as_of)
        if stay is not None and stay.trust_uid == trust_uid:
            found.append(_member(school, stay, as_of, programme, assumed=assumed))
    return found


def _member(school: Candidate, stay: Stay, as_of: date, programme: Programme, *, assumed: bool) -> Member:
    parameters = programme.parameters
    known = known_on(school, as_of, parameters["shown_by_the_file"])
    sure, by = school.joining(stay)
    needed = years_before(as_of, parameters["established_years"])
    established: Answer = True if by is not None and by <= needed else (None if sure is None else False)
    latest = known.visible[0] if known.visible else None
    previous = known.visible[1] if len(known.visible) > 1 else None
    if latest is None:
        ways = _all_ways(parameters["grades"], parameters) if known.earlier_possible else ()
        ways = (NOT_INSPECTED, *ways)
    else:
        since = by is not None and latest.starts_on >= by
        maybe = sure is None and not since
        ways = _ways(latest, previous, parameters, earlier_possible=known.earlier_possible) if since or maybe else ()
        ways = ways if since else (NOT_INSPECTED, *ways)
    return Member(school, stay, assumed, established, ways, latest, previous, known.assumed_first)


def _ways(
    latest: Inspection, previous: Inspection | None, parameters: Mapping[str, Any], *, earlier_possible: bool
) -> tuple[Way, ...]:
    grades = [latest.overall] if isinstance(latest.overall, int) else parameters["grades"]
    if previous is None:
        return _all_ways(grades, parameters) if earlier_possible else _first(grades, parameters)
    before = [previous.overall] if isinstance(previous.overall, int) else parameters["grades"]
    return tuple(Way(True, grade in parameters["weak"], old - grade) for grade in grades for old in before)


def _first(grades: Sequence[int], parameters: Mapping[str, Any]) -> tuple[Way, ...]:
    return tuple(Way(True, grade in parameters["weak"], 0) for grade in grades)


def _all_ways(grades: Sequence[int], parameters: Mapping[str, Any]) -> tuple[Way, ...]:
    before = parameters["grades"]
    return tuple(Way(True, grade in parameters["weak"], old - grade) for grade in grades for old in before)


def tsi_trust(trust_uid: str, schools: Sequence[Candidate], as_of: date, programme: Programme) -> Eligibility:
    """The trust route, over the schools on its roll that day."""
    members = members_of(trust_uid, schools, as_of, programme)
    established = _established(members, programme)
    share = _share(members, programme)
    decline = _decline(members, programme)
    answer = both([established.fired, either([share.fired, decline.fired])])
    assumptions = [("joining_date", each.school.urn) for each in members if each.stay.joined_assumed]
    assumptions += [
        ("membership_before_first_file", each.school.urn)
        for each in members
        if each.assumed and each.stay.joined_on is not None and each.stay.joined_on > as_of
    ]
    assumptions += [("no_earlier_inspection", each.school.urn) for each in members if each.assumed_first]
    tried = (established, share, decline)
    return Eligibility(result_of(answer), tried, tuple(assumptions), schools=tuple(_shown(each) for each in members))


def _established(members: Sequence[Member], programme: Programme) -> Tried:
    needed = programme.parameters["established_schools"]
    sure = sum(each.established is True for each in members)
    unknown = sum(each.established is None for each in members)
    answer: Answer = True if sure >= needed else (None if sure + unknown >= needed else False)
    inputs = {
        "established": sure,
        "unknown": unknown,
        "needed": needed,
        "years": programme.parameters["established_years"],
    }
    return programme.tried("established_schools", answer, inputs)


def _share(members: Sequence[Member], programme: Programme) -> Tried:
    chosen, percent = programme.parameters["denominator"], programme.parameters["share_percent"]
    by = {name: _share_over(members, name, percent) for name in DENOMINATORS}
    inputs = {"denominator": chosen, "percent": percent, "denominators": by}
    words = {"weak": by[chosen]["weak"], "of": by[chosen]["of"], "denominator": chosen.replace("_", " ")}
    return programme.tried("share_below_good", by[chosen]["holds"], inputs, **words)


def _share_over(members: Sequence[Member], denominator: str, percent: int) -> dict[str, Any]:
    """Whether the weak are the wanted share: 100 for each weak less the share for each counted sums to 0 or more."""
    whole = denominator == ALL
    scores = [[_WHOLE * way.weak - percent * (whole or way.inspected) for way in each.ways] for each in members]
    surely_counted = sum(whole or all(way.inspected for way in each.ways) for each in members)
    holds: Answer = None
    if not any(way.weak for each in members for way in each.ways) or sum(map(max, scores)) < 0:
        holds = False
    elif surely_counted and sum(map(min, scores)) >= 0:
        holds = True
    weak = sum(all(way.weak for way in each.ways) for each in members)
    most = sum(any(way.weak for way in each.ways) for each in members)
    of_most = sum(whole or any(way.inspected for way in each.ways) for each in members)
    return {"weak": weak, "weak_at_most": most, "of": surely_counted, "of_at_most": of_most, "holds": holds}


def _decline(members: Sequence[Member], programme: Programme) -> Tried:
    least = sum(min(way.change for way in each.ways) for each in members)
    most = sum(max(way.change for way in each.ways) for each in members)
    answer: Answer = True if most < 0 else (False if least >= 0 else None)
    inputs = {"least": least, "most": most, "sum": least if least == most else None}
    return programme.tried("overall_decline", answer, inputs, sum=least if least == most else f"{least} to {most}")


def _shown(member: Member) -> dict[str, Any]:
    changes = {way.change for way in member.ways}
    inspected = {way.inspected for way in member.ways}
    weak = {way.weak for way in member.ways}
    return {
        "urn": member.school.urn,
        "name": member.school.name,
        "joined_on": member.stay.joined_on,
        "joined_assumed": member.stay.joined_assumed,
        "established": member.established,
        "inspected_since_joining": inspected.pop() if len(inspected) == 1 else None,
        "below_good": weak.pop() if len(weak) == 1 else None,
        "change": changes.pop() if len(changes) == 1 else None,
        "latest": shown(member.latest) if member.latest else None,
        "previous": shown(member.previous) if member.previous else None,
    }
