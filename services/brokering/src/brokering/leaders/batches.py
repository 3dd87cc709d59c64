"""Bulk loads of the directory: every row has one fate, and one bad row loses no good one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from email.message import Message
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.leaders import changes, own_record, repository, roster
from brokering.leaders.documents import columns_of, fields_of, tenancy_of
from brokering.leaders.roster import Row
from brokering.leaders.row_problems import RowProblem
from brokering.leaders.schemas import BatchRow
from brokering.listing import streamed
from shared.auth.principal import Principal
from shared.clock import utc_now
from shared.errors import NotFound, UnsupportedMediaType, invalid
from shared.ids import new_id
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, page_response

DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
UNSAID = ("school_types", "strengths", "remote", "max_distance_km")
"""What a leader says of the own record and a roster may pass over: an empty cell takes nothing back."""
FATES = ("created", "changed", "unchanged", "rejected")


async def load(request: Request, session: AsyncSession, principal: Principal, as_at: date | None) -> Response:
    """Take a roster in the request's body and answer row by row; `as_at` is the date that it speaks for."""
    own_record.refuse_directory(principal)
    source = _source(as_at)
    rows = await _rows(request)
    held = await repository.held(session, sorted({row.reference for row in rows if row.leader and row.reference}))
    answers = await _store(session, principal, rows, held, source)
    counts = Counter(answer["status"] for answer in answers)
    kept = {
        "id": new_id(),
        "client_id": principal.client_id,
        "counts": {"received": len(rows), **{fate: counts[fate] for fate in FATES}},
        "rows": answers,
    }
    batch = await repository.add_batch(session, kept)
    return json_response(request, _document(batch), headers={"Location": f"/v1/leaders/batches/{kept['id']}"})


async def read(request: Request, session: AsyncSession, principal: Principal, batch_id: UUID) -> Response:
    """Answer with a batch that this client sent."""
    return json_response(request, _document(await _found(session, principal, batch_id)))


async def rejections(
    request: Request, session: AsyncSession, principal: Principal, batch_id: UUID, page: PageParameters
) -> Response:
    """Answer with a page of the rows that were rejected, or with all of them."""
    batch = await _found(session, principal, batch_id)
    rejected = [row for row in batch["rows"] if row["status"] == "rejected"]

    async def every(_: AsyncSession) -> AsyncIterator[Any]:
        for row in rejected:
            yield row

    if whole := streamed(request, every, document=_row_document, model=BatchRow):
        return whole
    after = page.key(int)
    left = [row for row in rejected if after is None or row["row"] > after[0]]
    shown = page_of(request, page, left[: page.limit + 1], lambda row: (row["row"],), total=len(rejected))
    return page_response(request, shown)


async def _found(session: AsyncSession, principal: Principal, batch_id: UUID) -> RowMapping:
    batch = await repository.find_batch(session, principal, batch_id)
    if batch is None:
        raise NotFound("There is no such batch.")
    return batch


async def _rows(request: Request) -> list[Row]:
    kind = request.headers.get("content-type", "").split(";")[0].strip().casefold()
    if kind == "text/csv":
        return roster.from_csv(await request.body())
    if kind == "application/json":
        return roster.from_json(await request.body())
    raise UnsupportedMediaType("Send the roster as text/csv or application/json.")


async def _store(
    session: AsyncSession,
    principal: Principal,
    rows: Sequence[Row],
    held: Mapping[str, RowMapping],
    source: Mapping[str, Any],
) -> list[dict[str, Any]]:
    seen: set[str] = set()
    created: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    trail: list[dict[str, Any]] = []
    for row in rows:
        known = held.get(row.reference or "")
        problems = row.problems or _conflicts(row, known, seen)
        if row.leader is None or problems:
            answers.append(_answer(row, "rejected", None, problems))
            continue
        seen.add(row.leader.reference)
        columns = columns_of(row.leader)
        values = {**columns, "row_hash": row.digest, "source": source}
        if known is None:
            leader_id = new_id()
            reference = row.leader.reference
            created.append({**values, "id": leader_id, "reference": reference, **tenancy_of(leader_id, reference)})
            answers.append(_answer(row, "created", leader_id))
            trail.append(changes.entry(principal, leader_id, ("leader", leader_id), None, fields_of(columns)))
        elif known["row_hash"] == row.digest:
            answers.append(_answer(row, "unchanged", known["id"]))
        else:
            answers.append(_answer(row, "changed", known["id"]))
            trail.append(await _change(session, principal, known, values))
    await repository.add_all(session, created)
    await changes.record(session, trail)
    return answers


async def _change(
    session: AsyncSession, principal: Principal, known: RowMapping, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Change a leader as the roster says, and return the entry of the trail."""
    now = {**values, **{name: known[name] for name in UNSAID if values[name] in (None, [])}}
    await repository.change(session, known["id"], now)
    return changes.entry(principal, known["id"], ("leader", known["id"]), fields_of(known), fields_of(now))


def _conflicts(row: Row, known: RowMapping | None, seen: set[str]) -> tuple[RowProblem, ...]:
    """Return what speaks against a row that is sound in itself."""
    if row.leader is None:
        return ()
    if row.leader.reference in seen:
        words = "stands in an earlier row of this batch"
        return (row.problem("reference", row.leader.reference, words, "duplicate"),)
    if known is None:
        return ()
    held = (("days_available", "days_committed"), ("max_concurrent", "open_deployments"))
    found = [(field, float(getattr(row.leader, field)), float(known[promised])) for field, promised in held]
    return tuple(
        row.problem(field, f"{given:g}", f"is less than the {promised:g} promised already", "below_committed")
        for field, given, promised in found
        if given < promised
    )


def _answer(row: Row, status: str, leader_id: UUID | None, problems: Sequence[RowProblem] = ()) -> dict[str, Any]:
    return {
        "row": row.number,
        "reference": row.reference,
        "status": status,
        "leader_id": str(leader_id) if leader_id else None,
        "problem": " ".join(each.detail for each in problems) or None,
        "errors": [asdict(each) for each in problems],
    }


def date_in(content_disposition: str | None) -> date | None:
    """Return the date in the name of the file that the header names, or None."""
    told = Message()
    told["content-disposition"] = content_disposition or ""
    found = DATE.search(told.get_filename() or "")
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def _source(as_at: date | None) -> dict[str, Any]:
    now = utc_now()
    if as_at is not None and as_at > now.date():
        raise invalid("as_at", f"{as_at} lies in the future.", "in_the_future")
    return {"name": "leaders", "as_at": as_at.isoformat() if as_at else None, "loaded_at": now.isoformat()}


def _row_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept row; batches of earlier releases keep no sentence of it."""
    return {"problem": None, **row}


def _document(batch: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": str(batch["id"]),
        "counts": batch["counts"],
        "data": batch["rows"],
        "created_at": batch["created_at"],
    }
