"""Counterfactuals of eligibility: the smallest changes that come to another result, each tried before it is told.

*Of a school*: the grade of each visible graded inspection, one more inspection that requires improvement on the last
day that counts, the kind of its responsible body, and how many schools its trust has. Every set of these is tried,
those of fewest facts first; told are all of the first size that alters the result (or the tiers that are possible), of
those that change the same facts to the same end the one whose grades are nearest.

*Of a trust*: the grade of each school that was surely inspected since joining, and where too few schools have been in
it for long enough, the time of as many as are wanting. Told are changes to one and the same grade that alter the
result, where none alters it with fewer facts. That fewest is found without trying every set: put to one grade, the
school that moves furthest counts for no less than any other by either rule, so the first schools in that order alter
the result if any as many do.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, combinations, product
from typing import Any, Final

from triage.domain.eligibility import Candidate, Eligibility, Programme, known_on
from triage.domain.eligibility_trusts import Member, members_of, tsi_trust, years_before
from triage.domain.facts import Inspection

SINGLE: Final = "single_academy_trust"
MULTI: Final = "multi_academy_trust"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that would be otherwise."""

    urn: int
    fact: str
    was: Any
    becomes: Any
    inspection_id: str | None = None


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Changes that together come to `result`, and of `sio-2019-20` to these possible tiers."""

    changes: tuple[Change, ...]
    result: str
    possible_tiers: tuple[int, ...] = ()


Standing = tuple[Candidate, int | None]
SchoolRule = Callable[[Candidate, int | None], Eligibility]


@dataclass(frozen=True, slots=True)
class _Option:
    """A change, how far it goes in grades, and how it is made to a school and the number of schools of its trust."""

    change: Change
    steps: int
    make: Callable[[Standing], Standing]


def of_school(
    school: Candidate, schools_of_trust: int | None, as_of: date, programme: Programme, decide: SchoolRule
) -> list[Counterfactual]:
    """The smallest changes that alter a school's result; see the module."""
    standing = (school, schools_of_trust)
    facts = [*_judged_otherwise(school, as_of, programme), *_answering_otherwise(school, schools_of_trust)]
    for size in range(1, len(facts) + 1):
        tried = [_nearest(chosen, standing, decide) for chosen in combinations(facts, size)]
        if found := list(chain.from_iterable(tried)):
            return found
    return []


def _nearest(facts: Sequence[Sequence[_Option]], standing: Standing, decide: SchoolRule) -> list[Counterfactual]:
    """These facts changed together: the nearest change to each other result."""
    stands = decide(*standing)
    reached = {(stands.result, stands.possible_tiers)}
    found = []
    for options in sorted(product(*facts), key=lambda each: sum(option.steps for option in each)):
        changed = standing
        for option in options:
            changed = option.make(changed)
        other = decide(*changed)
        if (other.result, other.possible_tiers) not in reached:
            reached.add((other.result, other.possible_tiers))
            changes = tuple([option.change for option in options])
            found.append(Counterfactual(changes, other.result, other.possible_tiers))
    return found


def _graded_as(school: Candidate, inspection: Inspection, grade: int) -> Candidate:
    graded = [replace(each, overall=grade) if each.id == inspection.id else each for each in school.inspections]
    return replace(school, inspections=tuple(graded))


def _judged_otherwise(school: Candidate, as_of: date, programme: Programme) -> Iterator[list[_Option]]:
    """Each visible inspection with each other grade; then one more on the last day that counts."""
    for each in known_on(school, as_of, programme.parameters["shown_by_the_file"]).visible:
        yield [_regraded(school, each, grade) for grade in programme.parameters["grades"] if grade != each.overall]
    day = min(programme.day("to"), as_of) if "window" in programme.parameters else as_of
    yield [_once_more(school, day, grade) for grade in programme.parameters["requires_improvement"]]


def _regraded(school: Candidate, inspection: Inspection, grade: int) -> _Option:
    was = inspection.overall
    return _Option(
        Change(school.urn, "overall", was, grade, inspection.id),
        abs(grade - was) if isinstance(was, int) else 1,
        lambda standing: (_graded_as(standing[0], inspection, grade), standing[1]),
    )


def _once_more(school: Candidate, day: date, grade: int) -> _Option:
    more = Inspection(f"inspection-{day}", None, "eif-2019", "graded", day, overall=grade)
    return _Option(
        Change(school.urn, "inspection", None, {"starts_on": day, "overall": grade}),
        1,
        lambda standing: (replace(standing[0], inspections=(*standing[0].inspections, more)), standing[1]),
    )


