"""Statistics as the department reads them."""

from datetime import date
from typing import Any

from fastapi import Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.responses import json_response
from triage.caseload.service import refuse_parties
from triage.procedure.service import procedure_on
from triage.reference.service import require_scheme
from triage.statistics import repository
from triage.statistics.repository import SPANS
from triage.statistics.undecided import AgeTable


async def ageing(
    request: Request, session: AsyncSession, principal: Principal, table: AgeTable, *, on: date, as_of: date
) -> Response:
    """Answer with how long decisions took, by region, and how long proposals have waited for one."""
    refuse_parties(principal)
    require_scheme(table.scheme, "scheme")
    rows = await repository.ageing(session, principal, table.scheme, as_of)
    procedure = await procedure_on(session, on)
    waiting = await repository.undecided(
        session, principal, scheme=table.scheme, tiers=procedure["tiers"][1:], by=table.counted_by, as_of=as_of
    )
    body = {"scheme": table.scheme, "as_of": as_of, "data": [_group(row) for row in rows]}
    return json_response(request, {**body, "undecided": table.document(waiting)})


def _group(row: RowMapping) -> dict[str, Any]:
    spans = {name: {each: row[f"{name}_{each}"] for each in ("cases", "median", "longest")} for name in SPANS}
    return {"region": row["region"], "decisions": row["decisions"], **spans}
