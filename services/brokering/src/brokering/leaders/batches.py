"""Bulk loads of the directory: every row has one fate, and one bad row loses no good one."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.leaders import repository, roster
from brokering.leaders.documents import columns_of, tenancy_of
from brokering.leaders.roster import Row
from brokering.leaders.schemas import BatchRow
from brokering.listing import streamed
from shared.auth.principal import Principal
from shared.clock import utc_now
from shared.errors import FieldProblem, NotFound, UnsupportedMediaType
from shared.ids import new_id
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, page_response

FATES = ("created", "changed", "unchanged", "rejected")


async def load(request: Request, session: AsyncSession, principal: Principal) -> Response:
    """Take a roster in the request's body and answer row by row."""
    rows = await _rows(request)
    held = await repository.held(session, sorted({row.reference for row in rows if row.leader and row.reference}))
    answers = await _store(session, rows, held)
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

    if whole := streamed(request, every, document=dict, model=BatchRow):
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


async def _store(session: AsyncSession, rows: Sequence[Row], held: Mapping[str, RowMapping]) -> list[dict[str, Any]]:
    seen: set[str] = set()
    created: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for row in rows:
        known = held.get(row.reference or "")
        problems = row.problems or _conflicts(row, known, seen)
        if row.leader is None or problems:
            answers.append(_answer(row, "rejected", None, problems))
            continue
        seen.add(row.leader.reference)
        values = {**columns_of(row.leader), "row_hash": row.digest, "source": _source()}
        if known is None:
            leader_id = new_id()
            reference = row.leader.reference
            created.append({**values, "id": leader_id, "reference": reference, **tenancy_of(leader_id, reference)})
            answers.append(_answer(row, "created", leader_id))
        elif known["row_hash"] == row.digest:
            answers.append(_answer(row, "unchanged", known["id"]))
        else:
            await repository.change(session, known["id"], values)
            answers.append(_answer(row, "changed", known["id"]))
    await repository.add_all(session, created)
    return answers


def _conflicts(row: Row, known: RowMapping | None, seen: set[str]) -> tuple[FieldProblem, ...]:
    """Return what speaks against a row that is sound in itself."""
    if row.leader is None:
        return ()
    if row.leader.reference in seen:
        return (FieldProblem("/reference", "An earlier row of this batch has this reference.", "duplicate"),)
    found: list[FieldProblem] = []
    if known is not None and row.leader.days_available < known["days_committed"]:
        found.append(FieldProblem("/days_available", "More days than these are promised already.", "below_committed"))
    if known is not None and row.leader.max_concurrent < known["open_deployments"]:
        found.append(
            FieldProblem("/max_concurrent", "More schools than these are taken on already.", "below_committed")
        )
    return tuple(found)


def _answer(row: Row, status: str, leader_id: UUID | None, problems: Sequence[FieldProblem] = ()) -> dict[str, Any]:
    errors = [{"pointer": each.pointer, "detail": each.detail, "code": each.code} for each in problems]
    return {
        "row": row.number,
        "reference": row.reference,
        "status": status,
        "leader_id": str(leader_id) if leader_id else None,
        "errors": errors,
    }


def _source() -> dict[str, Any]:
    return {"name": "leaders", "as_at": None, "loaded_at": utc_now().isoformat()}


def _document(batch: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": str(batch["id"]),
        "counts": batch["counts"],
        "data": batch["rows"],
        "created_at": batch["created_at"],
    }
