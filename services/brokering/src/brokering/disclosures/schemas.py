"""The public register as answered."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from brokering.needs.schemas import NeedSubject
from shared.schemas import ApiModel, Page


class Supporter(ApiModel):
    """Who supports: the directory's reference, the role, and the employer."""

    reference: str
    role: str
    organisation_kind: str | None
    organisation_id: str | None
    organisation_name: str | None


class DisclosedInterest(ApiModel):
    """An interest in the school or its responsible body that the supporter had declared when the offer was made."""

    kind: str = Field(examples=["employment"])
    label: str
    subject_kind: str
    subject_id: str
    starts_on: date | None
    ends_on: date | None
    declared_at: datetime


class ComputedConflict(ApiModel):
    """A conflict that the register or the roster shows by itself."""

    kind: str = Field(examples=["broker_colleague"])
    label: str


class Disclosure(ApiModel):
    """An approved match with its conflicts of interest; both lists empty: none was declared or found."""

    id: UUID
    subject: NeedSubject
    region: str | None
    supporter: Supporter
    approved_on: date | None
    declared: list[DisclosedInterest]
    computed: list[ComputedConflict]
    responsible_body: str = Field(description="what it answered: `not_asked`, or a state of the conflict check")


class DisclosurePage(Page[Disclosure]):
    """One page of the register."""
