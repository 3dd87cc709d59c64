"""Which cells of published tables are hidden so that no small number of schools can be worked out.

A table counts schools by group and tier, with margins. Groups form a tree: a path is the codes from the outermost in
(`("London", "201")`), the empty path is all of England. Every cell stands in two equations, so that a table is a
network: a hidden cell can be worked out exactly if it is a bridge among the hidden ones.

Secondary suppression in hierarchical tables: *Handbook on Statistical Disclosure Control*, 2nd edition 2024, chapter 5.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from triage.domain.bridges import bridges, side_of

Path = tuple[str, ...]
Cell = tuple[Path, str]
Counts = Mapping[Path, Mapping[str, int]]

ALL: Final[Path] = ()
TOTAL: Final = "total"


@dataclass(frozen=True, slots=True)
class _Line:
    """Cells that add up to `margin`."""

    cells: tuple[Cell, ...]
    margin: Cell


def with_margins(leaves: Counts) -> dict[Cell, int]:
    """Return every cell that is not zero: of groups, of the groups around them, of England, and of all tiers."""
    cells: dict[Cell, int] = defaultdict(int)
    for path, counts in leaves.items():
        for tier, count in counts.items():
            if count:
                for length in range(len(path) + 1):
                    cells[path[:length], tier] += count
                    cells[path[:length], TOTAL] += count
    return dict(cells)


def hidden_of_england(cells: Mapping[Cell, int], below: int) -> frozenset[Cell]:
    """Return the cells of England that are hidden: reckoned from these alone, so the same whatever the grouping."""
    tiers = sorted((count, tier) for (path, tier), count in cells.items() if path == ALL and tier != TOTAL)
    if cells.get((ALL, TOTAL), 0) < below:
        return frozenset(cell for cell in cells if cell[0] == ALL)
    hidden = [each for each in tiers if each[0] < below]
    for each in tiers[len(hidden) :]:
        if not hidden or (len(hidden) > 1 and sum(count for count, _ in hidden) >= below):
            break
        hidden.append(each)
    return frozenset((ALL, tier) for _, tier in hidden)


def hidden_cells(cells: Mapping[Cell, int], below: int) -> frozenset[Cell]:
    """Return the cells of a table that are hidden.

    Small ones (1 to `below` - 1), and more: until no line of a table has one hidden cell only, or a shown margin and
    hidden cells of fewer than `below` in all, and no small cell follows from the equations of the table. Zeros are
    always shown, so each hidden cell is at least one and may be one more or less than it is.
    """
    hidden = set(hidden_of_england(cells, below))
    hidden |= {cell for cell, count in cells.items() if cell[0] != ALL and count < below}
    hidden |= _drawn_in(cells, hidden)
    lines = _lines(cells)
    kept = _kept(lines, cells, hidden)
    while True:
        before = len(hidden)
        for line in lines:
            _mend(line, cells, hidden, kept, below)
        if len(hidden) == before and not _break_a_bridge(cells, hidden, kept, below):
            return frozenset(hidden)


def _drawn_in(cells: Iterable[Cell], hidden: Collection[Cell]) -> set[Cell]:
    """Whatever is part of a hidden cell of England: what is uncertain there is so in every grouping alike."""
    tiers = {tier for path, tier in hidden if path == ALL}
    paths = {path for path, tier in cells if tier in tiers and path != ALL}
    return {cell for cell in cells if cell[0] in paths and (cell[1] in tiers or cell[1] == TOTAL)}


def _lines(cells: Iterable[Cell]) -> list[_Line]:
    rows: dict[Path, list[Cell]] = defaultdict(list)
    columns: dict[Cell, list[Cell]] = defaultdict(list)
    for path, tier in sorted(cells):
        if tier != TOTAL:
            rows[path].append((path, tier))
        if path != ALL:
            columns[path[:-1], tier].append((path, tier))
    by_row = [_Line(tuple(row), (path, TOTAL)) for path, row in rows.items()]
    return [*by_row, *(_Line(tuple(column), margin) for margin, column in columns.items())]


def _kept(lines: Sequence[_Line], cells: Iterable[Cell], hidden: Collection[Cell]) -> frozenset[Cell]:
    """Cells that hiding would do nothing for: those of England that are shown, and what is all there is of one."""
    kept = {cell for cell in cells if cell[0] == ALL and cell not in hidden}
    columns = [line for line in lines if line.margin[0] != line.cells[0][0]]
    for line in sorted(columns, key=lambda each: len(each.margin[0])):
        if len(line.cells) == 1 and line.margin in kept:
            kept.add(line.cells[0])
    return frozenset(kept)


def _mend(line: _Line, cells: Mapping[Cell, int], hidden: set[Cell], kept: Collection[Cell], below: int) -> None:
    """Hide more of a line, the smallest first and its margin last, until it tells nothing."""
    inner = [cell for cell in line.cells if cell in hidden]
    margin_hidden = line.margin in hidden
    more = sorted(
        (cell for cell in line.cells if cell not in hidden and cell not in kept), key=lambda cell: (cells[cell], cell)
    )
    if not margin_hidden and line.margin not in kept:
        more.append(line.margin)
    for cell in more:
        if not _tells(inner, cells, margin_hidden=margin_hidden, below=below):
            return
        hidden.add(cell)
        if cell == line.margin:
            margin_hidden = True
        else:
            inner.append(cell)


def _tells(inner: Collection[Cell], cells: Mapping[Cell, int], *, margin_hidden: bool, below: int) -> bool:
    if margin_hidden:
        return not inner
    return bool(inner) and (len(inner) == 1 or sum(cells[cell] for cell in inner) < below)


def _break_a_bridge(cells: Mapping[Cell, int], hidden: set[Cell], kept: Collection[Cell], below: int) -> bool:
    """Hide one cell more where a small one follows from all the equations together; tell whether it did."""
    inner = {path[:-1] for path, _ in cells if path}
    edges = {cell: _ends(cell, inner) for cell in cells}
    graph = {cell: edges[cell] for cell in hidden}
    for bridge in sorted(bridges(graph)):
        if cells[bridge] >= below:
            continue
        side = side_of(graph, bridge)
        across = [
            cell
            for cell, (one, other) in edges.items()
            if cell not in hidden and cell not in kept and (one in side) != (other in side)
        ]
        if across:
            hidden.add(min(across, key=lambda cell: (cells[cell], cell)))
            return True
    return False


def _ends(cell: Cell, inner: Collection[Path]) -> tuple[Cell, Cell]:
    """The two equations a cell stands in: across its row, or with the groups inside it; and down its column."""
    path, tier = cell
    if path == ALL:
        return (ALL, "row"), (ALL, f"column {tier}")
    own = (path, f"column {tier}") if path in inner else (path, "row")
    return own, (path[:-1], f"column {tier}")
