"""What must hold whatever the facts: worse never gets less, order never matters, the same gives the same bytes."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import date
from itertools import product
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from services.triage.tests.factories import (
    CARD,
    OLD_AREAS,
    TODAY,
    URN,
    card,
    inspection,
    judge,
    school,
    ungraded_overall,
)

from triage.domain.facts import CompletedSupport, Grade, Inspection, ProgressReview, SchoolFacts
from triage.domain.tiering import Judge
from triage.policies.documents import canonical, content_hash

OLDER = ["early_years", "sixth_form", *OLD_AREAS]
CARD_GRADES = ["exceptional", "strong_standard", "expected_standard", "needs_attention", "urgent_improvement"]
T = TypeVar("T")
SCHEMES = [("ippr-2023", 1), ("rise-2025", 1), ("rise-2025", 2)]

judges = st.sampled_from(SCHEMES).map(lambda each: judge(*each))
days = st.dates(date(2012, 1, 1), TODAY)


def _older() -> st.SearchStrategy[Inspection]:
    grade = st.sampled_from([1, 2, 3, 4, 0, 8, 9, None])
    return st.builds(
        Inspection,
        id=st.uuids().map(str),
        number=st.none() | st.text("0123456789", min_size=3, max_size=8),
        framework=st.sampled_from(["pre-eif", "eif-2019", "eif-2024"]),
        kind=st.just("graded"),
        starts_on=days,
        published_on=st.none() | st.dates(date(2012, 1, 1), date(2026, 12, 31)),
        relates_to_current_urn=st.booleans(),
        overall=st.sampled_from([None, 1, 2, 3, 4]),
        category=st.sampled_from([None, None, "SM", "SWK", "NTI"]),
        safeguarding=st.sampled_from([None, "effective", "not_effective"]),
        grades=st.dictionaries(st.sampled_from(OLDER), grade),
    )


def _cards() -> st.SearchStrategy[Inspection]:
    return st.builds(
        Inspection,
        id=st.uuids().map(str),
        number=st.none(),
        framework=st.just("report-card-2025"),
        kind=st.just("graded"),
        starts_on=days,
        relates_to_current_urn=st.booleans(),
        category=st.sampled_from([None, None, "SM", "RSI"]),
        safeguarding=st.sampled_from([None, "met", "not_met"]),
        grades=st.dictionaries(st.sampled_from(list(CARD)), st.sampled_from([*CARD_GRADES, "not_applicable", None])),
    )


def _visits() -> st.SearchStrategy[Inspection]:
    outcomes = st.sampled_from(["School remains Good", "Some aspects not as strong", None])
    return st.builds(
        Inspection,
        id=st.uuids().map(str),
        number=st.none(),
        framework=st.just("ungraded"),
        kind=st.just("ungraded"),
        starts_on=days,
        outcome=outcomes,
    )


schools = st.builds(
    SchoolFacts,
    urn=st.just(URN),
    inspections=st.lists(_older() | _cards() | _visits(), max_size=5).map(tuple),
    completed_support=st.lists(st.builds(CompletedSupport, st.uuids().map(str), days), max_size=2).map(tuple),
    progress_reviews=st.lists(
        st.builds(ProgressReview, st.uuids().map(str), days, st.sampled_from(["insufficient_progress", "on_track"])),
        max_size=2,
    ).map(tuple),
    decided_on=st.lists(days, max_size=2).map(tuple),
)


def rank(rules: Judge, facts: SchoolFacts) -> int:
    return rules.policy.rank[rules.decide(rules.case(facts, TODAY)).result]


def worse(grade: Grade) -> Grade:
    """The next worse grade on the grade's own scale; what was not judged stays so."""
    if isinstance(grade, int) and grade in (1, 2, 3):
        return grade + 1
    if grade in CARD_GRADES[:-1]:
        return CARD_GRADES[CARD_GRADES.index(str(grade)) + 1]
    return grade


class TestWorseNeverGetsLess:
    @given(judges, schools, st.data())
    @settings(max_examples=400)
    def test_whichever_area_of_whichever_inspection(
        self, rules: Judge, facts: SchoolFacts, data: st.DataObject
    ) -> None:
        judged = [each for each in facts.inspections if each.grades]
        if not judged:
            return
        chosen = data.draw(st.sampled_from(judged))
        area = data.draw(st.sampled_from(sorted(chosen.grades)))
        changed = replace(chosen, grades={**chosen.grades, area: worse(chosen.grades[area])})
        others = tuple(changed if each is chosen else each for each in facts.inspections)
        assert rank(rules, replace(facts, inspections=others)) >= rank(rules, facts)

    @given(judges, schools)
    @settings(max_examples=300)
    def test_the_overall_grade(self, rules: Judge, facts: SchoolFacts) -> None:
        case = rules.case(facts, TODAY)
        if case.latest is None or case.latest.overall not in (1, 2):
            return
        changed = replace(case.latest, overall=3)
        others = tuple(changed if each is case.latest else each for each in facts.inspections)
        assert rank(rules, replace(facts, inspections=others)) >= rank(rules, facts)


