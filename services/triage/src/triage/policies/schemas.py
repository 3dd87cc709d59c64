"""Policies on the wire."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from shared.schemas import ApiModel, Page
from triage.policies.document_schemas import NewPolicyVersion

State = Literal["draft", "withdrawn", "coming", "in_force", "past", "on_request"]
Kind = Literal["scheme", "programme"]


class Step(ApiModel):
    """What made a version active, or ended it before it was ever in force; who did it, and why."""

    step: Literal["activated", "withdrawn"]
    reason: str
    taken_by: str
    taken_role: str
    taken_at: datetime
    replaced_by: int | None = Field(description="of an active version withdrawn: the one activated in its place")


class VersionRef(ApiModel):
    """One version of a scheme and when it is in force; `in_force_to` null means until further notice."""

    version: int
    title: str
    in_force_from: date | None = Field(description="of a draft: from when it would be; of a programme: null")
    in_force_reason: Literal["not_in_source"] | None = Field(description="why `in_force_from` is null")
    in_force_to: date | None = Field(description="as the version says, or the day before the next one that is active")
    closed_by: int | None = Field(description="the version whose beginning gives `in_force_to`; null where none does")
    uncovered_from: date | None = Field(
        description="a warning: from this day on, after this version, none of the scheme is in force; null: no such day"
    )
    uncovered_to: date | None = Field(description="the day before the next version begins; null: none is to come")
    state: State = Field(description="today; a programme is reckoned for whatever day is asked for: `on_request`")
    content_hash: str = Field(description="SHA-256 of the document: a version never changes")
    loaded_at: datetime | None = Field(description="when it was drafted or loaded; null: read from the package")
    drafted_by: str | None = Field(description="null: it came with the package")
    drafted_role: str | None
    step: Step | None = Field(description="the last one; null for a draft, and for what came with the package")
    steps: list[Step] = Field(description="all of them, the first one first")


class Scheme(ApiModel):
    """A scheme, or a programme of support, with all its versions, oldest first."""

    scheme: str
    kind: Kind
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
    holds: str = Field(description="what it says of a school where it fires; places for facts are in braces")
    fails: str = Field(description="what it says of a school where it does not")
    proposes: str | None
    flags: str | None
    warns: str | None
    ends_the_run: bool = Field(description="no later rule is tried once this one has fired")
    only_while_open: bool = Field(description="tried only while nothing has been proposed")


class Reading(ApiModel):
    """How the version reads the evidence before any rule is tried, in a sentence with its values."""

    id: str
    sentence: str


class Caution(ApiModel):
    """Something that may not be meant; it stops nothing."""

    pointer: str = Field(description="JSON pointer to the place in `document`")
    detail: str
    code: str = Field(
        description="`uncovered_days`, `overlap` (of a draft: activating it would be refused), `never_fires`,"
        " `never_decides` (a result is always proposed before), `less_before_more`"
    )


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
    cautions: list[Caution] = Field(description="to be looked at before it comes into force; a draft's as if activated")
    document: NewPolicyVersion = Field(description="what can be posted as a draft of the same content")
    labels: dict[str, dict[str, str]]


class ProgrammeResult(ApiModel):
    """A result of a programme."""

    code: str
    label: str


class ProgrammeRule(ApiModel):
    """A criterion in a sentence with its values, and what it says of a case by its answer."""

    id: str
    route: str = Field(description="school, trust or any")
    sentence: str = Field(description="with the values of the version's parameters")
    parameters: dict[str, Any] = Field(description="those it goes by: each by its path, with its value")
    holds: str
    fails: str
    unknown: str


class ProgrammeVersion(VersionRef):
    """A version of a programme of support: who is eligible, and by what."""

    scheme: str
    source: dict[str, Any]
    routes: list[str]
    exceptional_circumstances: bool = Field(description="a person may admit a case outside the criteria")
    results: list[ProgrammeResult]
    parameters: dict[str, Any]
    rules: list[ProgrammeRule]
    tiers: list[dict[str, Any]] | None = Field(description="days and pounds by tier; null: the programme has none")
    assumptions: dict[str, str]


class ValueChange(ApiModel):
    """A value of the document that differs; null where a version does not have it."""

    path: str
    before: Any
    after: Any


class ParameterChange(ValueChange):
    """A parameter that differs."""

    rules: list[str] = Field(description="the flags and rules, of either version, that go by it")


class SentenceChange(ApiModel):
    """A sentence that differs."""

    id: str
    before: str
    after: str


class RuleChange(ApiModel):
    """A flag or rule that differs; `differs` names the parts that do."""

    id: str
    change: Literal["added", "removed", "changed"]
    differs: list[str]
    before: RuleText | None = Field(description="null: the earlier version does not have it")
    after: RuleText | None = Field(description="null: the later version does not have it")


class OrderChange(ApiModel):
    """The ids of the rules of both versions as each tries them."""

    before: list[str]
    after: list[str]


class PolicyComparison(ApiModel):
    """What differs between two versions: each value before and after, and the rules with their sentences."""

    scheme: str
    before: VersionRef
    after: VersionRef
    parameters: list[ParameterChange]
    readings: list[SentenceChange]
    rules: list[RuleChange]
    order: OrderChange | None = Field(description="null: the same")
    others: list[ValueChange] = Field(description="title, source, results, labels and what else the document says")
