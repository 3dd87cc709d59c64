"""Eligibility by `tsi-2022-23` and `sio-2019-20`: every rule, what is not known, and counterfactuals that come true."""

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from services.triage.tests.factories import inspection

from triage.domain.eligibility import Candidate, Eligibility, Inspection, Programme, Stay, either
from triage.domain.eligibility_changes import of_school, of_trust
from triage.domain.eligibility_schools import sio_school, tsi_school
from triage.domain.eligibility_trusts import tsi_trust, years_before
from triage.eligibility.programmes import programme

DAY = date(2023, 8, 31)
TSI = programme("tsi-2022-23")
SIO = programme("sio-2019-20")
OLD = Stay("1", date(2015, 1, 1))


def judged(starts_on: str, overall: int | None, **changes: Any) -> Inspection:
    return inspection(starts_on, overall=overall, id=f"{starts_on}-{overall}", **changes)


def maintained(*inspections: Inspection, **changes: Any) -> Candidate:
    return Candidate(
        100001, inspections=inspections, **{"counted_as": "local_authority", "open_date": date(1990, 9, 1), **changes}
    )


def academy(urn: int, *inspections: Inspection, stay: Stay = OLD, **changes: Any) -> Candidate:
    return Candidate(
        urn,
        inspections=inspections,
        stays=(stay,),
        **{"counted_as": "multi_academy_trust", "open_date": date(2015, 1, 1), **changes},
    )


def school_result(school: Candidate, roll: int | None = None, as_of: date = DAY) -> str:
    return tsi_school(school, as_of, TSI, roll).result


def with_parameters(**changed: Any) -> Programme:
    return replace(TSI, parameters={**TSI.parameters, **changed})


def trust(*schools: Candidate, by: Programme = TSI, as_of: date = DAY) -> Eligibility:
    return tsi_trust("1", schools, as_of, by)


def fired(found: Eligibility) -> dict[str, bool | None]:
    return {each.rule: each.fired for each in found.rules}


class TestSchoolRoute:
    @pytest.mark.parametrize(
        ("starts_on", "overall", "result"),
        [
            ("2022-08-31", 3, "ineligible"),
            ("2022-09-01", 3, "eligible"),
            ("2023-08-31", 3, "eligible"),
            ("2023-01-10", 2, "ineligible"),
            ("2023-01-10", 4, "ineligible"),
        ],
    )
    def test_judged_to_require_improvement_in_the_year(self, starts_on: str, overall: int, result: str) -> None:
        assert school_result(maintained(judged(starts_on, overall))) == result

    def test_only_from_publication(self) -> None:
        school = maintained(judged("2023-07-01", 3, published_on=date(2023, 9, 4)))
        assert school_result(school, as_of=date(2023, 9, 3)) == "ineligible"
        assert school_result(school, as_of=date(2023, 9, 4)) == "eligible"

    def test_not_under_a_former_urn(self) -> None:
        assert school_result(maintained(judged("2023-01-10", 3, relates_to_current_urn=False))) == "ineligible"

    def test_a_later_judgement_does_not_undo_it(self) -> None:
        assert school_result(maintained(judged("2022-10-10", 3), judged("2023-05-01", 2))) == "eligible"

    @pytest.mark.parametrize(
        ("body", "roll", "result"),
        [
            ("local_authority", None, "eligible"),
            ("single_academy_trust", 1, "eligible"),
            ("multi_academy_trust", 1, "eligible"),
            ("multi_academy_trust", 2, "ineligible"),
            ("other", None, "ineligible"),
            (None, None, "undetermined"),
        ],
    )
    def test_who_answers_for_it(self, body: str | None, roll: int | None, result: str) -> None:
        assert school_result(maintained(judged("2023-01-10", 3), counted_as=body), roll) == result

    def test_an_inspection_that_the_file_no_longer_shows_could_decide(self) -> None:
        later = (judged("2023-11-01", 2), judged("2025-03-01", 2))
        assert school_result(maintained(*later)) == "undetermined"
        assert school_result(maintained(*later, open_date=date(2023, 9, 1))) == "ineligible"
        assert school_result(maintained(judged("2022-09-01", 2), later[0])) == "ineligible"
        one = tsi_school(maintained(later[0]), DAY, TSI, None)
        assert (one.result, one.assumptions[0]) == ("ineligible", ("no_earlier_inspection", 100001))

    def test_nothing_held_is_no_judgement(self) -> None:
        assert school_result(maintained()) == "ineligible"