def _answering_otherwise(school: Candidate, schools_of_trust: int | None) -> Iterator[list[_Option]]:
    yield [_under(school, body, count) for body, count in ((SINGLE, 1), (MULTI, 2)) if body != school.counted_as]
    if schools_of_trust is not None and schools_of_trust > 1:
        change = Change(school.urn, "schools_of_trust", schools_of_trust, 1)
        yield [_Option(change, 1, lambda standing: (standing[0], 1))]


def _under(school: Candidate, body: str, schools_of_trust: int) -> _Option:
    return _Option(
        Change(school.urn, "responsible_body", school.counted_as, body),
        1,
        lambda standing: (replace(standing[0], counted_as=body), schools_of_trust),
    )


Start = tuple[list[Change], list[Candidate]]


def of_trust(uid: str, schools: Sequence[Candidate], as_of: date, programme: Programme) -> list[Counterfactual]:
    """The fewest changes that alter a trust's result; see the module."""
    decide: Callable[[Sequence[Candidate]], str] = lambda held: tsi_trust(uid, held, as_of, programme).result  # noqa: E731
    stands = decide(schools)
    found: list[Counterfactual] = []
    for start in ([], list(schools)), *_stayed_longer(uid, schools, as_of, programme):
        members = members_of(uid, start[1], as_of, programme)
        for changes in _towards_each_grade(members, programme.parameters["grades"]):
            counterfactual = _fewest(start, changes, decide, stands)
            if counterfactual is not None and counterfactual not in found:
                found.append(counterfactual)
    fewest = min((len(each.changes) for each in found), default=0)
    return [each for each in found if len(each.changes) == fewest]


def _towards_each_grade(members: Sequence[Member], grades: Sequence[int]) -> Iterator[list[tuple[Change, Inspection]]]:
    """For each grade the changes to it for the worse, then for the better, furthest first.

    A grade that is not known can be anything: put to the best or the worst it counts for as much as the furthest, or
    for nothing, by whether a result is to be made sure or possible. Both are tried.
    """
    judged = [
        (member.school.urn, member.latest)
        for member in members
        if member.latest is not None and all(way.inspected for way in member.ways)
    ]
    for grade, worse, unknown in product(grades, (True, False), (min(grades), max(grades))):
        utmost = grade == (max(grades) if worse else min(grades))
        moved = []
        for urn, latest in judged:
            was = latest.overall if isinstance(latest.overall, int) else unknown
            if utmost if latest.overall is None else (was < grade if worse else was > grade):
                moved.append((abs(grade - was), Change(urn, "overall", latest.overall, grade, latest.id), latest))
        yield [(change, latest) for _, change, latest in sorted(moved, key=lambda each: -each[0])]


def _fewest(
    start: Start,
    changes: Sequence[tuple[Change, Inspection]],
    decide: Callable[[Sequence[Candidate]], str],
    stands: str,
) -> Counterfactual | None:
    """The least number of these changes, from the first, with which the result is another one; None if it never is."""

    def after(count: int) -> str:
        held = {school.urn: school for school in start[1]}
        for change, inspection in changes[:count]:
            held[change.urn] = _graded_as(held[change.urn], inspection, change.becomes)
        return decide(list(held.values()))

    count = bisect_left(range(len(changes) + 1), True, key=lambda each: after(each) != stands)
    made = (*start[0], *[change for change, _ in changes[:count]])
    return Counterfactual(made, after(count)) if count <= len(changes) and made else None


def _stayed_longer(uid: str, schools: Sequence[Candidate], as_of: date, programme: Programme) -> Iterator[Start]:
    """As many schools as are wanting, in the trust for as long as is needed; once for all choices that are alike."""
    needed = years_before(as_of, programme.parameters["established_years"])
    members = members_of(uid, schools, as_of, programme)
    short = programme.parameters["established_schools"] - sum(each.established is True for each in members)
    alike = set()
    for chosen in combinations([each for each in members if not each.established], max(short, 0)):
        held = {school.urn: school for school in schools}
        for member in chosen:
            stay = replace(member.stay, joined_on=needed, joined_assumed=False)
            stays = tuple([stay if each is member.stay else each for each in member.school.stays])
            held[member.school.urn] = replace(member.school, stays=stays)
        after = members_of(uid, [held[member.school.urn] for member in chosen], as_of, programme)
        kind = tuple(sorted([_kind(one, other) for one, other in zip(chosen, after, strict=True)]))
        if chosen and kind not in alike:
            alike.add(kind)
            stayed = [Change(each.school.urn, "joined_on", each.stay.joined_on, needed) for each in chosen]
            yield stayed, list(held.values())


def _kind(before: Member, after: Member) -> str:
    latest = before.latest.overall if before.latest else None
    return repr((before.ways, after.ways, before.established, latest))
