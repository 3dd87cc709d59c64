"""Reading what a round gave beside its proposals: who is left, what leaders could give, every feasible pair."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.domain.values import flags_of
from brokering.listing import page_after_page, streamed
from brokering.rounds import repository
from brokering.rounds.schemas import RoundLeader, Unmatched
from brokering.rounds.service import read
from shared.auth.principal import Principal
from shared.db.session import streaming_session
from shared.pagination import PageParameters, page_of
from shared.responses import dumps, ndjson, page_response


async def list_unmatched(
    request: Request, session: AsyncSession, principal: Principal, round_id: UUID, page: PageParameters
) -> Response:
    """Answer with a page of unmatched needs, or with all of them."""
    await read(session, principal, round_id)

    def every(streaming: AsyncSession) -> AsyncIterator[Any]:
        return repository.stream_unmatched(streaming, principal, round_id)

    if whole := streamed(request, every, document=_unmatched, model=Unmatched):
        return whole
    after = page.key(int)
    rows = await repository.unmatched(session, principal, round_id, _number(after), page.limit + 1)
    total = await repository.count_unmatched(session, principal, round_id) if page.include_total else None
    shown = page_of(request, page, rows, lambda row: (row["need_no"],), total=total)
    return page_response(request, {**shown, "data": [_unmatched(row) for row in shown["data"]]})


def _unmatched(row: Mapping[Any, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("part", "half_matched", "reasons", "relaxations")}
    return {"need_id": str(row["need_id"]), **kept}


async def list_leaders(
    request: Request, session: AsyncSession, principal: Principal, round_id: UUID, page: PageParameters
) -> Response:
    """Answer with a page of the round's leaders, or with all of them."""
    await read(session, principal, round_id)

    def every(streaming: AsyncSession) -> AsyncIterator[Any]:
        async def fetch(after: int | None, limit: int) -> Sequence[Any]:
            return await repository.leaders(streaming, round_id, -1 if after is None else after, limit)

        return page_after_page(fetch, lambda row: int(row["leader_no"]))

    if whole := streamed(request, every, document=_leader, model=RoundLeader):
        return whole
    after = page.key(int)
    rows = await repository.leaders(session, round_id, _number(after), page.limit + 1)
    total = await repository.count_leaders(session, round_id) if page.include_total else None
    shown = page_of(request, page, rows, lambda row: (row["leader_no"],), total=total)
    return page_response(request, {**shown, "data": [_leader(row) for row in shown["data"]]})


def _leader(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "leader_id": str(row["leader_id"]),
        "reference": row["reference"],
        "days_available": float(row["days_available"]),
        "max_concurrent": row["max_concurrent"],
        "open_deployments": row["open_deployments"],
    }


async def stream_pairs(request: Request, session: AsyncSession, principal: Principal, round_id: UUID) -> Response:
    """Stream every feasible pair, one a line."""
    await read(session, principal, round_id)
    return ndjson(_all_pairs(request, principal, round_id))


async def _all_pairs(request: Request, principal: Principal, round_id: UUID) -> AsyncIterator[bytes]:
    async with streaming_session(request) as session:
        leaders = [str(row["leader_id"]) for row in await repository.leaders(session, round_id, -1, None)]
        async for row in repository.stream_needs(session, principal, round_id):
            if row["leader_nos"]:
                yield b"\n".join(_pair_lines(row, leaders))


def _pair_lines(row: Mapping[Any, Any], leaders: list[str]) -> list[bytes]:
    need_id, days, weight = str(row["need_id"]), float(row["days"]), row["priority_weight"]
    columns = zip(row["leader_nos"], row["suitabilities"], row["flag_bits"], strict=True)
    return [
        dumps(
            {
                "need_id": need_id,
                "part": row["part"],
                "leader_id": leaders[leader],
                "need_days": days,
                "suitability": suitability,
                "priority_weight": weight,
                "flags": flags_of(bits),
            }
        )
        for leader, suitability, bits in columns
    ]


def _number(after: tuple[Any, ...] | None) -> int:
    return int(after[0]) if after else -1
