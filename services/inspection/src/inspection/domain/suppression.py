"""Which figures of one school may be shown, so that no cell of a few pupils is told or can be worked out.

The method is cell suppression: primary (a cell of fewer pupils than the threshold, unless it is none), then
complementary (cells beside it, until no total or difference gives it away). Sources, and what is guaranteed: ADR 0012.

Everything a school tells of its pupils is taken as *families*: disjoint groups of pupils, *atoms*, that make up one
whole. In a family of `parts` each figure is an atom, and what is left of the whole another one; in a `nested` family
(those at a higher standard are among those at the expected one) the atoms lie between neighbouring figures. Showing
some figures and the whole tells the number of pupils in certain unions of atoms, *blocks*, and nothing finer. The rule
is: every block is none or at least the threshold. A hidden atom thus lies in a block with another one, and may be
anything from none to all of a number that is at least the threshold.

Of a school's term several versions are read. A figure that any of them told counts as told in all that follow, with
every value it was told with, whether it still has it or not: the rule holds for all unions of what was ever told.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from math import ceil, floor
from typing import Final, Literal

Relation = Literal["parts", "nested"]
Interval = tuple[int, int]
Known = tuple[str, frozenset[Interval]]

ROLL_FAMILY: Final = "roll"
"""The family whose whole is the roll, which every other whole is a part of."""
_ALMOST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Figure:
    """The number of pupils that a figure stands for: from `low` to `high` where a rounded percentage leaves it open.

    `rank` is its place in the family: versions may give some of a family's figures only.
    """

    code: str
    low: int
    high: int
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Family:
    """Figures about one whole. `nested` ones come from the outermost to the innermost.

    `others` are means and shares of sessions: they tell nothing of numbers of pupils, but must not be of a few.
    """

    name: str
    whole: int
    relation: Relation = "parts"
    figures: tuple[Figure, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all its figures."""
        return frozenset({*(figure.code for figure in self.figures), *self.others})


@dataclass(frozen=True, slots=True)
class Hidden:
    """Codes of figures that are not shown, and names of families whose whole is not shown either."""

    codes: frozenset[str] = field(default_factory=frozenset)
    wholes: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: "Hidden") -> "Hidden":
        """Return what either hides."""
        return Hidden(self.codes | other.codes, self.wholes | other.wholes)


@dataclass(frozen=True, slots=True)
class Told:
    """All that versions of a school's term have told, by family: wholes and figures; and all that one has hidden."""

    wholes: Mapping[str, frozenset[int]] = field(default_factory=dict)
    figures: Mapping[str, frozenset[Figure]] = field(default_factory=dict)
    hidden: Hidden = field(default_factory=Hidden)

    @property
    def every_whole(self) -> frozenset[int]:
        """The wholes of all families."""
        return frozenset[int]().union(*self.wholes.values())

    def after(self, families: Sequence[Family], hidden: Hidden, since: Hidden | None = None) -> "Told":
        """Return what is told once another version is shown as well; `since`: what was hidden of it later."""
        wholes, figures = dict(self.wholes), dict(self.figures)
        for family in families:
            shown = {figure for figure in family.figures if figure.code not in hidden.codes}
            figures[family.name] = figures.get(family.name, frozenset()) | shown
            if family.name not in hidden.wholes:
                wholes[family.name] = wholes.get(family.name, frozenset()) | {family.whole}
        return Told(wholes, figures, self.hidden | hidden | (since or Hidden()))


def pupils_of(percent: float, whole: int, decimals: int) -> Interval:
    """Return the fewest and the most of `whole` pupils that a percentage rounded to `decimals` may stand for.

    Where no whole number gives it (the whole is of another day), the two whole numbers around it.
    """
    half = 0.5 * 10.0**-decimals
    low = ceil((percent - half) * whole / 100 - _ALMOST)
    high = floor((percent + half) * whole / 100 + _ALMOST)
    if low > high:
        low, high = floor(percent * whole / 100), ceil(percent * whole / 100)
    return max(low, 0), min(high, whole)


