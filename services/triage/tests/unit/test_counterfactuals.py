"""The smallest changes: each comes true, none is missing, and trying every change of every fact finds none smaller."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from services.triage.tests.factories import TODAY, card, inspection, judge, judge_with, school, ungraded_overall
from services.triage.tests.unit.test_properties import SCHEMES, judges, schools

from triage.domain.facts import Attainment, Grade, Inspection, ProgressReview, SchoolFacts
from triage.domain.tiering import Judge

SCALES: tuple[tuple[Grade, ...], ...] = ((2, 3, 4), ("expected_standard", "needs_attention", "urgent_improvement"))
FAILED_REVIEWS = ("insufficient_progress", "governance_cannot_deliver")
IN_ORDER = {"not_met": "met", "not_effective": "effective"}


@dataclass(frozen=True)
class Set:
    """Facts put otherwise by so many grades in all, and the result they come to."""

    values: Mapping[str, Any]
    steps: int
    result: str
    rank: int


def _better(grade: Grade) -> list[tuple[Grade, int]]:
    for scale in SCALES:
        if grade in scale:
            place = scale.index(grade)
            return [(scale[place - steps], steps) for steps in range(1, place + 1)]
    return []


def _latest(facts: SchoolFacts) -> Inspection | None:
    graded = [each for each in facts.inspections if each.kind == "graded" and each.visible_from <= TODAY]
    return max(graded, key=lambda each: (each.starts_on, each.visible_from, each.number or "", each.id), default=None)


def otherwise(facts: SchoolFacts) -> dict[str, list[tuple[Any, int]]]:
    """Every fact with every better value, whether or not a rule looks at it."""
    latest = _latest(facts)
    if latest is None:
        return {}
    found = {area: _better(grade) for area, grade in latest.grades.items()}
    found |= {"overall": _better(latest.overall), "category_of_concern": [(None, 1)] if latest.category else []}
    found["safeguarding"] = [(IN_ORDER[latest.safeguarding], 1)] if latest.safeguarding in IN_ORDER else []
    failed = any(each.conclusion in FAILED_REVIEWS for each in facts.progress_reviews)
    found["progress_reviews"] = [([], 1)] if failed else []
    return {fact: values for fact, values in found.items() if values}


def applied(facts: SchoolFacts, values: Mapping[str, Any]) -> SchoolFacts:
    latest = _latest(facts)
    assert latest is not None
    names = {"category_of_concern": "category", "overall": "overall", "safeguarding": "safeguarding"}
    grades = {fact: value for fact, value in values.items() if fact in latest.grades}
    own = {names[fact]: value for fact, value in values.items() if fact in names}
    changed = replace(latest, grades={**latest.grades, **grades}, **own)
    others = tuple(changed if each is latest else each for each in facts.inspections)
    reviews = facts.progress_reviews
    if "progress_reviews" in values:
        reviews = tuple(each for each in reviews if each.conclusion not in FAILED_REVIEWS)
    attainment = Attainment("value", values["attainment"]) if "attainment" in values else facts.attainment
    return replace(facts, inspections=others, progress_reviews=reviews, attainment=attainment)


def every_set(rules: Judge, facts: SchoolFacts) -> Iterator[Set]:
    options = otherwise(facts)
    for size in range(1, len(options) + 1):
        for chosen in combinations(sorted(options), size):
            for values in product(*[options[fact] for fact in chosen]):
                put = {fact: value for fact, (value, _) in zip(chosen, values, strict=True)}
                result = decided(rules, applied(facts, put))
                yield Set(put, sum(steps for _, steps in values), result, rules.policy.rank[result])


def decided(rules: Judge, facts: SchoolFacts) -> str:
    return rules.decide(rules.case(facts, TODAY)).result


def smallest(rules: Judge, facts: SchoolFacts) -> list[Mapping[str, Any]]:
    """What the definition calls smallest, by looking at every pair of sets."""
    proposed = rules.policy.rank[decided(rules, facts)]
    lower = [each for each in every_set(rules, facts) if each.rank < proposed]
    return [each.values for each in lower if not any(_smaller(other, each) for other in lower)]


def _smaller(one: Set, other: Set) -> bool:
    """Whether one comes to as little with fewer facts, or with the same facts and fewer grades."""
    if one.rank > other.rank:
        return False
    fewer = len(one.values) < len(other.values)
    return fewer or (set(one.values) == set(other.values) and one.steps < other.steps)


def told(rules: Judge, facts: SchoolFacts) -> list[dict[str, Any]]:
    found = []
    for each in rules.propose(facts, TODAY).counterfactuals:
        values = {change["fact"]: change["to"] for change in each["changes"]}
        assert len(values) == len(each["changes"])
        assert decided(rules, applied(facts, values)) == each["result"]
        found.append(values)
    return found


def assert_the_smallest(rules: Judge, facts: SchoolFacts) -> None:
    def by_facts(sets: Sequence[Mapping[str, Any]]) -> list[str]:
        return sorted(str(sorted(each.items())) for each in sets)

    assert by_facts(told(rules, facts)) == by_facts(smallest(rules, facts))


CATEGORIES = (None, "SM", "SWK")
SAFE = ("effective", "not_effective")
BEFORE = (inspection("2019-05-01", overall=2), inspection("2019-05-01", overall=3))


def with_overall() -> Iterator[Inspection]:
    for overall, category, safe, own in product((1, 2, 3, 4), CATEGORIES, SAFE, (True, False)):
        yield inspection(overall=overall, category=category, safeguarding=safe, relates_to_current_urn=own,
                         areas={"early_years": 4})  # fmt: skip


def without_overall() -> Iterator[Inspection]:
    grades = ((2, 3, 4, None), (2, 3, 4), (3, 4), (2, 4))
    areas = ("quality_of_education", "leadership_and_management", "early_years", "personal_development")
    for given_grades, category, safe in product(product(*grades), CATEGORIES[:2], SAFE):
        yield ungraded_overall(areas=dict(zip(areas, given_grades, strict=True)), category=category, safeguarding=safe)


def cards() -> Iterator[Inspection]:
    grades = ("expected_standard", "needs_attention", "urgent_improvement")
    areas = ("leadership_and_governance", "achievement", "inclusion")
    for given_grades, category, safe in product(product(grades, repeat=3), (None, "SM", "RSI"), ("met", "not_met")):
        yield card(areas=dict(zip(areas, given_grades, strict=True)), category=category, safeguarding=safe)


class TestEveryCombination:
    """Of what the rules look at, before a school that was good and one that was not."""

    @pytest.mark.parametrize("scheme", SCHEMES, ids=str)
    @pytest.mark.parametrize("before", BEFORE, ids=["good before", "not good before"])
    @pytest.mark.parametrize("kind", [with_overall, without_overall, cards])
    def test_tells_exactly_the_smallest(self, scheme: tuple[str, int], before: Inspection, kind: Any) -> None:
        for latest in kind():
            assert_the_smallest(judge(*scheme), school(before, latest))


class TestAnyFacts:
    @given(judges, schools)
    @settings(max_examples=300, deadline=None)
    def test_tell_exactly_the_smallest(self, rules: Judge, facts: SchoolFacts) -> None:
        assert_the_smallest(rules, facts)


class TestSmaller:
    def test_a_grade_that_is_put_one_step_better_where_that_is_enough(self) -> None:
        facts = school(card(areas={"inclusion": "urgent_improvement"}))
        found = judge().propose(facts, TODAY).counterfactuals
        assert [each["text"] for each in found] == [
            "Had inclusion been judged needs attention, school-led development would have been proposed."
        ]

    def test_a_failed_review_of_progress(self) -> None:
        failed = ProgressReview("r", TODAY, "insufficient_progress")
        facts = replace(school(inspection(overall=3)), progress_reviews=(failed,))
        first, both = judge().propose(facts, TODAY).counterfactuals
        assert first == {
            "changes": [{"fact": "progress_reviews", "from": ["insufficient_progress"], "to": []}],
            "result": "enhanced_support",
            "text": "Had no review of progress concluded that not enough progress has been made, enhanced support "
            "would have been proposed.",
        }
        assert [change["fact"] for change in both["changes"]] == ["overall", "progress_reviews"]

    def test_attainment_where_the_version_goes_by_it(self) -> None:
        rules = judge_with("rise-2025", 2, low_attainment={"enabled": True, "below": 40})
        facts = replace(school(inspection(overall=2)), attainment=Attainment("value", 31.5))
        assert told(rules, facts) == [{"attainment": 40}]
        assert rules.propose(facts, TODAY).counterfactuals[0]["text"].startswith("Had attainment been 40%, ")


class TestWords:
    def test_where_no_rule_would_fire(self) -> None:
        (found,) = judge("rise-2025", 2).propose(school(inspection(overall=4)), TODAY).counterfactuals
        assert found["text"] == (
            "Had the school as a whole been judged requires improvement, nothing more than the universal offer would "
            "have been proposed."
        )

    def test_where_too_little_would_be_known(self) -> None:
        weak = ungraded_overall(areas={"quality_of_education": None, "leadership_and_management": 3})
        assert [each["text"] for each in judge().propose(school(weak), TODAY).counterfactuals] == [
            "Had leadership and management been judged good, nothing (not enough is known) would have been proposed."
        ]
