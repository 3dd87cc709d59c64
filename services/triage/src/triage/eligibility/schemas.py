"""Eligibility on the wire."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.schemas import ApiModel, Page, RequestModel, Source
from triage.notices.schemas import Words

Result = Literal["eligible", "ineligible", "undetermined"]


class RuleTried(ApiModel):
    """One rule; `fired` is null where a fact that could decide is not known."""

    rule: str
    route: Literal["school", "trust", "any"]
    fired: bool | None
    inputs: dict[str, Any] = Field(description="the facts looked at, with the inspections they come from")
    text: str = Field(description="in plain English")


class Assumption(ApiModel):
    """Something that no source tells and that was taken to be so."""

    code: str
    urn: int
    text: str


class FactChanged(ApiModel):
    """One fact that would be otherwise."""

    urn: int
    fact: str
    was: Any
    becomes: Any
    inspection_id: str | None


class EligibilityCounterfactual(ApiModel):
    """The smallest changes that together come to another result by the criteria, or to other possible tiers."""

    changes: list[FactChanged]
    result: Result
    possible_tiers: list[int] = Field(description="of `sio-2019-20`; empty otherwise")


class EligibilityException(ApiModel):
    """A case that a person admitted outside the criteria."""

    id: UUID
    programme: str
    subject_kind: Literal["school", "trust"]
    subject: str = Field(description="URN or UID")
    reason: str
    admitted_on: date
    admitted_role: str
    created_at: datetime


class _Eligibility(ApiModel):
    programme: str
    programme_version: int
    as_of: date
    result: Result
    by_criteria: Result = Field(description="without what a person admitted")
    rules: list[RuleTried]
    assumptions: list[Assumption]
    exception: EligibilityException | None


class EligibleSchool(ApiModel):
    """The school as the register shows it now."""

    name: str
    region: str | None
    local_authority_code: str | None
    trust_uid: str | None


class SchoolEligibility(_Eligibility):
    """Whether a school is eligible, with every rule that was tried."""

    urn: int
    school: EligibleSchool
    possible_tiers: list[int] = Field(description="of `sio-2019-20`: one, or all that what is held leaves possible")
    counterfactuals: list[EligibilityCounterfactual] | None = Field(description="null in lists")
    source: Source | None


class TrustSchool(ApiModel):
    """A school on the roll of the trust that day; null is not known."""

    urn: int
    name: str
    joined_on: date | None
    joined_assumed: bool
    established: bool | None
    inspected_since_joining: bool | None
    below_good: bool | None
    change: int | None = Field(description="grades better (+) or worse (-) than at the inspection before")
    latest: dict[str, Any] | None
    previous: dict[str, Any] | None


class TrustEligibility(_Eligibility):
    """Whether a trust is eligible, with every rule that was tried and each of its schools."""

    uid: str
    name: str | None
    schools: list[TrustSchool]
    counterfactuals: list[EligibilityCounterfactual] | None = Field(description="null in lists")


class SchoolEligibilityPage(Page[SchoolEligibility]):
    """One page of schools, by URN."""


class TrustEligibilityPage(Page[TrustEligibility]):
    """One page of trusts, by UID."""


class NewWithdrawal(RequestModel):
    """Why a case is admitted no longer."""

    reason: Words


class EligibilityWithdrawal(ApiModel):
    """A case that is admitted no longer, from `withdrawn_on`; read as of an earlier day it is still."""

    exception_id: UUID
    reason: str
    withdrawn_on: date
    withdrawn_role: str
    created_at: datetime


class CaseWithdrawal(ApiModel):
    """Why a case is admitted no longer, and from when."""

    reason: str
    withdrawn_on: date
    withdrawn_role: str


class EligibilityCase(EligibilityException):
    """A case admitted outside the criteria, whether or not it still is."""

    programme_version: int
    state: Literal["admitted", "withdrawn"]
    withdrawal: CaseWithdrawal | None = Field(description="null: it is admitted still")


class EligibilityCasePage(Page[EligibilityCase]):
    """One page of cases, newest first."""


class NewException(RequestModel):
    """A case to admit outside the criteria."""

    programme: str = Field(max_length=100, description="a code of `programmes` in the reference data")
    reason: Words