def is_safe(pupils: Interval, threshold: int) -> bool:
    """Tell whether a number of pupils may be told: none, or at least the threshold, whatever of it is true."""
    low, high = pupils
    return high <= 0 or low >= threshold


def absentees_of(missed: tuple[float, float], whole: int, least_missed: float) -> Interval:
    """Return the fewest and the most of `whole` pupils who may be persistently absent.

    `missed`: the least and the most percent of all sessions that may have been missed. Whoever is persistently absent
    has missed from `least_missed` percent to all of the sessions, and nobody else as many as that.
    """
    low = ceil(whole * (missed[0] - least_missed) / (100 - least_missed) - _ALMOST)
    high = floor(whole * missed[1] / least_missed + _ALMOST)
    return max(low, 0), min(high, whole)


def tells_of_absentees(missed: tuple[float, float], wholes: Interval, least_missed: float, threshold: int) -> bool:
    """Tell whether what was missed says more of a few pupils, persistently absent or not, than that they are a few.

    `wholes`: the fewest and the most pupils it may be of. Both bounds grow with these by no more than one at a time, so
    that the ends tell of all between them.
    """
    (few, many), (fewer_in, most_in), (fewer_of_all, most_of_all) = (
        wholes,
        *(absentees_of(missed, whole, least_missed) for whole in wholes),
    )
    at_most = (most_in, most_of_all), (few - fewer_in, many - fewer_of_all)
    at_least = (fewer_in, fewer_of_all), (few - most_in, many - most_of_all)
    return any(first < threshold and last >= 1 for first, last in at_most) or any(
        first < threshold and last > 1 for first, last in at_least
    )


def hide(families: Sequence[Family], threshold: int, roll: int | None = None, told: Told | None = None) -> Hidden:
    """Return what must not be shown of a school's figures.

    `roll` is the number of pupils that every whole is a part of. `told` is what has been read of the same school and
    term: what was hidden stays hidden, and a change by fewer pupils than the threshold is not told.

    Of two wholes that are a few pupils apart the one that was told before stays, else that of the family which comes
    first: what is hidden has no say in which.
    """
    told = Told() if told is None else told
    beside = told.every_whole | (set() if roll is None else {roll})
    hidden: set[str] = set()
    wholes: set[str] = set()
    for family in families:
        if _whole_is_told(family, threshold, beside, told):
            beside |= {family.whole}
            hidden |= _hide_in(family, threshold, told)
        else:
            hidden |= {figure.code for figure in family.figures}
            wholes.add(family.name)
        if 0 < family.whole < threshold:
            hidden |= family.codes
    return Hidden(frozenset(hidden), frozenset(wholes))


def _whole_is_told(family: Family, threshold: int, beside: Collection[int], told: Told) -> bool:
    """Tell whether a whole may be shown: beside the roll, and all wholes that are told now or were before."""
    wholes = told.wholes.get(family.name, frozenset()) | {family.whole}
    numbers = (family.whole, *(abs(family.whole - other) for other in beside))
    if family.name in told.hidden.wholes or not all(is_safe((number, number), threshold) for number in numbers):
        return False
    earlier = _known(told.figures.get(family.name, frozenset()))
    return next(_unsafe(family.relation, wholes, earlier, threshold), None) is None


def _hide_in(family: Family, threshold: int, told: Told) -> set[str]:
    """Hide figures of a family one by one until every block may be told, together with all that was told before.

    What was told before as it is now comes last: to hide it takes nothing back. Beside that the choice goes by the
    places of figures and not by their numbers, since whoever knows the rule reads from a choice what it was made by.
    """
    wholes = told.wholes.get(family.name, frozenset()) | {family.whole}
    earlier = told.figures.get(family.name, frozenset())
    hidden = set(told.hidden.codes & {figure.code for figure in family.figures})
    while True:
        shown = [figure for figure in family.figures if figure.code not in hidden]
        known = _known({*earlier, *shown})
        beside = next(_unsafe(family.relation, wholes, known, threshold), None) if shown else None
        if beside is None and not _too_close(family, hidden, threshold):
            return hidden
        new = [figure for figure in shown if figure not in earlier] or shown
        joined = [figure for figure in new if beside is None or figure.code in beside] or new
        hidden.add(min(joined, key=lambda figure: (figure.high == 0, -figure.rank, figure.code)).code)


