"""Counterfactuals of eligibility: changes of facts that come to another result, each tried before it is told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any, Final

from triage.domain.eligibility import Candidate, Eligibility, Programme, known_on
from triage.domain.eligibility_trusts import members_of, tsi_trust, years_before
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
    """Changes that together come to `result`."""

    changes: tuple[Change, ...]
    result: str


@dataclass(frozen=True, slots=True)
class _Variant:
    school: Candidate
    schools_of_trust: int | None
    change: Change


SchoolRule = Callable[[Candidate, int | None], Eligibility]


def of_school(
    school: Candidate, schools_of_trust: int | None, as_of: date, programme: Programme, decide: SchoolRule
) -> list[Counterfactual]:
    """What would alter a school's result: single changes, or where none does, a grade and the body together."""
    stands = decide(school, schools_of_trust).result
    judged = list(_judged_otherwise(school, as_of, programme))
    bodies = list(_answering_otherwise(school, schools_of_trust))
    found: list[Counterfactual] = []
    moved: set[tuple[str, str | None, str]] = set()
    for variant in [_Variant(each, schools_of_trust, change) for each, change in judged] + bodies:
        result = decide(variant.school, variant.schools_of_trust).result
        key = (variant.change.fact, variant.change.inspection_id, result)
        if result != stands and key not in moved:
            moved.add(key)
            found.append(Counterfactual((variant.change,), result))
    return found or _pairs(judged, bodies, decide, stands)


def _pairs(
    judged: Sequence[tuple[Candidate, Change]], bodies: Sequence[_Variant], decide: SchoolRule, stands: str
) -> list[Counterfactual]:
    for (school, change), body in product(judged, bodies):
        result = decide(replace(school, counted_as=body.school.counted_as), body.schools_of_trust).result
        if result != stands:
            return [Counterfactual((change, body.change), result)]
    return []


def _graded_as(school: Candidate, inspection: Inspection, grade: int) -> Candidate:
    changed = replace(inspection, overall=grade)
    return replace(school, inspections=tuple(changed if each is inspection else each for each in school.inspections))


def _judged_otherwise(school: Candidate, as_of: date, programme: Programme) -> Iterator[tuple[Candidate, Change]]:
    """Each visible inspection with each other grade, nearest first; then one more on the last day that counts."""
    grades = programme.parameters["grades"]
    for each in known_on(school, as_of, programme.parameters["shown_by_the_file"]).visible:
        was = each.overall
        for grade in sorted(grades, key=lambda grade: abs(grade - was) if isinstance(was, int) else grade):
            if grade != was:
                yield _graded_as(school, each, grade), Change(school.urn, "overall", was, grade, each.id)
    day = min(programme.day("to"), as_of) if "window" in programme.parameters else as_of
    for grade in programme.parameters["requires_improvement"]:
        more = Inspection(f"inspection-{day}", None, "eif-2019", "graded", day, overall=grade)
        added = replace(school, inspections=(*school.inspections, more))
        yield added, Change(school.urn, "inspection", None, {"starts_on": day, "overall": grade})


def _answering_otherwise(school: Candidate, schools_of_trust: int | None) -> Iterator[_Variant]:
    for body, count in ((SINGLE, 1), (MULTI, 2)):
        if body != school.counted_as:
            change = Change(school.urn, "responsible_body", school.counted_as, body)
            yield _Variant(replace(school, counted_as=body), count, change)
    if schools_of_trust is not None and schools_of_trust > 1:
        yield _Variant(school, 1, Change(school.urn, "schools_of_trust", schools_of_trust, 1))


def of_trust(uid: str, schools: Sequence[Candidate], as_of: date, programme: Programme) -> list[Counterfactual]:
    """What would alter a trust's result: grades alone, or with them more time in the trust where that is needed."""
    stands = tsi_trust(uid, schools, as_of, programme).result
    longer = _stayed_longer(uid, schools, as_of, programme)
    found = []
    for grade in programme.parameters["grades"]:
        for start in (([], list(schools)), longer):
            counterfactual = _until_it_alters(uid, start, grade, as_of, programme, stands)
            if counterfactual is not None:
                found.append(counterfactual)
                break
    fewest = min((len(each.changes) for each in found), default=0)
    return [each for each in found if len(each.changes) == fewest]


def _until_it_alters(  # noqa: PLR0917 - one step of a search, private to it
    uid: str,
    start: tuple[list[Change], list[Candidate]],
    grade: int,
    as_of: date,
    programme: Programme,
    stands: str,
) -> Counterfactual | None:
    """Give one school after another this grade until the result is another one; None if it never is."""
    changes, schools = list(start[0]), list(start[1])
    result = tsi_trust(uid, schools, as_of, programme).result
    for member in members_of(uid, start[1], as_of, programme):
        if result != stands:
            break
        surely_since = all(way.inspected for way in member.ways)
        if member.latest is None or not surely_since or member.latest.overall == grade:
            continue
        changes.append(Change(member.school.urn, "overall", member.latest.overall, grade, member.latest.id))
        schools = [
            _graded_as(each, member.latest, grade) if each.urn == member.school.urn else each for each in schools
        ]
        result = tsi_trust(uid, schools, as_of, programme).result
    return Counterfactual(tuple(changes), result) if result != stands and changes else None


def _stayed_longer(
    uid: str, schools: Sequence[Candidate], as_of: date, programme: Programme
) -> tuple[list[Change], list[Candidate]]:
    """As many schools as are needed, in the trust for as long as is needed."""
    needed = years_before(as_of, programme.parameters["established_years"])
    members = members_of(uid, schools, as_of, programme)
    short = programme.parameters["established_schools"] - sum(each.established is True for each in members)
    chosen = {each.school.urn: each for each in [each for each in members if not each.established][: max(short, 0)]}
    changes, changed = [], []
    for school in schools:
        member = chosen.get(school.urn)
        if member is None:
            changed.append(school)
            continue
        changes.append(Change(school.urn, "joined_on", member.stay.joined_on, needed))
        stay = replace(member.stay, joined_on=needed, joined_assumed=False)
        changed.append(replace(school, stays=tuple(stay if each is member.stay else each for each in school.stays)))
    return changes, changed
