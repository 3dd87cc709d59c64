"""What claims look like on the wire. All amounts are pounds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from brokering.offers.schemas import Days
from brokering.text import Told
from shared.schemas import ApiModel, Page, RequestModel


class NewClaim(RequestModel):
    """Days used and not claimed yet; the amount follows from the deployment's day rate."""

    days: Days
    deployment_id: UUID | None = Field(None, description="needed where the leader has several deployments")
    note: Told | None = None


class ClaimSignOff(RequestModel):
    """The supported body's answer. Refusing needs a reason."""

    signed_off: bool
    reason: Told | None = None


class ClaimWithdrawal(RequestModel):
    """Why the author takes a claim back."""

    reason: Told


class ClaimAnswer(ApiModel):
    """Who signed off, refused or withdrew; `on_behalf_of` is the organisation of the token."""

    reason: str | None
    by: str
    on_behalf_of: str
    at: datetime


class Claim(ApiModel):
    """A claim. Signed off by the supported body it is paid from the deployment grant at once."""

    id: UUID
    episode_id: UUID
    deployment_id: UUID
    leader_id: UUID
    days: float
    day_rate: float
    amount: float
    state: str
    grant_id: UUID | None = Field(description="the grant it has been paid from; null until it is signed off")
    note: str | None
    claimed_by: str = Field(description="the subject of the token")
    claimed_for: str = Field(description="the organisation of the token")
    claimed_at: datetime
    answer: ClaimAnswer | None
    updated_at: datetime


class ClaimPage(Page[Claim]):
    """One page of claims, newest first."""
