"""Delivery partners, budgets, fees and entries of money on the wire. All amounts are pounds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from brokering.leaders.schemas import Region
from brokering.reference.lists import OneOf
from brokering.text import Line, Paragraph
from shared.schemas import ApiModel, Page, RequestModel

Amount = Annotated[
    float, Field(gt=0, le=1_000_000_000, multiple_of=0.01, allow_inf_nan=False, description="pounds", examples=[9000])
]
Value = Annotated[
    float, Field(ge=0, le=1_000_000_000, multiple_of=0.01, allow_inf_nan=False, description="pounds", examples=[92000])
]
Regions = Annotated[list[Region], Field(min_length=1, max_length=9)]
FeeKind = Annotated[str, OneOf("fee_kinds")]
PartnerCode = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9-]+$")]


class NewPartner(RequestModel):
    """A delivery partner; `code` is the id in its tokens (`partner:<code>`)."""

    code: PartnerCode
    name: Line
    regions: Regions


class PartnerPatch(RequestModel):
    """The regions a partner covers from now on; those of a contract that has not ended stay among them."""

    regions: Regions
    reason: Paragraph


class Partner(ApiModel):
    """A delivery partner."""

    id: UUID
    code: str
    name: str
    regions: list[str]
    history: list[Any] = Field(description="changes of the regions")
    updated_at: datetime


class PartnerPage(Page[Partner]):
    """One page of delivery partners."""


class _Period(RequestModel):
    title: Line
    starts_on: date
    ends_on: date
    value: Value

    @model_validator(mode="after")
    def _in_order(self) -> _Period:
        if self.ends_on < self.starts_on:
            raise ValueError("It ends before it begins.")
        return self


class NewContract(_Period):
    """A partner's contract for its own work, over one or several regions."""

    regions: Regions


class NewGrant(_Period):
    """The deployment grant of a region: it pays leaders' days. One for any day."""

    region: Region


class BudgetPatch(RequestModel):
    """A new value; never below what is committed and claimed."""

    value: Value
    reason: Paragraph


class Budget(ApiModel):
    """value = committed + claimed + remaining, and none of them is ever below 0."""

    id: UUID
    kind: Literal["deployment_grant", "partner_contract"]
    partner_id: UUID | None
    title: str
    regions: list[str]
    starts_on: date
    ends_on: date
    value: float
    committed: float = Field(description="promised and not claimed yet")
    claimed: float
    remaining: float
    warning: str | None = Field(
        description="what is left, once the policy's share of the value is spoken for; else null"
    )
    history: list[Any] = Field(description="changes of the value")
    updated_at: datetime


class BudgetPage(Page[Budget]):
    """One page of budgets."""


class BudgetList(ApiModel):
    """All contracts of a partner."""

    data: list[Budget]


class MoneyEntry(ApiModel):
    """So much out of one account of the budget into another. Entries are only ever added."""

    id: UUID
    debit: Literal["remaining", "committed"]
    credit: Literal["remaining", "committed", "claimed"]
    amount: float
    deployment_id: UUID | None
    claim_id: UUID | None
    fee_id: UUID | None
    recorded_at: datetime
    recorded_by: str


class MoneyEntryPage(Page[MoneyEntry]):
    """One page of entries, oldest first."""


class NewFee(RequestModel):
    """A piece of the partner's own work, charged to its contract."""

    kind: FeeKind
    region: Region
    amount: Amount
    incurred_on: date
    description: Paragraph


class FeeAnswer(RequestModel):
    """The department's answer to a fee. Refusing needs a reason."""

    approved: bool
    reason: Paragraph | None = None


class FeeAnswered(ApiModel):
    """Who approved or refused, and why."""

    approved: bool
    reason: str | None
    by: str
    at: datetime


class Fee(ApiModel):
    """A fee: committed when entered, claimed when approved, given back when refused."""

    id: UUID
    contract_id: UUID
    kind: str
    region: str
    amount: float
    incurred_on: date
    description: str
    state: str
    entered_by: str
    entered_at: datetime
    answer: FeeAnswered | None
    updated_at: datetime


class FeePage(Page[Fee]):
    """One page of fees, newest first."""
