"""The code lists as they are published."""

from datetime import date

from pydantic import ConfigDict, Field

from shared.schemas import ApiModel


class Code(ApiModel):
    """One code. Which of the fields beyond `code` and `label` it has depends on its list."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)

    code: str | int = Field(examples=["needs_attention"])
    label: str = Field(examples=["Needs attention"])
    description: str | None = None
    from_date: date | None = Field(None, alias="from", description="first day it is used; null: since ever")
    to_date: date | None = Field(None, alias="to", description="last day it is used; null: still in use")
    frameworks: list[str] | None = Field(None, description="the inspection frameworks that know it")
    optional: bool | None = Field(None, description="an area judged only where it applies")
    overall: bool | None = Field(None, description="a framework that gives one overall grade")
    rank: int | None = Field(None, description="1 is best; within its own frameworks only")
    action_needed: bool | None = None
    concern: bool | None = Field(None, description="an outcome that speaks of a concern")
    open: bool | None = Field(None, description="a status of schools that are open")
    region: str | None = None
    responsible_body: str | None = None
    academy_trust: bool | None = None
    unit: str | None = Field(None, description="of a measure: percent, pupils or score")
    definition: str | None = Field(None, description="what a measure or a comparison is")
    range: list[float] | None = Field(None, description="lowest and highest figure of a measure")
    source: str | None = Field(None, description="the kind of file a measure comes from, or `school`")


class Step(ApiModel):
    """A step in the life of an inspection: taken from the states `from` to the state `to`, else 409 `illegal-step`."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)

    code: str = Field(examples=["publish"])
    label: str = Field(examples=["Publication"])
    starts: list[str] = Field(alias="from", examples=[["quality_assured"]])
    to: str | None = Field(description="null: nothing is left of the draft", examples=["published"])
    done: str = Field(description="what the audit calls the step once it was taken", examples=["published"])
    blocked_by: dict[str, str] = Field(description="by state, what bars the step there")


class ReferenceData(ApiModel):
    """All code lists of this service."""

    frameworks: list[Code]
    areas: list[Code]
    grades: list[Code]
    grade_reasons: list[Code]
    categories: list[Code]
    safeguarding: list[Code]
    outcomes: list[Code]
    inspection_states: list[Code]
    inspection_steps: list[Step]
    phases: list[Code]
    statuses: list[Code]
    regions: list[Code]
    local_authorities: list[Code]
    school_types: list[Code]
    group_kinds: list[Code]
    link_kinds: list[Code]
    warnings: list[Code]
    measures: list[Code]
    cell_statuses: list[Code]
    comparisons: list[Code]
    terms: list[Code]
    deprivation: list[Code]
