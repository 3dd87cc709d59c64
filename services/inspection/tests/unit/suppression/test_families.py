"""Suppression within a school, attacked: all that could be true is counted out, and no small cell is ever pinned.

The attacker knows the whole, every figure that is shown, how figures hang together, and what was published before. It
does not use the code it attacks: it lists all numbers of pupils that agree with what is shown.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.domain.suppression import Family, Figure, Hidden, Told, hide, pupils_of

THRESHOLD = 6
LARGEST = 24


def family(whole: int, *numbers: int, relation: str = "parts") -> Family:
    figures = tuple(Figure(f"f{place}", number, number, place) for place, number in enumerate(numbers))
    return Family("f", whole, relation, figures)  # type: ignore[arg-type]


def shown(one: Family, hidden: Hidden) -> dict[str, int | None]:
    return {figure.code: None if figure.code in hidden.codes else figure.low for figure in one.figures}


class Attacker:
    """Counts out the numbers of pupils in each atom that agree with one table as it is shown."""

    def __init__(self, whole: int, table: Mapping[str, int | None], *, nested: bool) -> None:
        self.whole, self.table, self.nested = whole, table, nested

    def possible(self) -> list[tuple[int, ...]]:
        return [figures for figures in self._all() if self._agrees(figures)]

    def _all(self) -> Iterator[tuple[int, ...]]:
        choices = [range(self.whole + 1) if value is None else [value] for value in self.table.values()]
        for figures in product(*choices):
            if self.nested:
                chain = (self.whole, *figures, 0)
                if all(one >= other for one, other in pairwise(chain)):
                    yield tuple(one - other for one, other in pairwise(chain))
            elif sum(figures) <= self.whole:
                yield (*figures, self.whole - sum(figures))

    def _agrees(self, atoms: tuple[int, ...]) -> bool:
        return sum(atoms) == self.whole and min(atoms) >= 0

    def ranges(self) -> list[tuple[int, int]]:
        return [(min(values), max(values)) for values in zip(*self.possible(), strict=True)]


def atoms_of(one: Family) -> list[int]:
    numbers = [figure.low for figure in one.figures]
    if one.relation == "nested":
        chain = [one.whole, *numbers, 0]
        return [outer - inner for outer, inner in pairwise(chain)]
    return [*numbers, one.whole - sum(numbers)]


@st.composite
def parts(draw: st.DrawFn) -> Family:
    atoms = draw(st.lists(st.integers(0, 9), min_size=2, max_size=4).filter(lambda found: sum(found) <= LARGEST))
    return family(sum(atoms), *atoms[:-1])


@st.composite
def chains(draw: st.DrawFn) -> Family:
    atoms = draw(st.lists(st.integers(0, 9), min_size=2, max_size=4).filter(lambda found: sum(found) <= LARGEST))
    numbers = [sum(atoms[place:]) for place in range(1, len(atoms))]
    return family(sum(atoms), *numbers, relation="nested")


class TestNoSmallCellIsTold:
    @settings(max_examples=150, deadline=None)
    @given(st.one_of(parts(), chains()))
    def test_by_what_is_shown_or_by_any_sum_or_difference(self, one: Family) -> None:
        hidden = hide([one], THRESHOLD)
        if one.name in hidden.wholes:
            assert hidden.codes == one.codes
            assert 0 < one.whole < THRESHOLD
            return
        ranges = Attacker(one.whole, shown(one, hidden), nested=one.relation == "nested").ranges()
        for true, (low, high) in zip(atoms_of(one), ranges, strict=True):
            assert low <= true <= high
            if 0 < true < THRESHOLD:
                assert high - low >= THRESHOLD, (atoms_of(one), hidden)

    @settings(max_examples=150, deadline=None)
    @given(st.one_of(parts(), chains()), st.lists(st.integers(-9, 9), min_size=4, max_size=4))
    def test_by_comparing_what_was_published_before(self, one: Family, changes: list[int]) -> None:
        before = atoms_of(one)
        after = [max(atom + change, 0) for atom, change in zip(before, changes, strict=False)]
        new = rebuilt(one, after)
        first = hide([one], THRESHOLD)
        second = hide([new], THRESHOLD, told=Told().after([one], first))
        assert second.codes >= first.codes
        if first.wholes or second.wholes:
            assert second.codes == new.codes
            return
        nested = one.relation == "nested"
        then = Attacker(one.whole, shown(one, first), nested=nested).possible()
        now = Attacker(new.whole, shown(new, second), nested=nested).possible()
        for atoms in finest(known(then) & known(now)):
            change = sum(now[0][each] for each in atoms) - sum(then[0][each] for each in atoms)
            assert not 0 < abs(change) < THRESHOLD, (before, after, atoms)

    @settings(max_examples=150, deadline=None)
    @given(st.one_of(parts(), chains()), st.data())
    def test_by_taking_cells_that_did_not_change_from_the_version_before(
        self, one: Family, data: st.DataObject
    ) -> None:
        atoms = atoms_of(one)
        changed = data.draw(st.integers(0, len(atoms) - 1))
        atoms_now = [*atoms]
        atoms_now[changed] += data.draw(st.integers(THRESHOLD, 12))
        new = rebuilt(one, atoms_now)
        first = hide([one], THRESHOLD)
        second = hide([new], THRESHOLD, told=Told().after([one], first))
        if first.wholes or second.wholes:
            return
        nested = one.relation == "nested"
        then = Attacker(one.whole, shown(one, first), nested=nested).possible()
        now = set(Attacker(new.whole, shown(new, second), nested=nested).possible())
        together = [each for each in then if _with(each, changed, sum(atoms_now) - sum(atoms)) in now]
        for place, true in enumerate(atoms):
            if 0 < true < THRESHOLD:
                found = {each[place] for each in together}
                assert max(found) - min(found) >= THRESHOLD, (atoms, atoms_now, first, second)


def _with(atoms: tuple[int, ...], place: int, more: int) -> tuple[int, ...]:
    return tuple(atom + more if each == place else atom for each, atom in enumerate(atoms))


def rebuilt(like: Family, atoms: list[int]) -> Family:
    if like.relation == "nested":
        return family(sum(atoms), *[sum(atoms[place:]) for place in range(1, len(atoms))], relation="nested")
    return family(sum(atoms), *atoms[:-1])


def known(possible: list[tuple[int, ...]]) -> set[frozenset[int]]:
    """Return the sets of atoms whose sum is the same in all that is possible."""
    places = range(len(possible[0]))
    subsets = (frozenset(each) for size in range(1, len(places) + 1) for each in combinations(places, size))
    return {each for each in subsets if len({sum(atoms[place] for place in each) for atoms in possible}) == 1}


def finest(sets: set[frozenset[int]]) -> list[frozenset[int]]:
    return [each for each in sets if not any(other < each for other in sets)]


class TestTheRule:
    @pytest.mark.parametrize(
        ("whole", "number", "hidden"),
        [(100, 0, False), (100, 1, True), (100, 5, True), (100, 6, False), (100, 94, False), (100, 95, True),
         (100, 99, True), (100, 100, False), (5, 0, True), (6, 6, False), (6, 0, False), (7, 6, True)],
    )  # fmt: skip
    def test_a_number_and_what_is_left_of_the_whole(self, whole: int, number: int, hidden: bool) -> None:
        assert ("f0" in hide([family(whole, number)], THRESHOLD).codes) == hidden

    def test_a_second_part_is_hidden_where_one_alone_would_be_given_away(self) -> None:
        assert hide([family(30, 3, 12, 15)], THRESHOLD).codes == {"f0", "f2"}

    def test_two_few_do_not_hide_one_another(self) -> None:
        assert hide([family(31, 5, 5, 21)], THRESHOLD).codes == {"f0", "f1", "f2"}
        assert hide([family(31, 13, 13, 5)], THRESHOLD).codes == {"f1", "f2"}

    def test_nothing_more_is_hidden_than_needed(self) -> None:
        assert hide([family(40, 3, 12, 15)], THRESHOLD).codes == {"f0"}

    def test_a_few_above_are_not_told_by_the_many_around_them(self) -> None:
        assert hide([family(60, 40, 3, relation="nested")], THRESHOLD).codes == {"f1"}
        assert hide([family(60, 40, 37, relation="nested")], THRESHOLD).codes == {"f1"}
        assert hide([family(60, 57, 40, relation="nested")], THRESHOLD).codes == {"f0"}

    def test_figures_of_a_cohort_that_is_all_but_a_few_of_the_roll(self) -> None:
        found = hide([family(97, 40)], THRESHOLD, roll=100)
        assert (found.codes, found.wholes) == ({"f0"}, {"f"})

    def test_means_of_a_few_pupils(self) -> None:
        assert hide([Family("mean", 5, others=("mean",))], THRESHOLD).codes == {"mean"}
        assert hide([Family("mean", 6, others=("mean",))], THRESHOLD).codes == set()

    def test_a_correction_by_a_few_pupils_is_not_told(self) -> None:
        before = family(100, 40)
        told = Told().after([before], hide([before], THRESHOLD))
        assert hide([family(100, 43)], THRESHOLD, told=told).codes == {"f0"}
        assert hide([family(100, 46)], THRESHOLD, told=told).codes == set()
        assert hide([family(102, 40)], THRESHOLD, told=told).wholes == {"f"}

    def test_a_figure_that_was_told_counts_in_a_version_that_leaves_it_out(self) -> None:
        first, whole = Figure("f2", 17, 17, 2), 40
        before = Family("f", whole, "parts", (first,))
        told = Told().after([before], hide([before], THRESHOLD))
        later = Family("f", whole, "parts", (Figure("f0", 3, 3, 0), Figure("f1", 20, 20, 1)))
        assert hide([later], THRESHOLD, told=told).codes == {"f0", "f1"}

    def test_a_figure_that_is_no_longer_told_does_not_make_the_others_safe(self) -> None:
        told = Told()
        for one in (family(40, 10, 15, 15), family(40, 3, 22, 15)):
            hidden = hide([one], THRESHOLD, told=told)
            told = told.after([one], hidden)
        assert hidden.codes == {"f0", "f1"}

    def test_a_roll_that_is_told_later_stands_beside_cohorts_told_before(self) -> None:
        cohort, roll = family(97, 40), Family("roll", 100)
        told = Told().after([cohort], hide([cohort], THRESHOLD))
        assert hide([roll], THRESHOLD, 100, told).wholes == {"roll"}
        told = Told().after([roll], hide([roll], THRESHOLD, 100))
        assert hide([cohort], THRESHOLD, told=told).wholes == {"f"}


class TestWhoeverKnowsTheRule:
    """The attacker has the rule too: what is true is among all that it would show in the same way."""

    @pytest.mark.parametrize(
        ("whole", "parts", "with_rest"), [(18, 3, False), (31, 3, False), (16, 4, False), (20, 3, True)]
    )
    def test_is_left_with_four_numbers_of_a_few_at_least(self, whole: int, parts: int, with_rest: bool) -> None:
        agreeing: dict[tuple[int | None, ...], list[tuple[int, ...]]] = {}
        for numbers in product(range(whole + 1), repeat=parts):
            if sum(numbers) == whole or (with_rest and sum(numbers) < whole):
                one = family(whole, *numbers)
                told = tuple(shown(one, hide([one], THRESHOLD)).values())
                agreeing.setdefault(told, []).append(numbers)
        assert agreeing
        for told, worlds in agreeing.items():
            for place in (place for place, value in enumerate(told) if value is None):
                found = {numbers[place] for numbers in worlds}
                assert not found & set(range(1, THRESHOLD)) or len(found) >= 4, (told, place, found)


class TestPercentages:
    @pytest.mark.parametrize(
        ("percent", "whole", "decimals", "pupils"),
        [(0.0, 200, 1, (0, 0)), (2.5, 200, 1, (5, 5)), (33.3, 30, 1, (10, 10)), (100.0, 30, 1, (30, 30)),
         (3.0, 150, 0, (4, 5)), (12.3, 10, 1, (1, 2)), (50.0, 2000, 0, (990, 1010))],
    )  # fmt: skip
    def test_stand_for_numbers_of_pupils(
        self, percent: float, whole: int, decimals: int, pupils: tuple[int, int]
    ) -> None:
        assert pupils_of(percent, whole, decimals) == pupils

    @given(st.integers(1, 3000), st.data(), st.integers(0, 2))
    def test_the_number_they_were_made_from_is_among_them(self, whole: int, data: st.DataObject, decimals: int) -> None:
        number = data.draw(st.integers(0, whole))
        low, high = pupils_of(round(100 * number / whole, decimals), whole, decimals)
        assert low <= number <= high
