"""Two simulations beside each other: where they come to different results."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.db.session import streaming_session
from shared.pagination import PageParameters, page_of
from shared.responses import page_response
from triage.listing import STREAM_ROWS, streamed
from triage.problems import SimulationsNotComparable
from triage.simulations import repository
from triage.simulations.service import finished

COLUMNS: Final = ("urn", "name", "region", "before", "first", "second")
_ALIKE: Final = ("scheme", "baseline_version", "as_of", "regions")


async def compare(
    request: Request,
    session: AsyncSession,
    principal: Principal,
    *,
    first: UUID,
    second: UUID,
    page: PageParameters,
) -> Response:
    """Answer with what two simulations differ in, and a page of the schools, or all of these as a stream."""
    one, two = await finished(session, first, principal), await finished(session, second, principal)
    if unlike := [name for name in _ALIKE if one[name] != two[name]]:
        raise SimulationsNotComparable(f"They differ in {', '.join(unlike)}: what they move, they move from elsewhere.")

    async def every() -> AsyncIterator[dict[str, Any]]:
        after = 0
        async with streaming_session(request) as stream:
            while rows := await repository.differences(stream, first, second, after, STREAM_ROWS):
                for row in rows:
                    yield dict(row)
                after = rows[-1]["urn"]

    if whole := streamed(request, every, COLUMNS):
        return whole
    key = page.key(int)
    rows = await repository.differences(session, first, second, int(key[0] or 0) if key else 0, page.limit + 1)
    summary = _summary(one, two, await repository.difference_matrix(session, first, second))
    total = summary["differ"] if page.include_total else None
    found = page_of(request, page, [dict(row) for row in rows], lambda made: (made["urn"],), total=total)
    return page_response(request, {**summary, **found})


def _summary(one: RowMapping, two: RowMapping, cells: Sequence[RowMapping]) -> dict[str, Any]:
    pairs: Counter[tuple[str, str]] = Counter()
    regions: Counter[str] = Counter()
    for cell in cells:
        pairs[cell["first"], cell["second"]] += cell["schools"]
        regions[cell["region"] or "unknown"] += cell["schools"]
    return {
        "first": _compared(one),
        "second": _compared(two),
        "same_evidence": one["evidence_hash"] == two["evidence_hash"],
        "differ": sum(pairs.values()),
        "matrix": [{"first": a, "second": b, "schools": n} for (a, b), n in sorted(pairs.items())],
        "by_region": [{"region": region, "schools": n} for region, n in sorted(regions.items())],
    }


def _compared(row: RowMapping) -> dict[str, Any]:
    shown = {name: row[name] for name in ("id", "policy_version", "parameters")}
    return {**shown, "moved": row["counts"]["moved"], "after": row["counts"]["after"]}
