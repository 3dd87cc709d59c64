"""Routes of bulk loads of the directory."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from brokering.leaders import batches
from brokering.leaders.schemas import BatchRowPage, LeaderBatch
from brokering.scopes import LEADERS_READ, LEADERS_WRITE
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["leaders"])

Writer = Annotated[Principal, Requires(LEADERS_WRITE)]
Reader = Annotated[Principal, Requires(LEADERS_READ)]

AsAt = Annotated[date | None, Query(description="the date the roster speaks for, else the one in the file's name")]
FileName = Annotated[
    str | None,
    Header(
        alias="content-disposition",
        max_length=1000,
        description="names the file: a date in its name is `as_at` where that is not sent",
        examples=['attachment; filename="leaders_2025-08-31.csv"'],
    ),
]
ROSTER_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {
                "schema": {"type": "string"},
                "example": "leader_ref,role,organisation_type,organisation_id,organisation_name,base_urn,region,"
                "lat,lng,phases,schools_in_organisation,schools_turned_round,days_available,max_concurrent\n"
                "CEO-15711,trust_ceo,trust,15711,The Romero Catholic Academy,,West Midlands,52.4244,-1.46106,"
                "primary|secondary,8,6,20,2\n",
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["rows"],
                    "properties": {"rows": {"type": "array", "items": {"type": "object"}}},
                }
            },
        },
    }
}


@router.post(
    "/v1/leaders/batches",
    operation_id="load_leaders",
    responses={200: {"model": LeaderBatch}},
    openapi_extra=ROSTER_BODY,
)
async def load_leaders(
    *, principal: Writer, request: Request, session: Db, once: Idempotent, as_at: AsAt = None, file: FileName = None
) -> Response:
    """Load a roster as CSV or JSON rows. Every row is answered; a bad one is rejected and loses no good one."""
    return await once(lambda: batches.load(request, session, principal, as_at or batches.date_in(file)))


@router.get("/v1/leaders/batches/{batch_id}", operation_id="get_leader_batch", responses={200: {"model": LeaderBatch}})
async def get_leader_batch(principal: Reader, request: Request, session: Db, batch_id: UUID) -> Response:
    """Read again what became of a batch; only the client that sent it may."""
    return await batches.read(request, session, principal, batch_id)


@router.get(
    "/v1/leaders/batches/{batch_id}/rejections",
    operation_id="list_leader_batch_rejections",
    responses={200: {"model": BatchRowPage, "content": LINES_OR_TABLE}},
)
async def list_leader_batch_rejections(
    principal: Reader, request: Request, session: Db, batch_id: UUID, page: PageRequest
) -> Response:
    """List the rows of a batch that were rejected."""
    return await batches.rejections(request, session, principal, batch_id, page)
