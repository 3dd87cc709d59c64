"""Statistics as the department reads them."""

from datetime import date
from typing import Any

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.responses import json_response
from triage.caseload.service import refuse_parties
from triage.reference.service import require_scheme
from triage.statistics import repository
from triage.statistics.repository import SPANS


async def ageing(
    request: Request, session: AsyncSession, principal: Principal, *, scheme: str, as_of: date
) -> Response:
    """Answer with how long decisions took, by region."""
    refuse_parties(principal)
    require_scheme(scheme, "scheme")
    rows = await repository.ageing(session, principal, scheme, as_of)
    return json_response(request, {"scheme": scheme, "as_of": as_of, "data": [_group(row) for row in rows]})


def _group(row: RowMapping) -> dict[str, Any]:
    spans = {name: {each: row[f"{name}_{each}"] for each in ("cases", "median", "longest")} for name in SPANS}
    return {"region": row["region"], "decisions": row["decisions"], **spans}
