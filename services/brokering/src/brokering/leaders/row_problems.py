"""What is wrong with a row of a roster, in words: the row, the column, and the value at fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from shared.errors import FieldProblem
from shared.problems import pointer_to

SHOWN_CHARACTERS = 100
CSV_COLUMNS = {
    "reference": "leader_ref",
    "organisation.kind": "organisation_type",
    "organisation.id": "organisation_id",
    "organisation.name": "organisation_name",
    "location.lat": "lat",
    "location.lng": "lng",
}
NOT_A_NUMBER, NOT_WHOLE, EMPTY, NO_DOCUMENT = "is not a number", "is not a whole number", "is empty", "is no document"
ONE_OF = "is not one of: {expected}"
WORDS = {
    "missing": "is missing",
    "float_parsing": NOT_A_NUMBER,
    "float_type": NOT_A_NUMBER,
    "finite_number": NOT_A_NUMBER,
    "int_parsing": NOT_WHOLE,
    "int_type": NOT_WHOLE,
    "int_from_float": NOT_WHOLE,
    "int_parsing_size": NOT_WHOLE,
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "string_type": "is not text",
    "string_too_short": EMPTY,
    "string_too_long": "is longer than {max_length} characters",
    "string_pattern_mismatch": "holds characters that do not belong there",
    "too_short": EMPTY,
    "too_long": "has more than {max_length} entries",
    "multiple_of": "does not come in steps of {multiple_of}",
    "greater_than_equal": "is below {ge:g}",
    "less_than_equal": "is above {le:g}",
    "enum": ONE_OF,
    "literal_error": ONE_OF,
    "unknown_code": "is not one of: {known}",
    "extra_forbidden": "is not known of a leader",
    "list_type": "is not a list",
    "model_type": NO_DOCUMENT,
    "model_attributes_type": NO_DOCUMENT,
}


@dataclass(frozen=True, slots=True)
class RowProblem(FieldProblem):
    """One thing wrong with one cell: `detail` is a whole sentence; `value` as it was sent, shortened."""

    column: str | None = None
    value: str | None = None


def problem_in(row: int, column: str | None, value: object, words: str, *, pointer: str, code: str) -> RowProblem:
    """Return the problem of a cell, said in one sentence."""
    shown = shown_value(value)
    said = [column, None if shown is None else f'"{shown}"', words]
    return RowProblem(pointer, f"Row {row}: {' '.join(each for each in said if each)}.", code, column, shown)


def problems_in(row: int, error: ValidationError, *, is_table: bool) -> list[RowProblem]:
    """Return what is wrong with a row; `is_table`: its columns have the names that rosters come with."""
    found = error.errors(include_url=False)
    return [
        problem_in(
            row,
            _column(each["loc"], is_table=is_table),
            None if each["type"] == "missing" else each["input"],
            _words(each["type"], each["input"], each.get("ctx") or {}),
            pointer=pointer_to(each["loc"]),
            code=each["type"],
        )
        for each in found
    ]


def shown_value(value: object) -> str | None:
    """Return a value as it may be kept and told: shortened, and without what no database holds."""
    if value is None or isinstance(value, dict | list):
        return None
    text = str(value).replace("\x00", "\ufffd")
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def _column(location: Sequence[int | str], *, is_table: bool) -> str | None:
    path = ".".join(part for part in location if isinstance(part, str))
    return (CSV_COLUMNS.get(path, path) if is_table else path) or None


def _words(kind: str, value: object, context: dict[str, Any]) -> str:
    if value is None:
        return EMPTY
    return WORDS[kind].format(**context) if kind in WORDS else "is not valid"
