"""What visits look like on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from brokering.reference.lists import OneOf
from brokering.text import Told
from shared.schemas import ApiModel, Page, RequestModel

Purpose = Annotated[str, OneOf("visit_purposes")]


class Travel(RequestModel):
    """There and back."""

    km: float | None = Field(None, ge=0, le=5000, multiple_of=0.1)
    minutes: int | None = Field(None, ge=0, le=2880)


class NewVisit(RequestModel):
    """A visit that took place; its days are used at once in the ledger. 0 days: a call that costs none."""

    purpose: Purpose
    mode: Literal["on_site", "remote"]
    on: date
    days: float = Field(ge=0, le=10, multiple_of=0.5, examples=[0.5])
    deployment_id: UUID | None = Field(None, description="needed where several leaders are deployed")
    travel: Travel | None = None
    notes: Told | None = Field(None, description="plain text; name roles, not people")

    @model_validator(mode="after")
    def _no_travel_when_remote(self) -> NewVisit:
        if self.mode == "remote" and self.travel is not None and (self.travel.km or self.travel.minutes):
            raise ValueError("A remote visit has no travel.")
        return self


class VisitWithdrawal(RequestModel):
    """Why a visit counts no more."""

    reason: Told


class TravelShown(ApiModel):
    """There and back; null where it was not said."""

    km: float | None
    minutes: int | None


class Withdrawn(ApiModel):
    """Who withdrew a visit, and why."""

    reason: str
    by: str
    at: datetime


class Visit(ApiModel):
    """A visit; `recorded_by` is the subject of the token."""

    id: UUID
    episode_id: UUID
    deployment_id: UUID
    leader_id: UUID
    ledger_entry_id: UUID | None = Field(description="the movement of its days; null where it cost none")
    purpose: str
    mode: Literal["on_site", "remote"]
    on: date
    days: float
    travel: TravelShown
    notes: str | None
    recorded_by: str
    recorded_at: datetime
    withdrawal: Withdrawn | None = Field(description="where it was recorded by mistake: its days are given back")


class VisitPage(Page[Visit]):
    """One page of visits, newest entry first."""
