"""No small cell of the published tables follows from all of them together: an attack by linear algebra."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

import pytest

from triage.domain.bridges import bridges
from triage.domain.small_cells import ALL, TOTAL, Cell, Path, hidden_cells, hidden_of_england, with_margins

BELOW = 6
TIERS = ("support", "action", "none")
Table = dict[Cell, int]
Unknown = tuple[str, Cell]


def tables(seed: int) -> dict[str, Table]:
    """The same schools counted by region, authority within it, phase and trust."""
    chance = random.Random(seed)
    schools = chance.choice((4, 15, 40, 90, 250))
    weights = [chance.choice((1, 3, 10)) for _ in TIERS]
    counted: dict[str, dict[Path, dict[str, int]]] = {
        name: defaultdict(lambda: dict.fromkeys(TIERS, 0)) for name in ("la", "phase", "trust")
    }
    for _ in range(schools):
        [tier] = chance.choices(TIERS, weights)
        region = min(int(chance.expovariate(0.7)), 4)
        paths = {"la": (f"R{region}", f"L{region}{chance.randrange(4)}"), "phase": (f"P{chance.randrange(3)}",)}
        paths["trust"] = (f"T{min(int(chance.expovariate(0.3)), 9)}",)
        for name, path in paths.items():
            counted[name][path][tier] += 1
    return {name: with_margins(leaves) for name, leaves in counted.items()}


def equations(table: Table) -> list[dict[Cell, int]]:
    """Every sum of the table, as coefficients that come to nothing: rows, and columns within each group."""
    found: list[dict[Cell, int]] = []
    for path in {path for path, _ in table}:
        row = {cell: 1 for cell in table if cell[0] == path and cell[1] != TOTAL}
        found.append({**row, (path, TOTAL): -1})
    for margin in table:
        inside = [cell for cell in table if cell[0] and cell[0][:-1] == margin[0] and cell[1] == margin[1]]
        if inside:
            found.append({**dict.fromkeys(inside, 1), margin: -1})
    return found


def determined(rows: Iterable[Mapping[Unknown, int]]) -> set[Unknown]:
    """The unknowns that a system of equations leaves one value: reduced exactly, with fractions."""
    pivots: dict[Unknown, dict[Unknown, Fraction]] = {}
    for each in rows:
        row = {name: Fraction(value) for name, value in each.items()}
        for name in [name for name in row if name in pivots]:
            row = _less(row, pivots[name], row[name])
        if not row:
            continue
        lead = next(iter(row))
        row = {name: value / row[lead] for name, value in row.items()}
        pivots = {name: _less(held, row, held[lead]) if lead in held else held for name, held in pivots.items()}
        pivots[lead] = row
    return {name for name, row in pivots.items() if len(row) == 1}


def _less(row: dict[Unknown, Fraction], other: Mapping[Unknown, Fraction], times: Fraction) -> dict[Unknown, Fraction]:
    changed = dict(row)
    for name, value in other.items():
        changed[name] = changed.get(name, Fraction(0)) - times * value
        if not changed[name]:
            del changed[name]
    return changed


def told(all_tables: Mapping[str, Table], hidden: Mapping[str, frozenset[Cell]]) -> set[int]:
    """The values of small cells that all tables together tell; England's cells are the same in all of them."""

    def unknown(name: str, cell: Cell) -> Unknown:
        return ("" if cell[0] == ALL else name, cell)

    system = [
        {unknown(name, cell): sign for cell, sign in each.items() if cell in hidden[name]}
        for name, table in all_tables.items()
        for each in equations(table)
    ]
    found = determined(system)
    values = {unknown(name, cell): value for name, table in all_tables.items() for cell, value in table.items()}
    return {values[each] for each in found if values[each] < BELOW}


class TestAttack:
    @pytest.mark.parametrize("seed", [*range(100), 1035, 1057, 1333, 1503, 1599])
    def test_all_tables_together_tell_no_small_cell(self, seed: int) -> None:
        found = tables(seed)
        hidden = {name: hidden_cells(table, BELOW) for name, table in found.items()}
        assert told(found, hidden) == set()

    def test_groupings_that_pair_the_tiers_of_england_differently_tell_none(self) -> None:
        pairs = {"la": ("ab", "cd"), "phase": ("ac", "bd"), "trust": ("ad", "bc")}
        found = {name: with_margins({(both,): dict.fromkeys(both, 3) for both in pair}) for name, pair in pairs.items()}
        assert told(found, {name: hidden_cells(table, BELOW) for name, table in found.items()}) == set()

    def test_the_attack_breaks_hiding_small_cells_only(self) -> None:
        broken = 0
        for seed in range(40):
            found = tables(seed)
            small = {
                name: frozenset(cell for cell, value in table.items() if value < BELOW) for name, table in found.items()
            }
            broken += bool(told(found, small))
        assert broken > 10

    @pytest.mark.parametrize("seed", range(120))
    def test_every_line_hides_none_or_enough(self, seed: int) -> None:
        for table in tables(seed).values():
            hidden = hidden_cells(table, BELOW)
            assert {cell for cell, value in table.items() if value < BELOW} <= hidden
            for each in equations(table):
                inner = [cell for cell, sign in each.items() if sign == 1 and cell in hidden]
                [margin] = [cell for cell, sign in each.items() if sign == -1]
                if margin in hidden:
                    assert inner
                elif inner and any(table[cell] < BELOW for cell in inner):
                    assert len(inner) > 1
                    assert sum(table[cell] for cell in inner) >= BELOW

    @pytest.mark.parametrize("seed", range(40))
    def test_england_is_the_same_in_every_table(self, seed: int) -> None:
        found = tables(seed)
        seen = {frozenset(cell for cell in hidden_cells(each, BELOW) if cell[0] == ALL) for each in found.values()}
        assert seen == {hidden_of_england(found["phase"], BELOW)}


class TestHiding:
    def test_nothing_is_hidden_where_nothing_is_small(self) -> None:
        table = with_margins({("A",): {"support": 8, "action": 0}, ("B",): {"support": 9, "action": 7}})
        assert hidden_cells(table, BELOW) == frozenset()

    def test_one_small_cell_takes_another_in_its_row_and_column(self) -> None:
        row = {"support": 20, "action": 30}
        table = with_margins({("A",): {**row, "support": 2}, ("B",): row, ("C",): {**row, "support": 40}})
        hidden = hidden_cells(table, BELOW)
        assert {(("A",), "support"), (("B",), "support")} <= hidden
        assert (("C",), "support") not in hidden
        assert not any(path == ALL for path, _ in hidden)

    def test_few_in_all_of_england_are_hidden_everywhere(self) -> None:
        table = with_margins({("A",): {"support": 2}, ("B",): {"action": 1}})
        assert hidden_cells(table, BELOW) == frozenset(table)

    def test_two_cycles_joined_by_one_edge_have_a_bridge(self) -> None:
        edges = {"ab": ("a", "b"), "bc": ("b", "c"), "ca": ("c", "a"), "cd": ("c", "d"), "de": ("d", "e")}
        edges |= {"ef": ("e", "f"), "fd": ("f", "d")}
        assert bridges(edges) == {"cd"}
