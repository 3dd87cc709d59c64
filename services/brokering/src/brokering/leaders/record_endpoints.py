"""Routes of a leader's availability, interests and designations, and of the trail of changes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from brokering.leaders import records
from brokering.leaders.changes import CHANGES
from brokering.leaders.record_schemas import (
    Availability,
    AvailabilityPage,
    Designation,
    DesignationPage,
    Interest,
    InterestEnd,
    InterestPage,
    LeaderChange,
    LeaderChangePage,
    NewAvailability,
    NewDesignation,
    NewInterest,
    NewStrengthEvidence,
    StrengthEvidence,
    StrengthEvidencePage,
)
from brokering.leaders.repository import AVAILABILITY, DESIGNATIONS, EVIDENCE, INTERESTS
from brokering.scopes import LEADERS_READ, LEADERS_WRITE
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.db.session import Db
from shared.idempotency import Idempotent
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["leaders"])

Reader = Annotated[Principal, Requires(LEADERS_READ)]
Writer = Annotated[Principal, Requires(LEADERS_WRITE)]


@router.get(
    "/v1/leaders/{leader_id}/availability",
    operation_id="list_availability",
    responses={200: {"model": AvailabilityPage, "content": LINES_OR_TABLE}},
)
async def list_availability(
    principal: Reader, request: Request, session: Db, leader_id: UUID, page: PageRequest
) -> Response:
    """List when a leader can give days."""
    return await records.list_entries(
        request, session, principal, leader_id=leader_id, table=AVAILABILITY, model=Availability, page=page
    )


@router.post(
    "/v1/leaders/{leader_id}/availability",
    operation_id="add_availability",
    status_code=201,
    responses={201: {"model": Availability}},
)
async def add_availability(
    *, principal: Writer, request: Request, session: Db, once: Idempotent, leader_id: UUID, new: NewAvailability
) -> Response:
    """Enter days a leader can give. The first entry replaces the roster's `days_available`. A leader enters its own."""
    return await once(
        lambda: records.add_entry(
            request, session, principal, leader_id=leader_id, table=AVAILABILITY, values=new.model_dump()
        )
    )


@router.delete("/v1/leaders/{leader_id}/availability/{entry_id}", operation_id="remove_availability", status_code=204)
async def remove_availability(*, principal: Writer, session: Db, leader_id: UUID, entry_id: UUID) -> Response:
    """Take back days that cannot be given after all; 409 where they are promised already."""
    return await records.remove_availability(session, principal, leader_id=leader_id, entry_id=entry_id)


@router.get(
    "/v1/leaders/{leader_id}/interests",
    operation_id="list_interests",
    responses={200: {"model": InterestPage, "content": LINES_OR_TABLE}},
)
async def list_interests(
    principal: Reader, request: Request, session: Db, leader_id: UUID, page: PageRequest
) -> Response:
    """List what a leader has declared."""
    return await records.list_entries(
        request, session, principal, leader_id=leader_id, table=INTERESTS, model=Interest, page=page
    )


@router.post(
    "/v1/leaders/{leader_id}/interests",
    operation_id="declare_interest",
    status_code=201,
    responses={201: {"model": Interest}},
)
async def declare_interest(
    *, principal: Writer, request: Request, session: Db, once: Idempotent, leader_id: UUID, new: NewInterest
) -> Response:
    """Declare an interest in a school, trust or local authority. It bars matches with it."""
    return await once(
        lambda: records.declare(request, session, principal, leader_id=leader_id, values=new.model_dump())
    )


@router.post(
    "/v1/leaders/{leader_id}/interests/{entry_id}/end",
    operation_id="end_interest",
    responses={200: {"model": Interest}},
)
async def end_interest(
    *, principal: Writer, request: Request, session: Db, leader_id: UUID, entry_id: UUID, end: InterestEnd
) -> Response:
    """Say when a declared interest ended. It is never taken back, and counts for some years more."""
    return await records.end_interest(
        request, session, principal, leader_id=leader_id, entry_id=entry_id, ends_on=end.ends_on
    )


@router.get(
    "/v1/leaders/{leader_id}/strength-evidence",
    operation_id="list_strength_evidence",
    responses={200: {"model": StrengthEvidencePage, "content": LINES_OR_TABLE}},
)
async def list_strength_evidence(
    principal: Reader, request: Request, session: Db, leader_id: UUID, page: PageRequest
) -> Response:
    """List what a leader's declared strengths rest on."""
    return await records.list_entries(
        request, session, principal, leader_id=leader_id, table=EVIDENCE, model=StrengthEvidence, page=page
    )


@router.post(
    "/v1/leaders/{leader_id}/strength-evidence",
    operation_id="add_strength_evidence",
    status_code=201,
    responses={201: {"model": StrengthEvidence}},
)
async def add_strength_evidence(
    *, principal: Writer, request: Request, session: Db, once: Idempotent, leader_id: UUID, new: NewStrengthEvidence
) -> Response:
    """Say what a declared strength rests on; explanations of pairs tell the newest beside the area."""
    return await once(lambda: records.add_evidence(request, session, principal, leader_id=leader_id, new=new))


@router.get(
    "/v1/leaders/{leader_id}/changes",
    operation_id="list_leader_changes",
    responses={200: {"model": LeaderChangePage, "content": LINES_OR_TABLE}},
)
async def list_leader_changes(
    principal: Reader, request: Request, session: Db, leader_id: UUID, page: PageRequest
) -> Response:
    """List who changed what in a leader's record, oldest first. Entries are only ever added."""
    return await records.list_entries(
        request, session, principal, leader_id=leader_id, table=CHANGES, model=LeaderChange, page=page
    )


@router.get(
    "/v1/leaders/{leader_id}/designations",
    operation_id="list_designations",
    responses={200: {"model": DesignationPage, "content": LINES_OR_TABLE}},
)
async def list_designations(
    principal: Reader, request: Request, session: Db, leader_id: UUID, page: PageRequest
) -> Response:
    """List a leader's designations."""
    return await records.list_entries(
        request, session, principal, leader_id=leader_id, table=DESIGNATIONS, model=Designation, page=page
    )


@router.post(
    "/v1/leaders/{leader_id}/designations",
    operation_id="add_designation",
    status_code=201,
    responses={201: {"model": Designation}},
)
async def add_designation(
    *, principal: Writer, request: Request, session: Db, once: Idempotent, leader_id: UUID, new: NewDesignation
) -> Response:
    """Record a designation. With any recorded, one must hold through the window of a round."""
    return await once(
        lambda: records.add_entry(
            request, session, principal, leader_id=leader_id, table=DESIGNATIONS, values=new.model_dump()
        )
    )
