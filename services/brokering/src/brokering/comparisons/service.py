"""Sets two rounds side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.comparisons import repository
from brokering.comparisons.schemas import Changes, Figures
from brokering.cursors import id_and_part_after
from brokering.rounds import service as rounds
from shared.auth.principal import Principal
from shared.pagination import PageParameters, page_of


async def compare(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    first_id: UUID,
    second_id: UUID,
    page: PageParameters,
) -> dict[str, Any]:
    """Return the comparison with a page of its differences; raises RoundNotFound."""
    first, second = [await rounds.read(session, principal, each) for each in (first_id, second_id)]
    counts = await repository.counts(session, principal, first_id, second_id)
    rows = await repository.differences(
        session, principal, (first_id, second_id), id_and_part_after(page), page.limit + 1
    )
    changes = {name: counts.get(name, 0) for name in Changes.model_fields}
    total = sum(changes.values()) - changes["same_leader"] - changes["unmatched_in_both"]
    found = page_of(
        request, page, rows, lambda row: (str(row["need_id"]), row["part"]), total=total if page.include_total else None
    )
    return {
        "first": _figures(first),
        "second": _figures(second),
        "changes": changes,
        **found,
        "data": [_difference(row) for row in found["data"]],
    }


def _figures(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"round_id": asked["id"], **{name: asked[name] for name in Figures.model_fields if name != "round_id"}}


def _difference(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "need_id": str(row["need_id"]),
        "part": row["part"] or None,
        "subject": {"kind": row["subject_kind"], "id": row["subject_id"], "name": row["subject_name"]},
        "change": row["change"],
        "first": _got(row, "first"),
        "second": _got(row, "second"),
    }


def _got(row: Mapping[Any, Any], side: str) -> dict[str, Any] | None:
    if row[f"{side}_leader_id"] is None:
        return None
    km = row[f"{side}_distance_km"]
    return {
        "leader_id": str(row[f"{side}_leader_id"]),
        "leader_reference": row[f"{side}_leader_reference"],
        "suitability": row[f"{side}_suitability"],
        "distance_km": None if km is None else float(km),
    }
