"""What episodes and their ledger look like on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from brokering.offers.schemas import Days, Subject
from brokering.text import Told
from shared.schemas import ApiModel, Page, Paging, RequestModel


class DaysAccount(ApiModel):
    """Where an episode's days stand. reserved + used + unallocated = cap; what is returned frees the cap again."""

    cap: float = Field(description="at most this many days for the episode's school or trust")
    reserved: float = Field(description="held for the episode, not used yet")
    used: float
    returned: float = Field(description="given back unused so far")
    remaining: float = Field(description="days that can still be used: those reserved")
    unallocated: float = Field(description="what the cap leaves for a further deployment")


class DeploymentEnding(ApiModel):
    """Who ended a deployment before the episode's end, and why."""

    reason: str
    by: str
    at: datetime


class Deployment(ApiModel):
    """One leader's share of an episode."""

    id: UUID
    leader_id: UUID
    days: float
    from_: date = Field(alias="from")
    to: date | None
    used: float
    returned: float
    claimed: float = Field(description="days used that have been claimed, signed off or not yet")
    offer_id: UUID | None = Field(description="the offer it comes from; null: the episode's own")
    day_rate: float | None = Field(description="pounds a day, fixed at approval; null before rates were kept")
    grant_id: UUID | None = Field(description="the deployment grant its days are committed to; null where none was")
    ending: DeploymentEnding | None


class EpisodeEvent(ApiModel):
    """One step of an episode; `by` is the subject of the token."""

    action: str
    from_: str = Field(alias="from")
    to: str
    reason: str | None
    by: str
    on_behalf_of: str
    at: datetime


class Episode(ApiModel):
    """A support episode."""

    id: UUID
    need_id: UUID
    offer_id: UUID
    leader_id: UUID
    previous_episode_id: UUID | None = Field(description="the episode before, where the subject had one")
    subject: Subject
    state: str
    days: DaysAccount
    deployments: list[Deployment]
    opened_on: date
    opened_by: str
    completed_on: date | None = Field(description="the day the supported body signed the completion off")
    history: list[EpisodeEvent]
    updated_at: datetime


class EpisodePage(Page[Episode]):
    """One page of episodes, newest first."""


class Leg(ApiModel):
    """One side of a movement: what leaves an account is negative."""

    account: Literal["available", "offered", "reserved", "used"]
    days: float


class LedgerEntry(ApiModel):
    """One movement of days. Its two legs sum to zero; entries are only ever added."""

    id: UUID
    kind: str
    label: str
    days: float
    legs: list[Leg]
    leader_id: UUID
    deployment_id: UUID | None
    on: date = Field(description="the day it speaks of")
    recorded_at: datetime
    recorded_by: str
    note: str | None


class Ledger(ApiModel):
    """An episode's ledger from its offer on, oldest first, with the balances that these entries leave."""

    episode_id: UUID
    as_of: date | None
    days: DaysAccount
    data: list[LedgerEntry]
    paging: Paging


class LedgerRequest(RequestModel):
    """A movement of days within an episode."""

    kind: Literal["used", "returned", "use_corrected"]
    days: Days
    on: date | None = Field(None, description="the day worked or given back; today unless told; never in the future")
    deployment_id: UUID | None = Field(None, description="needed where the episode has several deployments")
    note: Annotated[Told, Field(max_length=2000)] | None = None


class EntryAdded(ApiModel):
    """The movement that was entered, and where the episode's days stand after it."""

    entry: LedgerEntry
    days: DaysAccount


class StepRequest(RequestModel):
    """Why an episode is paused or stopped."""

    reason: Told


class ResumeRequest(RequestModel):
    """Why an episode goes on, if there is something to say."""

    reason: Told | None = None


class EndRequest(RequestModel):
    """Why a leader's deployment ends before the episode does, as at a hand-over."""

    reason: Told
    on: date | None = Field(None, description="the last day; today unless told")


class CompletionRequest(RequestModel):
    """What has been done, for the supported body to sign off."""

    summary: Told


class SignOffRequest(RequestModel):
    """The supported body's answer. Sending it back needs a reason."""

    signed_off: bool
    reason: Told | None = None


class SignOff(ApiModel):
    """Who signed the completion off or sent it back, for which body."""

    signed_off: bool
    reason: str | None
    by: str
    on_behalf_of: str
    at: datetime


class Completion(ApiModel):
    """The completion of an episode: asked for by the leader or partner, signed off by the supported body."""

    episode_id: UUID
    state: str = Field(description="of the episode")
    summary: str | None = Field(description="null: completion has not been asked for")
    requested_by: str | None
    requested_at: datetime | None
    sign_off: SignOff | None
    completed_on: date | None