class TestTrustRoute:
    def test_decline_makes_it_eligible(self) -> None:
        down = (judged("2018-01-01", 1), judged("2022-01-01", 2))
        found = trust(academy(1, *down), academy(2, judged("2018-01-01", 2), judged("2022-01-01", 2)))
        assert found.result == "eligible"
        assert fired(found) == {"established_schools": True, "share_below_good": False, "overall_decline": True}

    def test_better_and_worse_cancel(self) -> None:
        down, up = (
            (judged("2018-01-01", 1), judged("2022-01-01", 2)),
            (judged("2018-01-01", 3), judged("2022-01-01", 2)),
        )
        assert fired(trust(academy(1, *down), academy(2, *up)))["overall_decline"] is False

    def test_half_on_a_judgement_since_joining(self) -> None:
        weak = (judged("2018-01-01", 4), judged("2022-01-01", 3))
        good = (judged("2018-01-01", 2), judged("2022-01-01", 2))
        assert trust(academy(1, *weak), academy(2, *good)).result == "eligible"
        assert trust(academy(1, *weak), academy(2, *good), academy(3, *good)).result == "ineligible"

    def test_a_judgement_before_joining_is_no_judgement_of_the_trust_but_one_to_compare_with(self) -> None:
        late = Stay("1", date(2020, 1, 1))
        before = academy(1, judged("2016-01-01", 2), judged("2019-12-31", 4), stay=late)
        assert fired(trust(before, academy(2)))["share_below_good"] is False
        since = academy(1, judged("2019-12-31", 2), judged("2020-01-01", 3), stay=late)
        assert fired(trust(since, academy(2)))["overall_decline"] is True

    def test_two_schools_for_three_years(self) -> None:
        weak = (judged("2018-01-01", 3), judged("2023-03-01", 3))
        for joined, result in ((date(2020, 8, 31), "eligible"), (date(2020, 9, 1), "ineligible")):
            assert trust(academy(1, *weak), academy(2, *weak, stay=Stay("1", joined))).result == result

    def test_both_denominators_are_shown_and_the_parameter_chooses(self) -> None:
        weak = (judged("2018-01-01", 4), judged("2022-01-01", 3))
        schools = (academy(1, *weak), academy(2), academy(3))
        found = trust(*schools)
        shares = found.rules[1].inputs["denominators"]
        assert {name: (each["weak"], each["of"], each["holds"]) for name, each in shares.items()} == {
            "inspected_since_joining": (1, 1, True),
            "all_schools": (1, 3, False),
        }
        assert found.result == "eligible"
        assert trust(*schools, by=with_parameters(denominator="all_schools")).result == "ineligible"

    def test_a_grade_change_that_is_not_known_is_undetermined_only_where_it_could_decide(self) -> None:
        hidden = (judged("2022-01-01", 2), judged("2024-06-01", 2))
        same = (judged("2018-01-01", 2), judged("2022-01-01", 2))
        assert trust(academy(1, *hidden), academy(2, *same)).result == "undetermined"
        up = (judged("2018-01-01", 3), judged("2022-01-01", 2))
        found = trust(academy(1, *hidden), academy(2, *up))
        assert (found.result, found.rules[2].inputs["least"], found.rules[2].inputs["most"]) == ("ineligible", 0, 3)
        far_down = (judged("2018-01-01", 1), judged("2022-01-01", 4))
        assert trust(academy(1, *hidden), academy(2, *far_down)).result == "eligible"

    def test_a_joining_date_that_nobody_knows(self) -> None:
        unknown = Stay("1", date(2022, 1, 31), joined_assumed=True)
        same = (judged("2021-05-01", 3), judged("2023-01-01", 3))
        found = trust(academy(1, *same), academy(2, *same, stay=unknown, open_date=None))
        assert fired(found)["established_schools"] is None
        assert found.result == "undetermined"
        assert ("joining_date", 2) in found.assumptions

    def test_the_roll_is_that_of_the_day(self) -> None:
        weak = (judged("2018-01-01", 3), judged("2022-01-01", 3))
        left = Stay("1", date(2015, 1, 1), left_on=date(2023, 8, 31))
        assert [each["urn"] for each in trust(academy(1, *weak), academy(2, *weak, stay=left)).schools] == [1]
        opened_later = academy(3, stay=Stay("1", date(2023, 9, 1), joined_assumed=True), open_date=date(2023, 9, 1))
        assert [each["urn"] for each in trust(academy(1, *weak), opened_later).schools] == [1]
        first_file = academy(4, stay=Stay("1", date(2025, 8, 31), joined_assumed=True), open_date=None)
        found = trust(academy(1, *weak), first_file)
        assert [each["urn"] for each in found.schools] == [1, 4]
        assert ("membership_before_first_file", 4) in found.assumptions

    def test_the_order_of_schools_changes_nothing(self) -> None:
        schools = [academy(urn, judged("2018-01-01", 2), judged("2022-01-01", 2 + urn % 2)) for urn in (1, 2, 3)]
        assert len({repr(trust(*order)) for order in permutations(schools)}) == 1

    def test_a_leap_day(self) -> None:
        assert years_before(date(2024, 2, 29), 3) == date(2021, 2, 28)

    def test_the_first_of_all_days(self) -> None:
        assert years_before(date.min, 3) == date.min


