"""The documents of data quality."""

from uuid import UUID

from pydantic import Field

from shared.schemas import ApiModel, Page, Source


class SchoolNamed(ApiModel):
    """The school that a finding is about."""

    urn: int = Field(examples=[100000])
    name: str | None = Field(description="null where a link tells of a school that is not in the register")


class InspectionNamed(ApiModel):
    """The inspection that a finding is about."""

    id: UUID
    number: str | None


class Finding(ApiModel):
    """One row that breaks one rule."""

    rule: str = Field(examples=["laestab_prefix"])
    severity: str = Field(examples=["warning"])
    text: str
    school: SchoolNamed
    inspection: InspectionNamed | None = Field(description="null where the finding is about the school itself")
    field: str = Field(description="where the value stands in the document", examples=["laestab"])
    value: str | None = Field(description="what the source gives; null where it gives nothing, or the rule says it all")
    source: Source


class FindingPage(Page[Finding]):
    """One page of findings: worst rules first, then by URN."""


class SourceFindings(ApiModel):
    """How many findings of a rule come from one source."""

    source: str = Field(examples=["ofsted-latest-inspections"])
    findings: int
    schools: int


class RuleFindings(ApiModel):
    """A rule with its findings counted; a rule that nothing breaks is listed too."""

    rule: str
    severity: str
    text: str
    field: str
    findings: int
    sources: list[SourceFindings]


class QualitySummary(ApiModel):
    """All rules, worst first, and the findings by severity."""

    severities: dict[str, int] = Field(examples=[{"error": 0, "warning": 12, "information": 300}])
    data: list[RuleFindings]
