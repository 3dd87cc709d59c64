"""The matching policy as published."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from shared.schemas import ApiModel, Page


class MatchingPolicyVersion(ApiModel):
    """One version: every parameter of the hard rules, the weights of the soft score, the order of aims."""

    version: int = Field(examples=[1])
    title: str
    effective_from: date
    parameters: dict[str, Any]


class MatchingPolicyPage(Page[MatchingPolicyVersion]):
    """One page of versions, newest first."""
