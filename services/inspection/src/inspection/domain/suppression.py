"""Which figures of one school may be shown, so that no cell of a few pupils is told or can be worked out.

The method is cell suppression: primary (a cell of fewer pupils than the threshold, unless it is none), then
complementary (cells beside it, until no total or difference gives it away). Sources, and what is guaranteed: ADR 0012.

Everything a school tells of its pupils is taken as *families*: disjoint groups of pupils, *atoms*, that make up one
whole. In a family of `parts` each figure is an atom, and what is left of the whole another one; in a `nested` family
(those at a higher standard are among those at the expected one) the atoms lie between neighbouring figures. Showing
some figures and the whole tells the number of pupils in certain unions of atoms, *blocks*, and nothing finer. The rule
is: every block is none or at least the threshold. A hidden atom thus lies in a block with another one, and may be
anything from none to all of a number that is at least the threshold.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, floor
from typing import Final, Literal

Relation = Literal["parts", "nested"]
Interval = tuple[int, int]
Block = tuple[int, ...]

_ALMOST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Figure:
    """The number of pupils that a figure stands for: from `low` to `high` where a rounded percentage leaves it open."""

    code: str
    low: int
    high: int


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

    def only(self, codes: Collection[str]) -> "Family":
        """Return the family as it is told by some of its figures."""
        return replace(self, figures=tuple(figure for figure in self.figures if figure.code in codes))


@dataclass(frozen=True, slots=True)
class Shown:
    """What was published before: families by name, and what was hidden then."""

    families: Mapping[str, Family]
    hidden: "Hidden"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Codes of figures that are not shown, and names of families whose whole is not shown either."""

    codes: frozenset[str] = field(default_factory=frozenset)
    wholes: frozenset[str] = field(default_factory=frozenset)


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


def hide(families: Sequence[Family], threshold: int, roll: int | None = None, earlier: Sequence[Shown] = ()) -> Hidden:
    """Return what must not be shown of a school's figures.

    `roll` is the number of pupils that every whole is a part of. `earlier` is what has been published of the same
    school and period: what was hidden stays hidden, and a change by fewer pupils than the threshold is not told.
    """
    hidden: set[str] = set()
    wholes: set[str] = set()
    for family in families:
        before = [shown for shown in earlier if family.name in shown.families]
        if _whole_is_told(family, threshold, roll, before):
            hidden |= _hide_in(family, threshold, before)
        else:
            hidden |= {figure.code for figure in family.figures}
            wholes.add(family.name)
        if 0 < family.whole < threshold:
            hidden |= family.codes
    return Hidden(frozenset(hidden), frozenset(wholes))


def _whole_is_told(family: Family, threshold: int, roll: int | None, before: Sequence[Shown]) -> bool:
    left_over = 0 if roll is None else roll - family.whole
    changes = [abs(family.whole - shown.families[family.name].whole) for shown in before]
    return all(is_safe((number, number), threshold) for number in (family.whole, left_over, *changes)) and not any(
        family.name in shown.hidden.wholes for shown in before
    )


def _hide_in(family: Family, threshold: int, before: Sequence[Shown]) -> set[str]:
    """Hide figures of a family one by one until every block may be told, and every change of one."""
    codes = {figure.code for figure in family.figures}
    hidden = {code for shown in before for code in shown.hidden.codes} & codes
    while True:
        bad = next(_unsafe(family, hidden, threshold, before), None)
        if bad is None:
            return hidden
        hidden.add(_beside(*bad, hidden))


def _unsafe(
    family: Family, hidden: Collection[str], threshold: int, before: Sequence[Shown]
) -> Iterator[tuple[Family, Block]]:
    """Yield the blocks that must be joined with another: too few pupils, or too few more or fewer than before.

    The family they are of has the figures that both versions have. The whole has been found fit to be told.
    """
    told = blocks(family, hidden)
    yield from ((family, block) for block, pupils in told.items() if len(told) > 1 and not is_safe(pupils, threshold))
    for shown in before:
        then = shown.families[family.name]
        now, then = family.only(then.codes), then.only(family.codes)
        told, was = blocks(now, hidden), blocks(then, hidden)
        yield from (
            (now, block)
            for block, pupils in told.items()
            if len(told) > 1 and not is_safe(_change(pupils, was[block]), threshold)
        )


def _change(now: Interval, before: Interval) -> Interval:
    """Return the least and the greatest number of pupils by which the two may differ; none where they are alike."""
    if now == before:
        return 0, 0
    return max(now[0] - before[1], before[0] - now[1], 0), max(now[1] - before[0], before[1] - now[0])


def blocks(family: Family, hidden: Collection[str]) -> dict[Block, Interval]:
    """Return the unions of atoms whose number of pupils is told when all but the hidden figures are shown.

    Atoms of `parts` are numbered as the figures, with what is left last; those of a `nested` family from the outermost
    (the whole without the first figure) to the innermost.
    """
    return _nested_blocks(family, hidden) if family.relation == "nested" else _part_blocks(family, hidden)


def _part_blocks(family: Family, hidden: Collection[str]) -> dict[Block, Interval]:
    told: dict[Block, Interval] = {}
    rest = [len(family.figures)]
    low = high = family.whole
    for place, figure in enumerate(family.figures):
        if figure.code in hidden:
            rest.append(place)
        else:
            told[(place,)] = (figure.low, figure.high)
            low, high = low - figure.high, high - figure.low
    told[tuple(sorted(rest))] = (max(low, 0), max(high, 0))
    return told


def _nested_blocks(family: Family, hidden: Collection[str]) -> dict[Block, Interval]:
    told: dict[Block, Interval] = {}
    outer, since = (family.whole, family.whole), 0
    for place, figure in enumerate(family.figures, start=1):
        if figure.code not in hidden:
            between = (max(outer[0] - figure.high, 0), max(outer[1] - figure.low, 0))
            told[tuple(range(since, place))] = between
            outer, since = (figure.low, figure.high), place
    told[tuple(range(since, len(family.figures) + 1))] = outer
    return told


def _beside(family: Family, block: Block, hidden: Collection[str]) -> str:
    """Return the figure whose hiding joins a block with its neighbour of the fewest pupils."""
    if family.relation == "nested":
        bounds = [place for place in (block[0] - 1, block[-1]) if 0 <= place < len(family.figures)]
        return min((family.figures[place] for place in bounds), key=lambda figure: figure.high).code
    if block[-1] < len(family.figures):
        return family.figures[block[0]].code
    shown = [figure for figure in family.figures if figure.code not in hidden]
    return min(shown, key=lambda figure: (figure.high == 0, figure.high)).code
