"""Counts of grades, with what they count."""

from typing import Literal

from pydantic import Field

from shared.schemas import ApiModel, Source


class PupilCounts(ApiModel):
    """The pupils on roll of the schools counted beside: without those of schools whose number is not known."""

    on_roll: int
    schools_unknown: int = Field(description="schools whose number of pupils is not in the source")
    inspected: int
    not_inspected: int
    overall: dict[str, int]
    no_overall: int
    report_cards: int
    categories: dict[str, int]


class GradeCounts(ApiModel):
    """The open schools of one region, phase, local authority, trust or fifth by deprivation.

    Old and new grades are counted apart.
    """

    code: str = Field(examples=["London"])
    label: str
    schools: int = Field(description="open schools; the sum of inspected and not_inspected")
    inspected: int
    not_inspected: int
    overall: dict[str, int] = Field(
        description="schools by overall grade 1 to 4, of frameworks that give one", examples=[{"1": 3, "2": 20}]
    )
    no_overall: int = Field(description="inspected schools whose latest graded inspection has no overall grade")
    report_cards: int = Field(description="those of them that have a report card")
    report_card_grades: dict[str, dict[str, int]] = Field(description="report cards by area and grade")
    categories: dict[str, int] = Field(description="schools by category of concern", examples=[{"SM": 1}])
    pupils: PupilCounts


class GradeStatistics(ApiModel):
    """Counts by group, with the definition."""

    by: Literal["region", "phase", "la", "trust", "deprivation"]
    definition: str
    sources: list[Source] = Field(description="the newest files that schools and inspections are from")
    data: list[GradeCounts]
