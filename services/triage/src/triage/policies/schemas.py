"""Policies on the wire."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from shared.schemas import ApiModel, Page


class VersionRef(ApiModel):
    """One version of a scheme and when it is in force; `in_force_to` null means until further notice."""

    version: int
    title: str
    in_force_from: date
    in_force_to: date | None
    state: str = Field(description="in_force, coming or past, today")
    content_hash: str = Field(description="SHA-256 of the document: a version never changes")
    loaded_at: datetime


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
    sentence: str
    proposes: str | None
    flags: str | None
    warns: str | None
    ends_the_run: bool = Field(description="no later rule is tried once this one has fired")
    only_while_open: bool = Field(description="tried only while nothing has been proposed")


class PolicyVersion(VersionRef):
    """A version in full: parameters, and each rule in a sentence with its values."""

    scheme: str
    description: str
    source: dict[str, Any]
    results: list[ResultLabel]
    parameters: dict[str, Any]
    rules: list[RuleText]
    warnings: dict[str, str]
    decision: dict[str, Any] | None
    labels: dict[str, dict[str, str]]
