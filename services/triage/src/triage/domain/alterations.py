"""What of a case may be put otherwise to ask what would have led to less: each fact with its better values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from triage.domain.evidence import Case
from triage.domain.facts import Inspection
from triage.domain.grading import area_reading, has_overall, is_card, safeguarding_failed
from triage.domain.policy import Parameters, Policy

CATEGORY: Final = "category_of_concern"
SAFEGUARDING: Final = "safeguarding"
OVERALL: Final = "overall"
REVIEWS: Final = "progress_reviews"
ATTAINMENT: Final = "attainment"

_FIELDS: Final = {CATEGORY: "category", SAFEGUARDING: "safeguarding", OVERALL: "overall"}


@dataclass(frozen=True, slots=True)
class Change:
    """One fact put otherwise. `steps`: how far, in grades; 1 for a fact that has no scale."""

    fact: str
    before: Any
    after: Any
    steps: int = 1


def alterations(case: Case, policy: Policy) -> tuple[tuple[Change, ...], ...]:
    """For each fact that may be otherwise, its changes for the better, least first.

    Facts of the latest graded inspection: a category of concern gone; failing safeguarding in order; an overall grade,
    or without one an area's grade, that calls for action put at each better one that does and at the acceptable one.
    Then the standing reviews of progress without those that failed the school, and attainment at the limit, each where
    the version has a rule on it. A change that no test of the version can tell from a lesser one is left out.
    """
    if case.latest is None:
        return ()
    return (*_of_inspection(case.latest, policy.parameters), *_of_later_facts(case, policy))


def _of_inspection(inspection: Inspection, parameters: Parameters) -> Iterator[tuple[Change, ...]]:
    acceptable = parameters.acceptable_grades
    if inspection.category is not None:
        yield (Change(CATEGORY, inspection.category, None),)
    if safeguarding_failed(inspection, parameters):
        yield (Change(SAFEGUARDING, inspection.safeguarding, acceptable[str(inspection.safeguarding)]),)
    if has_overall(inspection, parameters):
        if inspection.overall in parameters.action_grades:
            yield _better(OVERALL, inspection.overall, acceptable["overall"], parameters)
        return
    least = acceptable["card" if is_card(inspection, parameters) else "area"]
    for area, grade in sorted(inspection.grades.items()):
        if grade in parameters.action_grades:
            told_apart = _told_apart(inspection, _better(area, grade, least, parameters), parameters)
            if told_apart:
                yield told_apart


def _better(fact: str, grade: Any, acceptable: Any, parameters: Parameters) -> tuple[Change, ...]:
    """The action grades are in order from the least; those of the other scale are of another type."""
    scale = [acceptable, *[each for each in parameters.action_grades if type(each) is type(grade)]]
    place = scale.index(grade)
    return tuple([Change(fact, grade, scale[place - steps], steps) for steps in range(1, place + 1)])


def _told_apart(inspection: Inspection, changes: Sequence[Change], parameters: Parameters) -> tuple[Change, ...]:
    found = []
    seen = [area_reading(inspection, changes[0].fact, changes[0].before, parameters)]
    for change in changes:
        reading = area_reading(inspection, change.fact, change.after, parameters)
        if reading not in seen:
            seen.append(reading)
            found.append(change)
    return tuple(found)


def _of_later_facts(case: Case, policy: Policy) -> Iterator[tuple[Change, ...]]:
    parameters, rules = policy.parameters, {each.id for each in policy.rules}
    failed = {each.conclusion for each in case.reviews if each.conclusion in parameters.review_conclusions}
    if failed and "progress_review" in rules:
        yield (Change(REVIEWS, sorted(failed), []),)
    if parameters.low_attainment_enabled and "low_attainment" in rules:
        value = case.facts.attainment.value if case.facts.attainment else None
        limit = parameters.low_attainment_below
        if value is not None and limit is not None and value < limit:
            yield (Change(ATTAINMENT, value, limit),)


def altered(case: Case, changes: Sequence[Change], parameters: Parameters) -> Case:
    """The case with these facts otherwise."""
    if case.latest is None:
        return case
    found: dict[str, Any] = {}
    grades = dict(case.latest.grades)
    facts, reviews = case.facts, case.reviews
    for change in changes:
        if change.fact in _FIELDS:
            found[_FIELDS[change.fact]] = change.after
        elif change.fact == REVIEWS:
            reviews = tuple(each for each in reviews if each.conclusion not in parameters.review_conclusions)
        elif change.fact == ATTAINMENT and facts.attainment is not None:
            facts = replace(facts, attainment=replace(facts.attainment, value=change.after))
        else:
            grades[change.fact] = change.after
    latest = replace(case.latest, **found, grades=grades)
    return replace(case, facts=facts, latest=latest, graded=(latest, *case.graded[1:]), reviews=reviews)
