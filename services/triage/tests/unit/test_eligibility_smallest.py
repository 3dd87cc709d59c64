"""The smallest changes of eligibility: every set of changes is tried, apart from the code, and none smaller alters."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, product
from typing import Any

import pytest
from services.triage.tests.unit.test_eligibility import DAY, SIO, TSI, academy, judged, maintained, trust

from triage.domain.eligibility import Candidate, Inspection, Programme, Stay
from triage.domain.eligibility_changes import Change, of_school, of_trust
from triage.domain.eligibility_schools import sio_school, tsi_school

GRADES = (1, 2, 3, 4)
Outcome = tuple[str, tuple[int, ...]]
Values = Mapping[str, Any]


def outcome(programme: Programme, school: Candidate, roll: int | None, as_of: date) -> Outcome:
    rule = sio_school(school, as_of, programme) if programme is SIO else tsi_school(school, as_of, programme, roll)
    return rule.result, rule.possible_tiers


def put(school: Candidate, roll: int | None, values: Values, as_of: date) -> tuple[Candidate, int | None]:
    """The school with other facts: by inspection its grade, `inspection` (one more), `responsible_body`, the roll."""
    inspections = [replace(each, overall=values.get(each.id, each.overall)) for each in school.inspections]
    if "inspection" in values:
        inspections.append(judged(min(as_of, date(2023, 8, 31)).isoformat(), values["inspection"]))
    body = values.get("responsible_body", school.counted_as)
    if "responsible_body" in values:
        roll = {"single_academy_trust": 1, "multi_academy_trust": 2}[body]
    return replace(school, inspections=tuple(inspections), counted_as=body), values.get("schools_of_trust", roll)


def every_set(school: Candidate, roll: int | None, as_of: date) -> Iterator[list[Values]]:
    """All that could be otherwise, by how many facts are."""
    facts: dict[str, Sequence[Any]] = {each.id: GRADES for each in school.inspections if each.visible_from <= as_of}
    facts |= {"inspection": [3], "responsible_body": ["single_academy_trust", "multi_academy_trust"]}
    facts |= {"schools_of_trust": [1]} if (roll or 0) > 1 else {}
    for size in range(1, len(facts) + 1):
        yield [
            dict(zip(chosen, values, strict=True))
            for chosen in combinations(facts, size)
            for values in product(*[facts[fact] for fact in chosen])
        ]


def named(changes: Sequence[Change]) -> Values:
    return {
        change.inspection_id or change.fact: change.becomes["overall"]
        if change.fact == "inspection"
        else change.becomes
        for change in changes
    }


def assert_smallest(programme: Programme, school: Candidate, roll: int | None, as_of: date) -> None:
    stands = outcome(programme, school, roll, as_of)

    def decide(one: Candidate, count: int | None) -> Any:
        return sio_school(one, as_of, SIO) if programme is SIO else tsi_school(one, as_of, programme, count)

    told = of_school(school, roll, as_of, programme, decide)
    expected: set[tuple[frozenset[str], Outcome]] = set()
    for sets in every_set(school, roll, as_of):
        reached = [(values, outcome(programme, *put(school, roll, values, as_of), as_of)) for values in sets]
        expected = {(frozenset(values), other) for values, other in reached if other != stands}
        if expected:
            break
    assert {(frozenset(named(each.changes)), (each.result, each.possible_tiers)) for each in told} == expected
    assert len(told) == len(expected)
    for each in told:
        values = named(each.changes)
        assert outcome(programme, *put(school, roll, values, as_of), as_of) == (each.result, each.possible_tiers)
        assert not any(_nearer(values, other, school) and
                       outcome(programme, *put(school, roll, other, as_of), as_of) == (each.result, each.possible_tiers)
                       for other in _alike(values, school))  # fmt: skip


def _alike(values: Values, school: Candidate) -> Iterator[Values]:
    """The same facts with every other grade."""
    graded = [each.id for each in school.inspections if each.id in values]
    for grades in product(GRADES, repeat=len(graded)):
        yield {**values, **dict(zip(graded, grades, strict=True))}


def _nearer(told: Values, other: Values, school: Candidate) -> bool:
    grades = {each.id: each.overall for each in school.inspections if each.id in told and isinstance(each.overall, int)}
    distance: Callable[[Values], int] = lambda values: sum(abs(values[key] - was) for key, was in grades.items())  # noqa: E731
    return distance(other) < distance(told) and all(other[key] != was for key, was in grades.items())


HISTORIES: list[tuple[Inspection, ...]] = [
    (),
    *[(judged("2023-01-10", one),) for one in (*GRADES, None)],
    *[(judged("2019-01-10", one), judged("2023-01-10", other)) for one, other in product((*GRADES, None), repeat=2)],
    (judged("2024-01-10", 3), judged("2025-01-10", 2)),
]
BODIES = [
    ("local_authority", None),
    ("multi_academy_trust", 5),
    ("single_academy_trust", 1),
    (None, None),
    ("other", None),
]


class TestOfASchool:
    @pytest.mark.parametrize("programme", [TSI, SIO], ids=lambda each: each.code)
    @pytest.mark.parametrize(("body", "roll"), BODIES)
    def test_are_all_of_the_fewest_and_nearest(self, programme: Programme, body: str | None, roll: int | None) -> None:
        for history in HISTORIES:
            assert_smallest(programme, maintained(*history, counted_as=body), roll, DAY)

    def test_of_the_tiers_name_the_tiers_that_would_be_possible(self) -> None:
        found = of_school(maintained(*HISTORIES[18]), None, DAY, SIO, lambda each, _: sio_school(each, DAY, SIO))
        assert any(each.result == "eligible" and each.possible_tiers for each in found)


def of_a_trust(grades: Sequence[int | None], joined: Sequence[date]) -> list[Candidate]:
    return [
        academy(urn, judged("2017-01-01", 2, number=None), judged("2022-06-01", grade), stay=Stay("1", day))
        for urn, (grade, day) in enumerate(zip(grades, joined, strict=True), start=1)
    ]


def fewest_of_a_trust(schools: Sequence[Candidate]) -> int | None:
    """Every school put to every grade, and every number of schools that is wanting in the trust for long enough."""
    stands = trust(*schools).result
    ways = [
        [(0, school)] + [(1, _graded(school, grade)) for grade in GRADES if grade != school.graded()[0].overall]
        for school in schools
    ]
    found = []
    for chosen in product(*ways):
        changed = sum(count for count, _ in chosen)
        for longer in ([], *_wanting(schools)):
            held = [_long(each) if each.urn in longer else each for _, each in chosen]
            if trust(*held).result != stands:
                found.append(changed + len(longer))
    return min(found, default=None)


def _graded(school: Candidate, grade: int) -> Candidate:
    latest = school.graded()[0]
    return replace(school, inspections=tuple(replace(each, overall=grade) if each is latest else each
                                             for each in school.inspections))  # fmt: skip


def _long(school: Candidate) -> Candidate:
    return replace(school, stays=(replace(school.stays[0], joined_on=date(2020, 8, 31)),))


def _wanting(schools: Sequence[Candidate]) -> Iterator[list[int]]:
    short = [each.urn for each in schools if (each.stays[0].joined_on or DAY) > date(2020, 8, 31)]
    wanting = 2 - (len(schools) - len(short))
    yield from ([*each] for each in combinations(short, max(wanting, 0)) if each)


class TestOfATrust:
    LONG, SHORT, LATE = date(2015, 1, 1), date(2021, 9, 1), date(2022, 9, 1)

    @pytest.mark.parametrize("joined", [(LONG, LONG, LONG), (LONG, SHORT, SHORT), (SHORT, SHORT, LATE)], ids=str)
    def test_are_the_fewest_of_all(self, joined: tuple[date, ...]) -> None:
        for grades in product((*GRADES, None), repeat=3):
            schools = of_a_trust(grades, joined)
            told = {len(each.changes) for each in of_trust("1", schools, DAY, TSI)}
            fewest = fewest_of_a_trust(schools)
            assert told == (set() if fewest is None else {fewest}), grades

    def test_come_true(self) -> None:
        for grades in product((*GRADES, None), repeat=3):
            schools = of_a_trust(grades, (self.LONG, self.LONG, self.SHORT))
            for each in of_trust("1", schools, DAY, TSI):
                values = {change.urn: change.becomes for change in each.changes}
                held = [_graded(one, values[one.urn]) if one.urn in values else one for one in schools]
                assert trust(*held).result == each.result != trust(*schools).result


class TestWorseAndOrder:
    """A judgement that is worse never makes a trust less eligible; the order of facts never matters."""

    ORDER = ("ineligible", "undetermined", "eligible")

    def test_of_a_trust(self) -> None:
        for grades in product((*GRADES, None), repeat=3):
            schools = of_a_trust(grades, (TestOfATrust.LONG, TestOfATrust.LONG, TestOfATrust.SHORT))
            stands = self.ORDER.index(trust(*schools).result)
            assert trust(*reversed(schools)) == trust(*schools)
            for at, grade in enumerate(grades):
                if grade in {1, 2, 3}:
                    worse = [_graded(each, grade + 1) if place == at else each for place, each in enumerate(schools)]
                    assert self.ORDER.index(trust(*worse).result) >= stands

    @pytest.mark.parametrize("programme", [TSI, SIO], ids=lambda each: each.code)
    def test_of_the_inspections_of_a_school(self, programme: Programme) -> None:
        for history in HISTORIES:
            turned = outcome(programme, maintained(*reversed(history)), None, DAY)
            assert turned == outcome(programme, maintained(*history), None, DAY)

    def test_the_tiers_of_2019_never_fall_with_a_worse_grade_before(self) -> None:
        """The grade now must require improvement; the one before can only raise the tier by being worse."""
        for grade in (1, 2, 3):
            now = judged("2023-01-10", 3)
            better, worse = (
                sio_school(maintained(judged("2019-01-10", before), now), DAY, SIO).possible_tiers
                for before in (grade, grade + 1)
            )
            assert max(worse) >= max(better)
