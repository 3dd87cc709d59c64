"""Notifications and contacts on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from brokering.reference.lists import OneOf
from shared.schemas import ApiModel, Page, RequestModel

Org = Annotated[
    str,
    StringConstraints(
        max_length=120,
        pattern=r"^(school:[0-9]{1,9}|(trust|la|leader|partner):[A-Za-z0-9._-]{1,80}|region:[A-Za-z ]{1,40})$",
    ),
]
Role = Annotated[str, OneOf("contact_roles")]
Email = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00<>,;]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z]{2,60}$")
]


class NewContact(RequestModel):
    """The address of a role: an office's, not a person's own."""

    email: Email = Field(examples=["office@school.example"])


class Contact(ApiModel):
    """The address of a role in an organisation."""

    org: str
    role: str
    email: str
    updated_at: datetime


class Contacts(ApiModel):
    """All contacts of an organisation, one a role."""

    data: list[Contact]


class About(ApiModel):
    """What a notification tells of."""

    subject: str | None
    days: float | None = None
    need_id: UUID | None = None
    offer_id: UUID | None = None
    episode_id: UUID | None = None
    claim_id: UUID | None = None


class Notification(ApiModel):
    """A message to an organisation, and whether it has gone out."""

    id: UUID
    kind: str
    recipient: str
    title: str
    text: str
    about: About
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    problem: str | None = Field(description="why it has not gone out")


class NotificationPage(Page[Notification]):
    """One page of notifications, newest first."""
