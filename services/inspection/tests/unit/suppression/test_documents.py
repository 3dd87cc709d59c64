"""Whole documents of progress data, attacked: what is shown of any school tells no number of 1 to 5 pupils."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from services.inspection.tests.unit.suppression.terms import shown

from inspection.dashboards.figures import Cell
from inspection.progress.shown import Official

FEW = range(1, 6)


def measure(code: str, value: float, cohort: int | None = None) -> dict[str, Any]:
    return {"code": code, "value": value, "cohort": cohort, "status": "value"}


@st.composite
def schools(draw: st.DrawFn) -> list[dict[str, Any]]:
    """All figures of a school of up to 60 pupils, that can be true together; cohorts are often a few apart."""
    roll = draw(st.integers(1, 60))
    near = draw(st.integers(1, roll))
    cohorts = st.one_of(st.just(near), st.integers(max(1, near - 6), near), st.integers(1, roll))
    attending, assessed, judged = draw(cohorts), draw(cohorts), draw(cohorts)
    absent_of = draw(st.one_of(st.just(roll), cohorts))
    below = draw(st.integers(0, judged))
    above = draw(st.integers(0, judged - below))
    expected = draw(st.integers(0, assessed))
    higher = draw(st.integers(0, expected))
    return [
        measure("pupils_on_roll", roll),
        measure("fsm_eligible", draw(st.integers(0, roll))),
        measure("attendance", 94.2, attending),
        measure("persistent_absence", round(100 * draw(st.integers(0, absent_of)) / absent_of, 1), absent_of),
        measure("attainment_expected", round(100 * expected / assessed, 1), assessed),
        measure("attainment_higher", round(100 * higher / assessed, 1), assessed),
        measure("progress_below", below, judged),
        measure("progress_expected", judged - below - above, judged),
        measure("progress_above", above, judged),
    ]


def counts(document: list[dict[str, Any]]) -> dict[str, int | None]:
    """Return the number of pupils that each figure shown stands for, as anybody can reckon it."""
    by_code = {each["code"]: each for each in document}
    roll = by_code["pupils_on_roll"]["value"]
    found: dict[str, int | None] = {}
    for code, each in by_code.items():
        if each["value"] is None or code in {"attendance", "pupils_on_roll"}:
            found[code] = None
        elif code.startswith(("fsm", "progress")):
            found[code] = int(each["value"])
        else:
            whole = each["cohort"] if each["cohort"] is not None else roll
            found[code] = None if whole is None else round(each["value"] * whole / 100)
    return found


def told(document: list[dict[str, Any]]) -> list[int]:
    """Return every number of pupils that follows from what is shown: figures, what is left over, and differences."""
    by_code = {each["code"]: each for each in document}
    number, roll = counts(document), by_code["pupils_on_roll"]["value"]
    wholes = [whole for whole in (roll, *(each["cohort"] for each in document)) if whole is not None]
    found = [value for value in number.values() if value is not None]
    found += [*wholes, *(abs(one - other) for one, other in combinations(wholes, 2))]
    for whole, part in ((roll, "fsm_eligible"), (by_code["persistent_absence"]["cohort"], "persistent_absence")):
        if whole is not None and number[part] is not None:
            found.append(whole - number[part])
    chain = [by_code["attainment_expected"]["cohort"], number["attainment_expected"], number["attainment_higher"]]
    known = [value for value in chain if value is not None]
    found += [outer - inner for place, outer in enumerate(known) for inner in known[place + 1 :]]
    parts = [number[f"progress_{name}"] for name in ("below", "expected", "above")]
    whole = by_code["progress_below"]["cohort"]
    if whole is not None:
        found.append(whole - sum(value for value in parts if value is not None))
    return [int(value) for value in found]


def values(document: list[dict[str, Any]]) -> dict[str, float | None]:
    return {each["code"]: each["value"] for each in document}


class TestBesideOfficialFigures:
    @pytest.mark.parametrize(("eligible", "seen"), [(678, 678), (679, None), (683, None), (684, 684), (690, 690)])
    def test_a_number_that_leaves_few_of_an_official_share_is_hidden(self, eligible: int, seen: int | None) -> None:
        official = Official([1213], [Cell("fsm_ever6_percent", 56.4, None)])
        supplied = [measure("pupils_on_roll", 1213), measure("fsm_eligible", eligible)]
        assert values(shown([supplied], official))["fsm_eligible"] == seen
        assert values(shown([supplied]))["fsm_eligible"] == eligible

    @pytest.mark.parametrize("eligible", [0, 97, 586, 592])
    def test_no_number_stands_beside_an_official_share_that_is_hidden(self, eligible: int) -> None:
        shares = [Cell("fsm_ever6_percent", 99.8, 593)]
        supplied = [measure("pupils_on_roll", 593), measure("fsm_eligible", eligible)]
        found = values(shown([supplied], Official([593], shares, untold=["fsm_ever6_percent"])))
        assert found == {"pupils_on_roll": 593, "fsm_eligible": None}

    def test_the_roll_of_the_term_counts_as_well(self) -> None:
        official = Official([1000], [Cell("fsm_ever6_percent", 50.0, None)])
        supplied = [measure("pupils_on_roll", 800), measure("fsm_eligible", 397)]
        assert values(shown([supplied], official))["fsm_eligible"] is None

    @pytest.mark.parametrize(("roll", "seen"), [(115, None), (119, None), (120, 120), (600, 600), (601, None)])
    def test_a_roll_that_no_official_share_was_held_against_is_hidden_with_all(
        self, roll: int, seen: int | None
    ) -> None:
        supplied = [measure("pupils_on_roll", roll), measure("progress_score", 0.5, 50)]
        document = shown([supplied], Official([300, 240]))
        assert values(document)["pupils_on_roll"] == seen
        assert (document[1]["cohort"] is None) is (seen is None)


class TestPersistentAbsentees:
    @pytest.mark.parametrize(
        ("attendance", "seen"), [(99.7, None), (98.9, None), (98.8, 98.8), (94.0, 94.0), (100.0, 100.0)]
    )
    def test_attendance_that_makes_them_a_few_is_hidden(self, attendance: float, seen: float | None) -> None:
        supplied = [measure("attendance", attendance, 50), measure("persistent_absence", 2.0, 50)]
        found = values(shown([supplied]))
        assert found == {"attendance": seen, "persistent_absence": None}

    @pytest.mark.parametrize(
        ("attendance", "cohort", "seen"),
        [(20.0, 8, None), (55.0, 6, None), (83.0, 60, None), (80.0, 60, 80.0), (0.0, 60, 0.0)],
    )
    def test_so_is_one_that_leaves_few_others_or_at_least_so_many(
        self, attendance: float, cohort: int, seen: float | None
    ) -> None:
        assert values(shown([[measure("attendance", attendance, cohort)]])) == {"attendance": seen}

    def test_numbers_of_pupils_are_whole(self) -> None:
        assert repr(values(shown([[measure("pupils_on_roll", 1213.0)]]))["pupils_on_roll"]) == "1213"


class TestWholesOfOneTerm:
    def test_of_two_that_are_few_apart_the_later_measure_is_hidden(self) -> None:
        sent = [
            measure("attendance", 92.4, 30),
            measure("persistent_absence", 33.3, 27),
            measure("attainment_expected", 60.0, 30),
            measure("progress_above", 9, 24),
        ]
        cohorts = {each["code"]: each["cohort"] for each in shown([sent])}
        assert cohorts == {
            "attendance": 30,
            "persistent_absence": None,
            "attainment_expected": 30,
            "progress_above": 24,
        }

    def test_one_that_was_told_before_stays(self) -> None:
        first, second = [measure("progress_above", 9, 27)], [measure("attainment_expected", 60.0, 30)]
        document = shown([first, [*second, *first]])
        assert {each["code"]: each["cohort"] for each in document} == {
            "attainment_expected": None,
            "progress_above": 27,
        }

    @pytest.mark.parametrize("rates", [(69.5,), (69.5, 70.5), (97.9, 98.0)])
    def test_nor_does_a_rate_of_one_that_is_hidden(self, rates: tuple[float, ...]) -> None:
        first = [measure("attainment_expected", 50.0, 24), measure("progress_above", 100, 200)]
        truths = {
            left: seen([first, *[[*first, measure("attendance", rate, 24 - left)] for rate in rates]])
            for left in range(-5, 24)
            if left
        }
        assert fewest_that_a_few_may_be(truths) == len(FEW)

    def test_which_is_hidden_tells_nothing_of_it(self) -> None:
        truths = {
            apart: seen([[measure("attendance", 94.2, 40), measure("attainment_expected", 50.0, 40 - apart)]])
            for apart in range(1, 20)
        }
        assert fewest_that_a_few_may_be(truths) == len(FEW)


class TestNothingThatFollowsIsAFew:
    @settings(max_examples=400, deadline=None)
    @given(schools())
    def test_in_one_version(self, supplied: list[dict[str, Any]]) -> None:
        assert not set(told(shown([supplied]))) & set(FEW), shown([supplied])

    @settings(max_examples=300, deadline=None)
    @given(schools(), st.data())
    def test_in_a_later_version_and_how_it_changed(self, first: list[dict[str, Any]], data: st.DataObject) -> None:
        """The second version has some other number of pupils eligible for free meals, and nothing else changed."""
        roll = int(first[0]["value"])
        second = [*first[:1], measure("fsm_eligible", data.draw(st.integers(0, roll))), *first[2:]]
        before, after = shown([first]), shown([first, second])
        assert not set(told(after)) & set(FEW), after
        then, now = counts(before)["fsm_eligible"], counts(after)["fsm_eligible"]
        assert then is None or now is None or abs(now - then) not in FEW
        assert {each["code"] for each in before if each["status"] == "suppressed"} <= {
            each["code"] for each in after if each["status"] == "suppressed"
        }


Seen = tuple[tuple[Any, ...], ...]


def seen(versions: list[list[dict[str, Any]]]) -> Seen:
    """Return all that is read of a term: each of its versions as it is shown."""
    documents = (shown(versions[: place + 1]) for place in range(len(versions)))
    return tuple(tuple(each.values()) for document in documents for each in document)


def fewest_that_a_few_may_be(truths: dict[int, Seen]) -> int:
    """Return how many of 1 to 5 the hidden few may be at least, given what is read where it is each of some numbers."""
    alike: dict[Seen, set[int]] = {}
    for number, read in truths.items():
        alike.setdefault(read, set()).add(number)
    return min(len(numbers & set(FEW)) for numbers in alike.values() if numbers & set(FEW))


class TestWhetherARateIsShownTellsNoHiddenWhole:
    """The rates are those at which it turns on a single pupil whether absentees are narrowed down."""

    @pytest.mark.parametrize(
        ("roll", "rates"),
        [(24, (69.5, 70.5)), (30, (97.9, 98.0)), (12, (90.0, 90.1)), (531, (89.1, 89.2)), (24, (69.5,))],
    )
    @pytest.mark.parametrize("code", ["attendance", "progress_score"])
    def test_of_a_cohort_just_below_the_roll(self, roll: int, rates: tuple[float, ...], code: str) -> None:
        truths = {
            left: seen([[measure("pupils_on_roll", roll), measure(code, rate, roll - left)] for rate in rates])
            for left in range(1, roll)
        }
        assert fewest_that_a_few_may_be(truths) == len(FEW)

    @pytest.mark.parametrize("roll", range(7, 12))
    def test_of_all_but_a_few_in_a_small_school(self, roll: int) -> None:
        truths = {
            left: seen([[measure("pupils_on_roll", roll), measure("progress_score", 0.5, roll - left)]])
            for left in range(1, roll)
        }
        assert fewest_that_a_few_may_be(truths) == len(FEW)

    @pytest.mark.parametrize(
        ("first", "rates"), [(24, (90.0, 69.5, 70.5)), (30, (90.0, 97.9, 98.0)), (300, (94.2, 88.4, 88.5))]
    )
    def test_of_a_roll_corrected_by_a_few(self, first: int, rates: tuple[float, ...]) -> None:
        def corrected(roll: int) -> Seen:
            rolls = (first, roll, roll)
            return seen(
                [[measure("pupils_on_roll", n), measure("attendance", r)] for n, r in zip(rolls, rates, strict=True)]
            )

        assert fewest_that_a_few_may_be({first - roll: corrected(roll) for roll in range(first - 5, first)}) == len(FEW)
        assert fewest_that_a_few_may_be({roll - first: corrected(roll) for roll in range(first + 1, first + 6)}) == len(
            FEW
        )

    def test_of_a_roll_the_register_does_not_know(self) -> None:
        official = Official([24])
        found = {
            roll: values(shown([[measure("pupils_on_roll", roll), measure("attendance", 91.4)]], official))
            for roll in [*range(1, 12), *range(49, 60)]
        }
        assert all(value is None for each in found.values() for value in each.values())

    def test_figures_are_told_to_the_decimals_of_their_measures(self) -> None:
        sent = [measure("pupils_on_roll", 500), measure("attendance", 93.4567), measure("progress_score", 1.40909, 480)]
        assert values(shown([sent])) == {"pupils_on_roll": 500, "attendance": 93.5, "progress_score": 1.41}

    def test_no_mean_is_told_whose_whole_is_hidden(self) -> None:
        near = [measure("pupils_on_roll", 24), measure("progress_score", 31 / 22, 22)]
        assert values(shown([near]))["progress_score"] is None

    @pytest.mark.parametrize(("cohort", "seen"), [(900, 89.5), (894, None)])
    def test_where_absentees_are_told_a_rate_of_the_same_pupils_tells_no_more(
        self, cohort: int, seen: float | None
    ) -> None:
        sent = [measure("attendance", 89.5, 900), measure("persistent_absence", 39.8, cohort)]
        assert values(shown([sent])) == {"attendance": seen, "persistent_absence": 39.8}
