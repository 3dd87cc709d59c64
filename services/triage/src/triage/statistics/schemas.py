"""Statistics on the wire."""

from datetime import date

from pydantic import Field

from shared.schemas import ApiModel


class Days(ApiModel):
    """How many days something took: over `cases`; null where there are none."""

    cases: int
    median: float | None
    longest: int | None


class AgeingGroup(ApiModel):
    """Decisions of one region."""

    region: str | None
    decisions: int
    proposal_to_decision: Days
    publication_to_proposal: Days = Field(description="cases whose inspection has a known publication date only")
    publication_to_decision: Days


class Ageing(ApiModel):
    """How long it took from publication to proposal, and to decision."""

    scheme: str
    as_of: date
    data: list[AgeingGroup]
