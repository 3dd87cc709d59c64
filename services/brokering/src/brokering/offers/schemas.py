"""What offers look like on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from brokering.domain.values import LeaderRole
from brokering.reference.lists import OneOf
from brokering.text import Told
from shared.schemas import ApiModel, Page, RequestModel

Days = Annotated[float, Field(gt=0, le=1000, multiple_of=0.5, description="in steps of half a day", examples=[7.5])]
ReasonCode = Annotated[str, OneOf("refusal_reasons")]
Reason = Annotated[Told | None, Field(description="plain text")]


class OfferRequest(RequestModel):
    """The terms of an offer; what is not said comes from the proposal and the support policy."""

    deadline: AwareDatetime | date | None = Field(
        None,
        description="until when the leader may answer, no further off than the support policy lets;"
        " a date means the end of that day (UTC)",
    )
    days: Days | None = Field(None, description="the proposal's days unless told")
    message: Told | None = Field(None, description="to the leader; the school does not see it")


class DirectOffer(OfferRequest):
    """An offer of a need, or of a part of it, without a round: to the leader named, or to the next best."""

    part: LeaderRole | None = Field(
        None, description="the part of split support, which a leader of this role may take; takes `days`"
    )

    leader_id: UUID | None = Field(
        None, description="the best candidate who has not been offered this need before, unless told"
    )

    @model_validator(mode="after")
    def _days_of_the_part(self) -> DirectOffer:
        if self.part is not None and self.days is None:
            raise PydanticCustomError("days_of_part", "Say how many `days` the part is of.")
        return self


class EpisodeOffer(OfferRequest):
    """An offer of days of an open episode to a further leader: split support, or a hand-over."""

    leader_id: UUID
    days: Days


class ResponseRequest(RequestModel):
    """The leader's answer. Declining needs a reason."""

    accepted: bool
    reason: Reason = None
    reason_code: ReasonCode | None = Field(None, description="for statistics, where declining")


class AgreementRequest(RequestModel):
    """The school's or its responsible body's answer. Refusing needs a reason, and is never an engagement concern."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"agreed": {"const": True}}},
            "then": {"required": ["conflicts_seen"], "properties": {"conflicts_seen": {"const": True}}},
        }
    )

    agreed: bool
    reason: Reason = None
    reason_code: ReasonCode | None = Field(None, description="for statistics, where refusing")
    conflicts_seen: bool | None = Field(
        None,
        validate_default=True,
        description="whether the leader's conflicts and record, shown with the offer, have been read;"
        " agreeing takes `true`, refusing may leave it out",
        examples=[True],
    )

    @field_validator("conflicts_seen")
    @classmethod
    def _read_before_agreeing(cls, seen: bool | None, info: ValidationInfo) -> bool | None:
        if info.data.get("agreed") and not seen:
            raise PydanticCustomError(
                "conflicts_not_seen",
                "The school first reads the leader's conflicts and record, which the offer shows as `shown`;"
                " agreeing says so with `conflicts_seen: true`.",
            )
        return seen


class ApprovalRequest(RequestModel):
    """The regional director's answer. Rejecting needs a reason."""

    approved: bool
    reason: Reason = None


class WithdrawalRequest(RequestModel):
    """Why an offer is taken back."""

    reason: Told


class BatchRequest(RequestModel):
    """Answers of the regional director to many offers; each row as {offer_id, approved, reason}."""

    rows: list[dict[str, Any]] = Field(min_length=1, max_length=200)


class BatchRow(ApprovalRequest):
    """One row of a batch."""

    offer_id: UUID


class Subject(ApiModel):
    """What is supported."""

    kind: Literal["school", "trust"]
    id: str
    name: str | None


class LeaderResponse(ApiModel):
    """The leader's answer; `by` is the subject of the token."""

    accepted: bool
    reason: str | None
    reason_code: str | None = None
    by: str
    at: datetime


class Agreement(ApiModel):
    """The answer of the school or its responsible body (`on_behalf_of`)."""

    agreed: bool
    reason: str | None
    reason_code: str | None = None
    conflicts_seen: bool | None = Field(description="null where a refusal did not say")
    by: str
    on_behalf_of: str
    at: datetime


class Approval(ApiModel):
    """The regional director's answer; `warning` where no deployment grant is on record for what was approved."""

    approved: bool
    reason: str | None
    warning: str | None
    by: str
    at: datetime


class Withdrawal(ApiModel):
    """Who took the offer back, and why."""

    reason: str
    by: str
    at: datetime


class Shown(ApiModel):
    """What the school is shown before it agrees, as at the offer."""

    as_at: datetime
    record: dict[str, Any] = Field(description="the leader's record: organisation, designations, schools turned round")
    suitability: int = Field(description="0 to 1000")
    score_parts: list[Any]
    distance_km: float | None
    flags: list[str]
    interests: list[dict[str, Any]] = Field(description="declared interests that touch the school or its body")
    organisation_in_category: int | None = Field(
        description="schools of the leader's own organisation in a category of concern; null where not known"
    )


class Offer(ApiModel):
    """An offer and its answers."""

    id: UUID
    proposal_id: UUID | None = Field(
        description="null: offered without a round, as the next best or to a further leader"
    )
    joins_episode_id: UUID | None = Field(description="the episode in which a further leader is to be deployed")
    part: LeaderRole | None = Field(description="of split support; null: the whole need, or a further leader")
    need_id: UUID
    leader_id: UUID
    episode_id: UUID | None
    subject: Subject
    days: float
    state: str
    waits_on: str | None = Field(description="leader, subject or regional_director; null once closed")
    due_at: datetime | None
    deadline: datetime
    message: str | None
    offered_by: str
    offered_at: datetime
    response: LeaderResponse | None
    school_agreement: Agreement | None
    approval: Approval | None
    withdrawal: Withdrawal | None
    shown: Shown
    updated_at: datetime


class OfferPage(Page[Offer]):
    """One page of offers, newest first."""


class BatchProblem(ApiModel):
    """Why a row was not applied."""

    code: str
    pointer: str
    detail: str


class BatchAnswer(ApiModel):
    """What became of one row."""

    row: int
    offer_id: UUID | None
    status: Literal["applied", "rejected"]
    state: str | None = None
    episode_id: UUID | None = None
    warning: str | None = Field(None, description="of an approval without a deployment grant on record")
    errors: list[BatchProblem]


class BatchCounts(ApiModel):
    """rows = applied + rejected."""

    rows: int
    applied: int
    rejected: int


class ApprovalBatch(ApiModel):
    """What became of every row of a batch."""

    id: UUID
    counts: BatchCounts
    data: list[BatchAnswer]
