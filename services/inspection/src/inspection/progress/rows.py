"""Rows of a batch as they are sent: JSON, or a table with one row for a school and term and a column for a measure.

Columns of the table: `urn`, `period`, and for any measure `<code>`, `<code>_cohort`. A cell holds a figure, or a status
in place of it; a blank cell says nothing of that measure.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from fastapi import Request
from pydantic import ValidationError

from inspection.data import load
from inspection.progress.schemas import MAX_ROWS, BatchRowInput
from inspection.progress.shown import rules
from shared.errors import WHOLE_BODY, FieldProblem, UnsupportedMediaType, invalid
from shared.problems import pointer_to

COHORT: Final = "_cohort"
KEY: Final = ("urn", "period")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")


@dataclass(frozen=True, slots=True)
class SentRow:
    """A row: its data, or what makes it unreadable. `urn` and `period` as far as they can be made out."""

    number: int
    urn: int | None
    period: str | None
    data: BatchRowInput | None
    problems: tuple[FieldProblem, ...] = ()


async def rows_of(request: Request) -> list[SentRow]:
    """Read the rows of a request; raises Unprocessable where the body as a whole cannot be read."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().casefold()
    body = await request.body()
    if kind == "text/csv":
        found = list(_from_csv(body))
    elif kind == "application/json":
        found = _from_json(body)
    else:
        raise UnsupportedMediaType("Send the rows as text/csv or application/json.")
    if len(found) > MAX_ROWS:
        raise invalid("/rows", f"These are {len(found)} rows; a batch takes {MAX_ROWS}.", "too_many")
    return [_row(number, each) for number, each in enumerate(found, start=1)]


def _from_json(body: bytes) -> list[Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid("", f"The body is no JSON: line {error.lineno}, column {error.colno}.", "broken_json") from None
    rows = document.get("rows") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise invalid("/rows", "Send an object with the list `rows`.", "missing")
    if unknown := [name for name in document if name != "rows"]:
        raise invalid(f"/{unknown[0]}", "This field is not known.", "unknown_field")
    return rows


def _from_csv(body: bytes) -> Iterator[Any]:
    try:
        lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise invalid("", "The body is no table of comma-separated values in UTF-8.", "broken_csv") from None
    if not lines:
        raise invalid("", "The table has no header.", "missing")
    header = [title.strip() for title in lines[0]]
    _check_header(header)
    for line in lines[1:]:
        if any(cell.strip() for cell in line):
            yield _cells(header, line)


def _check_header(header: Sequence[str]) -> None:
    known = {*KEY, *rules(), *(f"{code}{COHORT}" for code in rules())}
    for title in header:
        if title not in known:
            text = f"There is no column {title!r}: only figures of a school as a whole are taken."
            raise invalid(f"/{title}", text, "unknown_column")
    for title in KEY:
        if title not in header:
            raise invalid(f"/{title}", f"The table lacks the column {title}.", "missing")
    if len(set(header)) < len(header):
        raise invalid("", "A column is there twice.", "duplicate")


def _cells(header: Sequence[str], line: Sequence[str]) -> dict[str, Any]:
    if len(line) != len(header):
        return {"": f"The row has {len(line)} columns where the header has {len(header)}."}
    cells = {title: cell.strip() for title, cell in zip(header, line, strict=True)}
    measures = [_measure(code, cells) for code in rules() if cells.get(code)]
    return {"urn": _number(cells["urn"]), "period": cells["period"], "measures": measures}


def _measure(code: str, cells: Mapping[str, str]) -> dict[str, Any]:
    statuses = {entry["code"] for entry in load("cell_statuses")}
    cell = cells[code]
    figure = {"status": cell} if cell in statuses else {"value": _number(cell)}
    cohort = cells.get(f"{code}{COHORT}")
    return {"code": code, "cohort": _number(cohort) if cohort else None, **figure}


def _number(cell: str) -> int | float | str:
    """Return the number that a cell holds; one that holds none as it is, to be refused as a value of JSON would be."""
    if _NUMBER.fullmatch(cell) is None:
        return cell
    return float(cell) if "." in cell else int(cell)


def _row(number: int, sent: Any) -> SentRow:
    if not isinstance(sent, dict):
        return SentRow(number, None, None, None, (FieldProblem(WHOLE_BODY, "A row is an object.", "invalid"),))
    if "" in sent:
        return SentRow(number, None, None, None, (FieldProblem(WHOLE_BODY, str(sent[""]), "wrong_number_of_columns"),))
    urn, period = _urn(sent.get("urn")), sent.get("period")
    known = (number, urn, period if isinstance(period, str) else None)
    try:
        return SentRow(*known, BatchRowInput.model_validate(sent))
    except ValidationError as error:
        return SentRow(*known, None, tuple(_problem(each) for each in error.errors()))


def _urn(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) == 6 else None  # noqa: PLR2004 - a URN's digits


def _problem(error: Mapping[str, Any]) -> FieldProblem:
    code = "unknown_field" if error["type"] == "extra_forbidden" else str(error["type"])
    return FieldProblem(pointer_to(error["loc"]), str(error["msg"]), code)
