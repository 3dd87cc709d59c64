"""Reading and cancelling rounds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.cursors import id_after
from brokering.jobs import JOBS
from brokering.listing import page_after_page, streamed
from brokering.problems import RoundNotFound
from brokering.rounds import repository
from brokering.rounds.schemas import Round
from shared.auth.principal import Principal
from shared.pagination import PageParameters, page_of
from shared.responses import json_response, page_response

FIGURES = (
    "needs",
    "leaders",
    "pairs",
    "matched",
    "weighted_matched",
    "unmatched",
    "total_suitability",
    "optimal",
    "gap",
    "proof",
    "upstream",
)


OPTIONS = ("pinned", "excluded", "cross_region", "distance_cap_km", "stability", "kept")


def document(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a round as the API shows it."""
    bound = {name: row[f"bound_{name}"] for name in ("matched", "total_suitability")}
    return {
        "id": str(row["id"]),
        "state": row["job_state"],
        "progress": {"done": row["job_done"], "total": row["job_total"], "step": row["job_step"]},
        "problem": row["job_problem"],
        "scope": row["scope"],
        "window": {"from": row["window_from"], "to": row["window_to"]},
        "weights": row["weights"],
        **{name: row[name] for name in OPTIONS},
        "split": _split_document(row),
        "policy_version": row["policy_version"],
        **{name: row[name] for name in FIGURES},
        "bound": None if row["matched"] is None else {**bound, "weighted_matched": row["bound_weighted"]},
        "warnings": row["warnings"],
        "created_at": row["created_at"],
        "finished_at": row["finished_at"] or row["job_finished_at"],
    }


def _split_document(row: Mapping[Any, Any]) -> dict[str, Any] | None:
    if row["split"] is None:
        return None
    outcome = row["split_outcome"] or {}
    counts = {name: outcome.get(name) for name in ("split", "both", "half", "none")}
    return {"both_or_none_by": None, **row["split"], **counts}


async def read(session: AsyncSession, principal: Principal, round_id: UUID) -> dict[str, Any]:
    """Return a round's document; raises RoundNotFound."""
    row = await repository.find(session, principal, round_id)
    if row is None:
        raise RoundNotFound("There is no round of this id that you may see.")
    return document(row)


async def cancel(request: Request, session: AsyncSession, principal: Principal, round_id: UUID) -> Response:
    """Cancel a round that has not ended."""
    await read(session, principal, round_id)
    await JOBS.cancel(session, round_id, principal)
    return json_response(request, await read(session, principal, round_id))


async def list_rounds(
    request: Request, session: AsyncSession, principal: Principal, page: PageParameters, state: str | None
) -> Response:
    """Answer with a page of rounds, newest first, or with all of them."""

    def every(streaming: AsyncSession) -> AsyncIterator[Any]:
        async def fetch(after: UUID | None, limit: int) -> Sequence[Any]:
            return await repository.page(streaming, principal, state, after, limit)

        return page_after_page(fetch, lambda row: UUID(str(row["id"])))

    if whole := streamed(request, every, document=document, model=Round):
        return whole
    rows = await repository.page(session, principal, state, id_after(page), page.limit + 1)
    total = await repository.count(session, principal, state) if page.include_total else None
    shown = [document(row) for row in rows]
    return page_response(request, page_of(request, page, shown, lambda row: (row["id"],), total=total))
