"""Reading notifications; keeping contacts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import Response
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.ledger.call import Call
from brokering.listing import Rows, list_rows, streamed
from brokering.notifications import repository
from brokering.notifications.errors import ContactNotFound
from brokering.notifications.messages import filled_in
from brokering.notifications.schemas import About, Contact, NewContact, Notification
from shared.errors import Forbidden
from shared.pagination import PageParameters
from shared.responses import json_response


async def list_notifications(call: Call, state: str | None, page: PageParameters) -> Response:
    """Answer with one page of notifications, or with all of them."""
    rows = Rows(
        fetch=lambda session, after, limit: repository.page(session, call.principal, state, after=after, limit=limit),
        count=lambda: repository.count(call.session, call.principal, state),
    )
    return await list_rows(call.request, call.session, page, rows, document=_notification, model=Notification)


async def list_contacts(call: Call, org: str) -> Response:
    """Answer with the contacts of an organisation."""

    async def every(session: AsyncSession) -> AsyncIterator[Row[Any]]:
        for row in await repository.contacts(session, call.principal, org):
            yield row

    if whole := streamed(call.request, every, document=_contact, model=Contact):
        return whole
    return json_response(call.request, {"data": [_contact(row) async for row in every(call.session)]})


async def put_contact(call: Call, org: str, role: str, body: NewContact) -> Response:
    """Store a contact: one's own organisation's, or, as the department or a partner, one of one's regions.

    What could not be sent to the organisation for want of an address is queued again.
    """
    region = await repository.region_of(call.session, org)
    own = org == str(call.principal.org)
    if not (own or call.principal.sees_everything or region in call.principal.regions):
        raise Forbidden("Contacts are kept by the organisation itself, or by whoever brokers in its region.")
    values = {
        "org": org,
        "role": role,
        "email": body.email,
        "changed_by": call.principal.subject,
        "updated_at": call.now,
        "tenancy_orgs": [org],
        "tenancy_region": region,
    }
    await call.act_for_all()
    await repository.put_contact(call.session, values)
    await repository.requeue_without_contact(call.session, org, call.now)
    await call.act_for_client()
    shown = {name: values[name] for name in ("org", "role", "email", "updated_at")}
    return json_response(call.request, shown)


async def remove_contact(call: Call, org: str, role: str) -> Response:
    """Forget a contact that the client may see."""
    if not await repository.remove_contact(call.session, call.principal, org, role):
        raise ContactNotFound("There is no such contact.")
    return Response(status_code=204)


def _contact(row: Row[Any]) -> dict[str, Any]:
    return {"org": row.org, "role": row.role, "email": row.email, "updated_at": row.updated_at}


def _notification(row: Row[Any]) -> dict[str, Any]:
    title, text = filled_in(row.kind, row.about)
    about = {name: row.about.get(name) for name in About.model_fields}
    kept = ("kind", "recipient", "state", "attempts", "created_at", "sent_at", "problem")
    return {
        "id": str(row.id),
        "title": title,
        "text": text,
        "about": about,
        **{name: getattr(row, name) for name in kept},
    }
