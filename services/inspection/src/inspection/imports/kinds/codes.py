"""Readers of values that stand for a code of the reference data."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from inspection.data import load
from inspection.imports.reading.cells import fold_word, look_up


def table_of(name: str, *fields: str) -> dict[str, Any]:
    """Return folded file values -> code of a list of reference data; a field may hold one value or a list of them."""
    table: dict[str, Any] = {}
    for entry in load(name):
        for field in fields:
            values = entry.get(field)
            for value in values if isinstance(values, list) else [values]:
                if value is not None:
                    table[fold_word(str(value))] = entry["code"]
    return table


@lru_cache
def code_reader(name: str, *fields: str) -> Callable[[str], Any]:
    """Return a reader of the codes of a list by the values files use for them: ValueError for any other."""
    return look_up(table_of(name, *fields))
