"""All versions of a term, attacked together: every read by whoever may read any of them, remembered and combined.

The attacker does not use the code it attacks. It takes each figure as any version told it, together with any other that
any version told, and reckons what is left.
"""

from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from services.inspection.tests.unit.suppression.terms import shown

FEW = range(1, 6)
PARTS = ("progress_below", "progress_expected", "progress_above")
Version = list[dict[str, Any]]
Read = dict[str, tuple[float | None, int | None]]


def version(**figures: Any) -> Version:
    """Return a version: a figure by code, or (figure, cohort)."""
    given_ = {code: each if isinstance(each, tuple) else (each, None) for code, each in figures.items()}
    return [
        {"code": code, "value": value, "cohort": cohort, "status": "value"} for code, (value, cohort) in given_.items()
    ]


def progress(cohort: int, below: int | None, expected: int | None, above: int | None) -> Version:
    """Return a version of what pupils' progress was, those parts that are given."""
    parts = zip(PARTS, (below, expected, above), strict=True)
    return version(**{code: (number, cohort) for code, number in parts if number is not None})


def reads(versions: list[Version]) -> list[Read]:
    """Return figure and cohort by code, as each version is read."""
    return [
        {each["code"]: (each["value"], each["cohort"]) for each in shown(versions[:last])}
        for last in range(1, len(versions) + 1)
    ]


class Memory:
    """Every value that any read told, by code; every cohort of pupils' progress."""

    def __init__(self, reads: list[Read]) -> None:
        self.values: dict[str, set[int]] = {}
        self.cohorts: set[int] = set()
        self.rolls: set[int] = set()
        self.wholes: set[int] = set()
        for read in reads:
            for code, (value, cohort) in read.items():
                if value is not None:
                    self.values.setdefault(code, set()).add(int(value))
                if cohort is not None:
                    self.wholes.add(cohort)
                if cohort is not None and code in PARTS:
                    self.cohorts.add(cohort)
                if cohort is not None and code == "fsm_eligible":
                    self.rolls.add(cohort)
        self.rolls |= self.values.get("pupils_on_roll", set())

    def told(self) -> set[int]:
        """Return every number of pupils that may be reckoned, with all mixtures of versions."""
        found = {value for values in self.values.values() for value in values} | self.cohorts | self.rolls
        found |= {roll - fsm for roll in self.rolls for fsm in self.values.get("fsm_eligible", ())}
        found |= {abs(one - other) for one, other in combinations(self.rolls | self.wholes, 2)}
        known = [self.values[code] for code in PARTS if code in self.values]
        for size in range(1, len(known) + 1):
            for some in combinations(known, size):
                found |= {cohort - sum(mixed) for cohort in self.cohorts for mixed in product(*some)}
        return found

    def changes(self) -> set[int]:
        """Return by how many pupils any figure changed, and what was left of the cohort."""
        groups = [*self.values.values(), self.cohorts, self.rolls]
        return {abs(one - other) for group in groups for one, other in combinations(group, 2)}


def check(versions: list[Version]) -> None:
    check_reads(reads(versions))


def check_reads(found: list[Read]) -> None:
    memory = Memory(found)
    assert not memory.told() & set(FEW), found
    assert not memory.changes() & set(FEW), found


@st.composite
def progresses(draw: st.DrawFn) -> Version:
    """Some parts of a cohort that may be another one in each version."""
    atoms = [draw(st.one_of(st.integers(0, 8), st.integers(6, 30))) for _ in range(3)]
    cohort = draw(st.sampled_from([40, 43, 50, 60])) if draw(st.booleans()) else sum(atoms)
    cohort = max(cohort, sum(atoms))
    kept = [atom if draw(st.booleans()) else None for atom in atoms]
    return progress(cohort, *kept)


@st.composite
def rolls(draw: st.DrawFn) -> Version:
    """A roll, free meals of it, and attendance and progress of cohorts, each there or not."""
    roll = draw(st.sampled_from([97, 98, 100, 103, 110, 120]))
    figures: dict[str, Any] = {}
    if named := draw(st.booleans()):
        figures["pupils_on_roll"] = roll
    if draw(st.booleans()):
        figures["fsm_eligible"] = (draw(st.integers(0, roll)), None if named else roll)
    for code in ("attendance", "progress_above"):
        cohort = draw(st.sampled_from([None, 60, 90, 94, 97]))
        if cohort is not None:
            figures[code] = (94 if code == "attendance" else draw(st.integers(0, cohort)), cohort)
    return version(**figures)


