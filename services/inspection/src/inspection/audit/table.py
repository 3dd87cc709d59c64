"""Trails whole: an entry a line, or a table with a row for each field that changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi import Request, Response

from shared.responses import csv_rows, dumps, each, ndjson, wants_csv, wants_ndjson

CSV_COLUMNS: Final = ("at", "by", "step", "reason", "source_name", "source_as_at", "field", "from", "to")
_NOTHING_CHANGED: Final = ({"field": None, "from": None, "to": None},)


def wants_all(request: Request) -> bool:
    """Tell whether the client asked for a whole trail rather than a page of it."""
    return wants_ndjson(request) or wants_csv(request)


def whole(request: Request, trail: Iterable[Mapping[str, Any]]) -> Response:
    """Answer with all entries in the form that was asked for."""
    if wants_ndjson(request):
        return ndjson(each(trail))
    return csv_rows(CSV_COLUMNS, each(row for entry in trail for row in _rows(entry)))


def _rows(entry: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    source = entry["source"] or {"name": None, "as_at": None}
    at = entry["at"].isoformat().replace("+00:00", "Z")
    step = (at, entry["by"], entry["step"], entry["reason"], source["name"], source["as_at"])
    for change in entry["changes"] or _NOTHING_CHANGED:
        yield [*step, change["field"], _cell(change["from"]), _cell(change["to"])]


def _cell(value: object) -> object:
    return dumps(value).decode() if isinstance(value, dict | list) else value
