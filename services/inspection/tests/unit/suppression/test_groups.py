"""Suppression across schools, attacked: from all shown figures of groups, no hidden school's number can be worked out.

The attacker counts out every assignment of numbers to the hidden schools that agrees with all sums that are shown.
"""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from inspection.domain import group_suppression
from inspection.domain.group_suppression import HiddenCell, Limits, Told

SMALL = range(1, 6)
LIMITS = Limits(fewest=3, least_uncertainty=0.5)

Groups = dict[str, set[int]]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[int, int], Groups]:
    """Up to six hidden schools: in authorities within regions within England, and in fifths across them."""
    numbers = draw(st.lists(st.integers(1, 5), min_size=1, max_size=6))
    groups: Groups = {"england": set(range(len(numbers)))}
    for place in range(len(numbers)):
        authority = draw(st.integers(0, 3))
        fifth = draw(st.integers(1, 3))
        for name in (f"la{authority}", f"region{authority // 2}", f"fifth{fifth}"):
            groups.setdefault(name, set()).add(place)
    return dict(enumerate(numbers)), groups


def possible(numbers: dict[int, int], groups: Groups, told: set[str]) -> list[tuple[int, ...]]:
    sums = {name: sum(numbers[each] for each in groups[name]) for name in told}
    return [
        guess
        for guess in product(SMALL, repeat=len(numbers))
        if all(sum(guess[each] for each in groups[name]) == total for name, total in sums.items())
    ]


def kept(numbers: dict[int, int]) -> dict[int, HiddenCell]:
    return {place: HiddenCell(float(number), 1.0, 5.0) for place, number in numbers.items()}


def held_back(groups: Groups, cells: dict[int, HiddenCell], limits: Limits) -> set[str]:
    """Hold figures back that tell the sum of their hidden schools exactly."""
    told = {}
    for name, members in groups.items():
        total = sum(cells[each].amount for each in members)
        told[name] = Told(members, total, total)
    return group_suppression.held_back(told, cells, limits)


class TestNoHiddenSchoolIsWorkedOut:
    @settings(max_examples=100, deadline=None)
    @given(worlds())
    def test_from_any_combination_of_shown_groups(self, world: tuple[dict[int, int], Groups]) -> None:
        numbers, groups = world
        held = held_back(groups, kept(numbers), LIMITS)
        guesses = possible(numbers, groups, set(groups) - held)
        for place in numbers:
            assert len({guess[place] for guess in guesses}) >= 2, (numbers, groups, held)


class TestTheRule:
    def test_groups_without_hidden_schools_are_shown(self) -> None:
        assert held_back({"a": set(), "b": set()}, {}, LIMITS) == set()

    def test_one_hidden_school_would_be_the_difference(self) -> None:
        assert held_back({"a": {1}}, {1: HiddenCell(3, 1, 5)}, LIMITS) == {"a"}

    def test_many_hidden_schools_hide_each_other(self) -> None:
        cells = {place: HiddenCell(float(1 + place % 5), 1, 5) for place in range(10)}
        assert held_back({"a": set(cells)}, cells, LIMITS) == set()

    def test_a_region_less_its_other_authorities_is_the_authority_held_back(self) -> None:
        cells = {place: HiddenCell(3, 1, 5) for place in range(7)}
        groups = {"la1": {0}, "la2": {1, 2, 3}, "la3": {4, 5, 6}, "region": set(cells)}
        held = held_back(groups, cells, LIMITS)
        assert "la1" in held
        assert len(held) == 2

    def test_a_sum_at_the_end_of_what_is_possible_tells_all(self) -> None:
        cells = {place: HiddenCell(1, 1, 5) for place in range(4)}
        assert held_back({"a": set(cells)}, cells, LIMITS) == {"a"}

    def test_one_hidden_school_among_so_many_that_the_rounding_covers_it(self) -> None:
        cells = {1: HiddenCell(3, 1, 5)}
        for low, high, held in ((0.0, 6.0, set()), (1.5, 6.0, {"a"}), (0.0, 4.5, {"a"})):
            assert group_suppression.held_back({"a": Told({1}, low, high)}, cells, LIMITS) == held
