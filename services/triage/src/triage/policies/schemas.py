"""Policies on the wire."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from shared.schemas import ApiModel, Page

State = Literal["draft", "withdrawn", "coming", "in_force", "past"]


class Step(ApiModel):
    """What ended a draft, who did it, and why."""

    step: Literal["activated", "withdrawn"]
    reason: str
    taken_by: str
    taken_role: str
    taken_at: datetime


class VersionRef(ApiModel):
    """One version of a scheme and when it is in force; `in_force_to` null means until further notice."""

    version: int
    title: str
    in_force_from: date = Field(description="of a draft: from when it would be")
    in_force_to: date | None = Field(description="as the version says, or the day before the next one that is active")
    closed_by: int | None = Field(description="the version whose beginning gives `in_force_to`; null where none does")
    state: State = Field(description="today")
    content_hash: str = Field(description="SHA-256 of the document: a version never changes")
    loaded_at: datetime = Field(description="when it was drafted, or loaded from the package")
    drafted_by: str | None = Field(description="null: it came with the package")
    drafted_role: str | None
    step: Step | None = Field(description="null for a draft, and for what came with the package")


class Scheme(ApiModel):
    """A scheme with all its versions, oldest first."""

    scheme: str
    title: str
    versions: list[VersionRef]


class SchemePage(Page[Scheme]):
    """One page of schemes, by their code."""


class ResultLabel(ApiModel):
    """A result the version can propose; a higher rank is more intervention."""

    code: str
    label: str
    rank: int


class RuleText(ApiModel):
    """A rule in a sentence, in its place in the order, with what it leads to."""

    id: str
    step: str
    kind: str = Field(description="flag or rule; flags never change the result")
    sentence: str = Field(description="with the values of the version's parameters")
    parameters: dict[str, Any] = Field(description="those the rule goes by: each by its path, with its value")
    proposes: str | None
    flags: str | None
    warns: str | None
    ends_the_run: bool = Field(description="no later rule is tried once this one has fired")
    only_while_open: bool = Field(description="tried only while nothing has been proposed")


class Reading(ApiModel):
    """How the version reads the evidence before any rule is tried, in a sentence with its values."""

    id: str
    sentence: str


class PolicyVersion(VersionRef):
    """A version in full: parameters, and each rule in a sentence with its values."""

    scheme: str
    description: str
    source: dict[str, Any]
    results: list[ResultLabel]
    parameters: dict[str, Any]
    readings: list[Reading]
    rules: list[RuleText]
    warnings: dict[str, str]
    support_months: dict[str, int] | None = Field(description="how long support lasts, by occasion; null: not said")
    decision: dict[str, Any] | None
    labels: dict[str, dict[str, str]]
