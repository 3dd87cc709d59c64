"""Rows of a roster, as CSV in the columns that rosters come in, or as JSON."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from brokering.leaders.row_problems import CSV_COLUMNS, RowProblem, problem_in, problems_in, shown_value
from brokering.leaders.schemas import NewLeader
from shared.errors import WHOLE_BODY, FieldProblem, Unprocessable, invalid
from shared.schemas import CELLS

MAX_ROWS = 20_000
REQUIRED = frozenset(
    {"leader_ref", "role", "organisation_type", "organisation_id", "phases", "days_available", "max_concurrent"}
)
REMOTE = {"": None, "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a roster: the leader it tells of, or what is wrong with it."""

    number: int
    reference: str | None
    leader: NewLeader | None
    problems: tuple[RowProblem, ...] = ()
    is_table: bool = True

    def problem(self, field: str, value: object, words: str, code: str) -> RowProblem:
        """Return a problem of one of the leader's own fields."""
        column = CSV_COLUMNS.get(field, field) if self.is_table else field
        return problem_in(self.number, column, value, words, pointer=f"/{field}", code=code)

    @property
    def digest(self) -> str:
        """A hash of what the row says, the same however it was written."""
        said = self.leader.model_dump(mode="json") if self.leader else None
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def from_csv(body: bytes) -> list[Row]:
    """Read a CSV roster; raises Unprocessable where it cannot be read as one at all."""
    reader = csv.DictReader(io.StringIO(_decoded(body), newline=""), strict=True)
    try:
        header = {name.strip().casefold() for name in reader.fieldnames or ()}
        missing = sorted(REQUIRED - header)
        if missing:
            problems = [FieldProblem(name, "This column is missing.", "missing_column") for name in missing]
            raise Unprocessable("The roster lacks columns.", errors=problems)
        return list(_checked((_document(cells), True) for cells in reader))
    except csv.Error as error:
        raise invalid(WHOLE_BODY, "The roster is not well-formed CSV.", "bad_csv") from error


def from_json(body: bytes) -> list[Row]:
    """Read rows from `{"rows": [...]}` or a plain list; a row is a leader as `POST /v1/leaders` takes it."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid(WHOLE_BODY, "The body is not JSON.", "bad_json") from error
    rows = sent.get("rows") if isinstance(sent, dict) else sent
    if not isinstance(rows, list):
        raise invalid("/rows", "Send a list of rows.", "missing")
    return list(_checked(_json_document(row) for row in rows))


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _checked(documents: Iterator[tuple[object, bool]]) -> Iterator[Row]:
    for number, (document, is_table) in enumerate(documents, start=1):
        if number > MAX_ROWS:
            raise invalid(WHOLE_BODY, f"A batch holds {MAX_ROWS} rows at most.", "too_many_rows")
        yield _row(number, document, is_table=is_table)


def _row(number: int, document: object, *, is_table: bool) -> Row:
    given = document.get("reference") if isinstance(document, dict) else None
    reference = shown_value(given) if isinstance(given, str) and given else None
    try:
        leader = NewLeader.model_validate(document, context=CELLS if is_table else None)
    except ValidationError as error:
        return Row(number, reference, None, tuple(problems_in(number, error, is_table=is_table)), is_table)
    return Row(number, leader.reference, leader, (), is_table)


def _json_document(row: object) -> tuple[object, bool]:
    """Take the CSV's column names in JSON rows too; tell whether the row has them."""
    if isinstance(row, dict) and "leader_ref" in row:
        return _document({key: _cell(value) for key, value in row.items()}), True
    return row, False


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "|".join(str(each) for each in value)
    return "" if value is None else str(value)


def _document(cells: Mapping[str | None, Any]) -> dict[str, Any]:
    """Return the leader that a CSV row tells of; an empty cell says nothing."""
    cell = {str(name).strip().casefold(): _text(value) for name, value in cells.items() if name is not None}
    lat, lng = cell.get("lat"), cell.get("lng")
    return {
        "reference": cell.get("leader_ref"),
        "role": cell.get("role"),
        "organisation": {
            "kind": cell.get("organisation_type"),
            "id": cell.get("organisation_id"),
            "name": cell.get("organisation_name"),
        },
        "location": {"lat": lat, "lng": lng} if lat or lng else None,
        "phases": _listed(cell.get("phases")),
        "school_types": _listed(cell.get("school_types")),
        "strengths": _listed(cell.get("strengths")),
        "remote": REMOTE.get((cell.get("remote") or "").casefold(), cell.get("remote")),
        **{
            name: cell.get(name)
            for name in (
                "base_urn",
                "region",
                "schools_in_organisation",
                "schools_turned_round",
                "days_available",
                "max_concurrent",
                "max_distance_km",
            )
        },
    }


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _listed(value: str | None) -> list[str]:
    return [part.strip() for part in (value or "").split("|") if part.strip()]
