"""Routes of notifications and contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from brokering.ledger.call import Call
from brokering.notifications import service
from brokering.notifications.schemas import Contact, Contacts, NewContact, NotificationPage, Org, Role
from brokering.reference.lists import OneOf
from brokering.scopes import CONTACTS_READ, CONTACTS_WRITE
from shared.auth.access import Requires
from shared.auth.principal import Principal
from shared.clock import request_time
from shared.db.session import Db
from shared.pagination import PageRequest
from shared.responses import LINES_OR_TABLE

router = APIRouter(tags=["notifications"])

Now = Annotated[datetime, Depends(request_time)]
Reader = Annotated[Principal, Requires(CONTACTS_READ)]
Keeper = Annotated[Principal, Requires(CONTACTS_WRITE)]
State = Annotated[str, OneOf("notification_states")]


@router.get(
    "/v1/notifications",
    operation_id="list_notifications",
    responses={200: {"model": NotificationPage, "content": LINES_OR_TABLE}},
)
async def list_notifications(
    *,
    request: Request,
    principal: Reader,
    session: Db,
    page: PageRequest,
    now: Now,
    state: Annotated[State | None, Query(examples=["queued"])] = None,
) -> Response:
    """List the messages to one's own organisation, or in one's regions, newest first; and whether they went out."""
    return await service.list_notifications(Call(request, session, principal, now), state, page)


@router.get(
    "/v1/contacts", operation_id="list_contacts", responses={200: {"model": Contacts, "content": LINES_OR_TABLE}}
)
async def list_contacts(
    *, request: Request, principal: Reader, session: Db, now: Now, org: Annotated[Org, Query(examples=["trust:5143"])]
) -> Response:
    """List the contacts of an organisation by role."""
    return await service.list_contacts(Call(request, session, principal, now), org)


@router.put("/v1/contacts/{org}/{role}", operation_id="put_contact", responses={200: {"model": Contact}})
async def put_contact(
    *, request: Request, org: Org, role: Role, body: NewContact, principal: Keeper, session: Db, now: Now
) -> Response:
    """Say where messages to a role go. Addresses of offices, not of people."""
    return await service.put_contact(Call(request, session, principal, now), org, role, body)


@router.delete("/v1/contacts/{org}/{role}", operation_id="remove_contact", status_code=204)
async def remove_contact(
    *, request: Request, org: Org, role: Role, principal: Keeper, session: Db, now: Now
) -> Response:
    """Forget a contact."""
    return await service.remove_contact(Call(request, session, principal, now), org, role)
