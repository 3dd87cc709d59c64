"""Tells how old what is held is: nothing may look newer than the file it came from."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from inspection.data import load
from inspection.freshness import repository
from inspection.rows import Row
from shared.clock import today
from shared.responses import json_response

Document = dict[str, Any]

NOT_LOADED = "not_loaded"
NEVER_STALE = "never_stale"


async def list_sources(request: Request, reads: AsyncConnection) -> Response:
    """Answer with every kind of file, the newest one loaded and whether a newer one is due."""
    newest = await repository.newest(reads)
    held: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await repository.rows_held(reads):
        held[row["name"]][row["held"]] = row["rows"]
    labels = {entry["code"]: entry["label"] for entry in load("import_kinds")}
    data = [
        source_freshness(interval, labels[interval["code"]], newest.get(interval["code"]), held[interval["code"]])
        for interval in load("source_intervals")
    ]
    return json_response(request, {"today": today(), "data": data}, public=True)


def source_freshness(interval: Mapping[str, Any], label: str, newest: Row | None, rows: Mapping[str, int]) -> Document:
    """Return what is known of one kind of file; one older than its interval is stale."""
    as_at: date | None = newest["as_at"] if newest else None
    age = (today() - as_at).days if as_at else None
    within: int | None = interval["days"]
    reason = NOT_LOADED if age is None else NEVER_STALE if within is None else None
    return {
        "name": interval["code"],
        "label": label,
        "as_at": as_at,
        "loaded_at": newest["loaded_at"] if newest else None,
        "age_days": age,
        "loads": newest["loads"] if newest else 0,
        "rows": sum(rows.values()),
        "rows_by_table": rows,
        "expected_every": interval["label"],
        "expected_within_days": within,
        "stale": None if age is None or within is None else age > within,
        "stale_reason": reason,
    }
