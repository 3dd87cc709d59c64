"""Reading and cancelling rounds."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.jobs import JOBS
from brokering.listing import Rows, list_rows
from brokering.problems import RoundNotFound
from brokering.rounds import repository
from brokering.rounds.schemas import Round
from shared.auth.principal import Principal
from shared.pagination import PageParameters
from shared.responses import json_response

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
    rows = Rows(
        fetch=lambda session, after, limit: repository.page(session, principal, state, after, limit),
        count=lambda: repository.count(session, principal, state),
        key=itemgetter("id"),
    )
    return await list_rows(request, session, page, rows, document=document, model=Round)
