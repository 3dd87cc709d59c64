"""The procedure on the wire."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from shared.schemas import ApiModel


class ProcedureReference(ApiModel):
    """A version of the procedure or of the school holidays, and when it is in force."""

    kind: str = Field(examples=["procedure"])
    version: int
    title: str
    in_force_from: date
    in_force_to: date | None
    content_hash: str
    loaded_at: datetime


class ProcedureVersions(ApiModel):
    """All versions."""

    data: list[ProcedureReference]


class ProcedureVersion(ProcedureReference):
    """A version in full."""

    document: dict[str, Any]


class DeadlineFound(ApiModel):
    """The last day of a time in school days."""

    after: date = Field(description="the day it runs from; not counted itself")
    school_days: int
    on: date
    not_counted: list[str] = Field(description="holidays that fell into it")
    complete: bool = Field(description="false where the school holidays of that time are not known yet")
    term_dates_version: int | None = Field(
        description="which version of the authority's own term dates it goes by; null: by the school holidays in force"
    )