class TestAllVersionsTogetherTellNoFew:
    @settings(max_examples=500, deadline=None)
    @given(st.lists(progresses().filter(bool), min_size=1, max_size=4))
    def test_of_parts_supplied_by_and_by(self, versions: list[Version]) -> None:
        check(versions)

    @settings(max_examples=500, deadline=None)
    @given(st.lists(rolls().filter(bool), min_size=1, max_size=4))
    def test_of_a_roll_that_is_there_in_some(self, versions: list[Version]) -> None:
        check(versions)

    @settings(max_examples=300, deadline=None)
    @given(st.data())
    def test_no_hidden_part_is_pinned_where_nothing_changed(self, data: st.DataObject) -> None:
        """The true numbers stay as they are; each version supplies some. What agrees with all reads is counted out."""
        atoms = data.draw(st.lists(st.integers(0, 9), min_size=4, max_size=4))
        cohort = sum(atoms)
        masks = data.draw(st.lists(st.lists(st.booleans(), min_size=3, max_size=3).filter(any), min_size=1, max_size=4))
        versions = [
            progress(cohort, *[n if there else None for n, there in zip(atoms[:3], mask, strict=True)])
            for mask in masks
        ]
        if not Memory(reads(versions)).cohorts:
            return
        fixed: dict[int, int] = {}
        for read in reads(versions):
            for place, code in enumerate(PARTS):
                value, _ = read.get(code, (None, None))
                if value is not None:
                    fixed[place] = int(value)
        choices = [[fixed[place]] if place in fixed else range(cohort + 1) for place in range(3)]
        possible = [(*each, cohort - sum(each)) for each in product(*choices) if sum(each) <= cohort]
        for place, true in enumerate(atoms):
            if true in FEW:
                found = {each[place] for each in possible}
                assert max(found) - min(found) >= 6, (atoms, reads(versions))


class TestWhatWasRecovered:
    def test_one_hidden_set_for_whoever_reads(self) -> None:
        first, second = reads([progress(40, 20, 15, 5), progress(40, 8, 3, 29)])
        assert first == {PARTS[0]: (20, 40), PARTS[1]: (None, 40), PARTS[2]: (None, 40)}
        assert second == {PARTS[0]: (8, 40), PARTS[1]: (None, 40), PARTS[2]: (None, 40)}

    def test_a_cohort_beside_a_share_of_the_roll_is_not_echoed(self) -> None:
        (read,) = reads([version(pupils_on_roll=100, fsm_eligible=(94, 97))])
        assert read["fsm_eligible"] == (94, None)

    def test_parts_that_are_supplied_later(self) -> None:
        _, second = reads([progress(40, None, None, 17), progress(40, 3, 20, 17)])
        assert second == {PARTS[0]: (None, 40), PARTS[1]: (None, 40), PARTS[2]: (17, 40)}
        _, second = reads([progress(40, None, None, 17), progress(40, 3, 20, None)])
        assert second == {PARTS[0]: (None, 40), PARTS[1]: (None, 40)}

    @pytest.mark.parametrize(("fsm", "cohort", "told"), [(52, 100, (None, 100)), (20, 97, (None, None))])
    def test_a_roll_that_is_left_out_is_remembered(self, fsm: int, cohort: int, told: tuple[Any, Any]) -> None:
        versions = [version(pupils_on_roll=100, fsm_eligible=50), version(fsm_eligible=(fsm, cohort))]
        assert reads(versions)[-1]["fsm_eligible"] == told

    def test_a_cohort_that_is_all_but_a_few_of_a_roll_of_another_version(self) -> None:
        with_roll, without = version(pupils_on_roll=100), progress(97, None, None, 40)
        assert reads([with_roll, without])[-1][PARTS[2]] == (None, None)
        assert reads([without, with_roll])[-1]["pupils_on_roll"] == (None, None)