class TestTiersOf2019:
    @pytest.mark.parametrize(
        ("grades", "result", "tiers"),
        [
            ((3, 2), "ineligible", ()),
            ((2, 3), "eligible", (1,)),
            ((3, 3), "eligible", (2, 3)),
            ((4, 3), "eligible", (1, 3)),
            ((3,), "eligible", (2,)),
            ((3, 3, 4, 3), "eligible", (3,)),
            ((), "ineligible", ()),
        ],
    )
    def test_by_history(self, grades: tuple[int, ...], result: str, tiers: tuple[int, ...]) -> None:
        found = [judged(f"{2012 + year}-01-01", grade) for year, grade in enumerate(grades)]
        by = replace(SIO, parameters={**SIO.parameters, "shown_by_the_file": 9}) if len(grades) == 4 else SIO
        told = sio_school(maintained(*found), date(2019, 12, 1), by)
        assert (told.result, told.possible_tiers) == (result, tiers)

    def test_all_later_than_the_day(self) -> None:
        later = (judged("2022-01-01", 2), judged("2024-01-01", 2))
        assert sio_school(maintained(*later), date(2019, 12, 1), SIO).result == "undetermined"


class TestCounterfactuals:
    @pytest.mark.parametrize("overall", [1, 2, 3, 4])
    @pytest.mark.parametrize(("body", "roll"), [("local_authority", None), ("multi_academy_trust", 5)])
    def test_each_of_a_school_names_changes_that_alter_the_result(
        self, overall: int, body: str, roll: int | None
    ) -> None:
        school = maintained(judged("2023-01-10", overall), counted_as=body)
        stands = school_result(school, roll)
        found = of_school(school, roll, DAY, TSI, lambda each, count: tsi_school(each, DAY, TSI, count))
        assert found
        assert all(each.result != stands for each in found)
        fewest = {len(each.changes) for each in found}
        assert fewest == ({2} if overall != 3 and body == "multi_academy_trust" else {1})

    @pytest.mark.parametrize("grades", [(2, 2), (3, 3), (2, 3), (1, 2), (4, 4)])
    @pytest.mark.parametrize("joined", [date(2015, 1, 1), date(2022, 1, 1)])
    def test_each_of_a_trust_comes_true_when_applied(self, grades: tuple[int, int], joined: date) -> None:
        first = (judged("2018-01-01", 2), judged("2022-06-01", grades[0]))
        second = (judged("2018-01-01", 2), judged("2022-06-01", grades[1]))
        schools = [academy(1, *first), academy(2, *second, stay=Stay("1", joined))]
        found = of_trust("1", schools, DAY, TSI)
        stands = trust(*schools).result
        assert found
        for counterfactual in found:
            assert counterfactual.result != stands
            applied = schools
            for change in counterfactual.changes:
                applied = [
                    _apply(each, change.fact, change.becomes) if each.urn == change.urn else each for each in applied
                ]
            assert trust(*applied).result == counterfactual.result


def _apply(school: Candidate, fact: str, becomes: Any) -> Candidate:
    if fact == "joined_on":
        return replace(school, stays=(replace(school.stays[0], joined_on=becomes),))
    latest = school.graded()[0]
    changed = tuple(replace(each, overall=becomes) if each is latest else each for each in school.inspections)
    return replace(school, inspections=changed)


def test_one_that_holds_is_enough() -> None:
    assert (either([None, True]), either([None, False]), either([False, False])) == (True, None, False)
