"""The code lists as they are published."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from shared.schemas import ApiModel


class Code(ApiModel):
    """One code and its label."""

    code: str = Field(examples=["provisional"])
    label: str = Field(examples=["Provisional"])
    description: str | None = None
    amount: float | None = Field(None, description="pounds, where the entry is a figure")
    effective_from: date | None = Field(None, description="the first day on which the figure holds")


class ReferenceData(ApiModel):
    """Every code of this service, by list."""

    data: dict[str, list[Code]]