def _combinations(scheme: tuple[str, int]) -> Iterator[tuple[Judge, Inspection, Inspection]]:
    """Every combination of what the rules look at in the latest inspection, after a good and a weak one."""
    before = (inspection("2019-05-01", overall=2), inspection("2019-05-01", overall=3))
    older = product((None, 1, 2, 3, 4), repeat=3)
    names = ("quality_of_education", "leadership_and_management", "sixth_form")
    newer = product(CARD_GRADES, repeat=3)
    card_names = ("leadership_and_governance", "achievement", "inclusion")
    latest = [ungraded_overall(areas=dict(zip(names, given_grades, strict=True))) for given_grades in older]
    latest += [card(areas=dict(zip(card_names, given_grades, strict=True))) for given_grades in newer]
    latest += [inspection(overall=overall) for overall in (1, 2, 3, 4)]
    for first, last, category in product(before, latest, (None, "SM", "RSI")):
        yield judge(*scheme), first, replace(last, category=category)


class TestWorseNeverGetsLessInAnyCombination:
    @pytest.mark.parametrize("scheme", SCHEMES, ids=str)
    def test_by_area_overall_safeguarding_or_the_inspection_before(self, scheme: tuple[str, int]) -> None:
        for rules, before, latest in _combinations(scheme):
            stands = rank(rules, school(before, latest))
            failed = "not_met" if latest.framework == "report-card-2025" else "not_effective"
            worsened = [replace(latest, grades={**latest.grades, area: worse(grade)})
                        for area, grade in latest.grades.items()]  # fmt: skip
            worsened += [replace(latest, overall=worse(latest.overall)), replace(latest, safeguarding=failed)]
            for each in worsened:
                assert rank(rules, school(before, each)) >= stands, each
            assert rank(rules, school(replace(before, overall=worse(before.overall)), latest)) >= stands


class TestOrderNeverMatters:
    @given(judges, schools, st.randoms())
    @settings(max_examples=300)
    def test_of_facts(self, rules: Judge, facts: SchoolFacts, random: Random) -> None:
        def shuffled(items: Iterable[T]) -> tuple[T, ...]:
            mixed = list(items)
            random.shuffle(mixed)
            return tuple(mixed)

        inspections = [replace(each, grades=dict(shuffled(each.grades.items()))) for each in facts.inspections]
        mixed = replace(
            facts,
            inspections=shuffled(inspections),
            completed_support=shuffled(facts.completed_support),
            progress_reviews=shuffled(facts.progress_reviews),
            decided_on=shuffled(facts.decided_on),
        )
        assert content_hash(asdict(rules.propose(mixed, TODAY))) == content_hash(asdict(rules.propose(facts, TODAY)))


class TestSupport:
    @given(judges, schools)
    @settings(max_examples=300)
    def test_alone_never_worsens(self, rules: Judge, facts: SchoolFacts) -> None:
        """Support that is newer than every inspection changes nothing: only inspectors who come later can."""
        done = (CompletedSupport("new", TODAY),)
        before = replace(facts, completed_support=())
        assert rank(rules, replace(facts, completed_support=done)) == rank(rules, before)

    @pytest.mark.parametrize("scheme", SCHEMES, ids=str)
    def test_alone_changes_nothing_from_the_day_the_latest_inspection_began(self, scheme: tuple[str, int]) -> None:
        for rules, before, latest in _combinations(scheme):
            for day in (latest.starts_on, TODAY):
                facts = school(before, latest)
                supported = replace(facts, completed_support=(CompletedSupport("one", day),))
                proposed = rules.propose(facts, TODAY)
                assert rules.propose(supported, TODAY).result == proposed.result

    @pytest.mark.parametrize("scheme", SCHEMES, ids=str)
    def test_before_it_changes_only_what_calls_for_support_again(self, scheme: tuple[str, int]) -> None:
        for rules, before, latest in _combinations(scheme):
            facts = school(before, latest)
            supported = replace(facts, completed_support=(CompletedSupport("one", date(2020, 1, 1)),))
            if rank(rules, school(latest)) == 0 or rank(rules, school(before)) == 0:
                assert rank(rules, supported) == rank(rules, facts)


class TestSameInSameOut:
    @given(judges, schools)
    @settings(max_examples=200)
    def test_to_the_byte(self, rules: Judge, facts: SchoolFacts) -> None:
        first, again = asdict(rules.propose(facts, TODAY)), asdict(rules.propose(facts, TODAY))
        plain = json.dumps(again, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert canonical(first) == plain