def _too_close(family: Family, hidden: Collection[str], threshold: int) -> bool:
    """Tell whether what is hidden of a family of parts is told too closely by its sum and by the rule itself.

    Whoever knows the rule knows which figures it hides for being a few. Their sum must leave room for each of these
    numbers: one that is no few is among them, and all of them together are as many as both may be at most.
    """
    if family.relation != "parts":
        return False
    shown = [figure for figure in family.figures if figure.code not in hidden]
    unseen = [figure for figure in family.figures if figure.code in hidden and figure.high > 0]
    left = family.whole - sum(figure.high for figure in shown)
    rest = left - sum(figure.high for figure in unseen)
    few = rest < threshold and all(figure.low < threshold for figure in unseen)
    return bool(unseen) and any(figure.high > 0 for figure in shown) and (few or left < 2 * threshold - 1)


def _known(figures: Collection[Figure]) -> list[Known]:
    """Return the figures that are told, in their order, each with every number of pupils it is told with."""
    found: dict[tuple[int, str], set[Interval]] = {}
    for figure in figures:
        found.setdefault((figure.rank, figure.code), set()).add((figure.low, figure.high))
    return [(code, frozenset(found[rank, code])) for rank, code in sorted(found)]


def _unsafe(
    relation: Relation, wholes: Collection[int], known: Sequence[Known], threshold: int
) -> Iterator[tuple[str, ...]]:
    """Yield the figures at whose expense a block must be joined with another.

    The wholes have been found fit to be told. Any of the figures may be left aside, since a version need not tell them
    all, and figures of several versions may be put together.
    """
    blocks = _nested_blocks if relation == "nested" else _part_blocks
    for size in range(1, len(known) + 1):
        for figures in combinations(known, size):
            yield from (
                beside for beside, pupils in blocks(wholes, figures) if not _may_be_told(_counts(pupils), threshold)
            )


def _counts(pupils: Collection[Interval]) -> list[Interval]:
    return sorted({(max(low, 0), max(high, 0)) for low, high in pupils})


def _may_be_told(pupils: Sequence[Interval], threshold: int) -> bool:
    """Tell whether numbers of pupils of one block may be: none of them is a few, and no two are a few apart."""
    return all(is_safe(each, threshold) for each in pupils) and all(
        more[0] - fewer[1] >= threshold for fewer, more in pairwise(pupils)
    )


def _part_blocks(
    wholes: Collection[int], figures: Sequence[Known]
) -> Iterator[tuple[tuple[str, ...], Collection[Interval]]]:
    """Yield each figure, and what is left of the whole, with the figures that would be joined with others."""
    rest = {(whole, whole) for whole in wholes}
    for code, values in figures:
        yield (code,), values
        rest = {(low - value[1], high - value[0]) for low, high in rest for value in values}
    yield tuple(code for code, _ in figures), rest


def _nested_blocks(
    wholes: Collection[int], figures: Sequence[Known]
) -> Iterator[tuple[tuple[str, ...], Collection[Interval]]]:
    """Yield what lies between neighbouring figures, from the whole inwards, and the innermost."""
    outer: Collection[Interval] = [(whole, whole) for whole in wholes]
    bounds: tuple[str, ...] = ()
    for code, values in figures:
        yield (*bounds, code), {(low - value[1], high - value[0]) for low, high in outer for value in values}
        outer, bounds = values, (code,)
    yield bounds, outer
