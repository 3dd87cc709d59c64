"""Leaders as they are sent and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from brokering.domain.values import LeaderRole, OrganisationKind
from brokering.reference.lists import OneOf
from brokering.text import Line
from shared.schemas import ApiModel, FieldError, Page, RequestModel, Source

MAX_URN = 2**31 - 1


Region = Annotated[str, OneOf("regions")]
Phase = Annotated[str, OneOf("phases")]
SchoolType = Annotated[str, OneOf("school_types")]
Area = Annotated[str, OneOf("areas")]
Days = Annotated[float, Field(ge=0, le=366, multiple_of=0.5, allow_inf_nan=False)]


class Organisation(RequestModel):
    """The leader's employer. A local authority may be given by its name or code."""

    kind: OrganisationKind
    id: Line | None = None
    name: Line | None = None


class Location(RequestModel):
    """Where the leader works from."""

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lng: float = Field(ge=-180, le=180, allow_inf_nan=False)


class LeaderFields(RequestModel):
    """What may be said of a leader. `remote` null: not declared, taken as on site.

    `school_types` empty: not declared. `max_distance_km`: the leader's own limit, beside that of the policy.
    """

    role: LeaderRole
    organisation: Organisation
    base_urn: int | None = Field(None, ge=1, le=MAX_URN)
    region: Region | None = None
    location: Location | None = None
    phases: list[Phase] = Field(min_length=1, max_length=20)
    school_types: list[SchoolType] = Field(default_factory=list, max_length=20)
    strengths: list[Area] = Field(default_factory=list, max_length=30)
    schools_in_organisation: int | None = Field(None, ge=0, le=10_000)
    schools_turned_round: int | None = Field(None, ge=0, le=10_000)
    days_available: Days
    max_concurrent: int = Field(ge=0, le=100)
    max_distance_km: float | None = Field(None, gt=0, le=2000, allow_inf_nan=False)
    remote: bool | None = None


class NewLeader(LeaderFields):
    """A leader to be entered."""

    reference: Line


class LeaderPatch(RequestModel):
    """A JSON Merge Patch: what is not sent stays as it is; null clears what may be unknown."""

    role: LeaderRole | None = None
    organisation: dict[str, Any] | None = None
    base_urn: int | None = None
    region: str | None = None
    location: dict[str, Any] | None = None
    phases: list[str] | None = None
    school_types: list[str] | None = None
    strengths: list[str] | None = None
    schools_in_organisation: int | None = None
    schools_turned_round: int | None = None
    days_available: float | None = None
    max_concurrent: int | None = None
    max_distance_km: float | None = None
    remote: bool | None = None


class LeaderOrganisation(ApiModel):
    """The leader's employer."""

    kind: str
    id: str | None
    name: str | None


class LeaderLocation(ApiModel):
    """Where the leader works from."""

    lat: float
    lng: float


class LeaderSource(Source):
    """Where an entry came from. `as_at_reason`: why `as_at` is null (`not_in_source`: neither told nor in the name)."""

    as_at_reason: str | None


class Leader(ApiModel):
    """A system leader. `flags` holds `not_declared` where the roster gave no designation or remote flag."""

    id: UUID
    reference: str = Field(examples=["CEO-15711"])
    role: str
    organisation: LeaderOrganisation
    base_urn: int | None
    region: str | None
    location: LeaderLocation | None
    phases: list[str]
    school_types: list[str]
    strengths: list[str]
    schools_in_organisation: int | None
    schools_turned_round: int | None
    days_available: float
    max_concurrent: int
    max_distance_km: float | None
    days_committed: float = Field(description="offered, reserved or used")
    open_deployments: int
    remote: bool | None
    flags: list[str]
    source: LeaderSource | None
    updated_at: datetime


class LeaderPage(Page[Leader]):
    """One page of the directory."""


class BatchCounts(ApiModel):
    """received = created + changed + unchanged + rejected."""

    received: int
    created: int
    changed: int
    unchanged: int
    rejected: int


class RowError(FieldError):
    """One thing wrong with one cell. `column` as the roster names it; `value` as sent, shortened; null where empty."""

    column: str | None
    value: str | None


class BatchRow(ApiModel):
    """What became of one row; rows count from 1, without the header. `problem`: its errors in one text."""

    row: int
    reference: str | None
    status: Literal["created", "changed", "unchanged", "rejected"]
    leader_id: UUID | None
    problem: str | None
    errors: list[RowError]


class LeaderBatch(ApiModel):
    """A bulk load of the directory, row by row."""

    id: UUID
    counts: BatchCounts
    data: list[BatchRow]
    created_at: datetime


class BatchRowPage(Page[BatchRow]):
    """One page of rejected rows."""
