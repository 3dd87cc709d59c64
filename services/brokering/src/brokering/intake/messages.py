"""Our copy of the events and documents of other services: the fields we read, no more."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

SCHOOL_CHANGED = "inspection.school.changed"
ASSESSMENT_CHANGED = "triage.assessment.changed"
DECISION_MADE = "triage.decision.made"


class Message(BaseModel):
    """What another service says; fields we do not read are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Coded(Message):
    """A code with its label or name."""

    code: str | None = None
    label: str | None = None
    name: str | None = None


class Body(Message):
    """A responsible body or trust."""

    kind: str | None = None
    id: str | None = None
    uid: str | None = None
    name: str | None = None


class Location(Message):
    """A place."""

    lat: float
    lng: float


class FactArea(Message):
    """The grade of one area."""

    area: str
    grade: int | str | None = None


class FactInspection(Message):
    """An inspection in the facts."""

    kind: str
    starts_on: date
    category_of_concern: str | None = None
    overall: int | None = None
    areas: list[FactArea] = Field(default_factory=list)


class Facts(Message):
    """The facts of a school."""

    urn: int
    facts_version: str
    name: str
    phase: str | None = None
    type: Coded | None = None
    status: str | None = None
    region: str | None = None
    local_authority: Coded | None = None
    responsible_body: Body | None = None
    trust: Body | None = None
    pupils: int | None = None
    idaci_quintile: int | None = None
    location: Location | None = None
    religious_character: str | None = None
    inspections: list[FactInspection] = Field(default_factory=list)
    source: dict[str, Any] | None = None

    @property
    def latest_graded(self) -> FactInspection | None:
        """The latest graded inspection or card."""
        graded = [inspection for inspection in self.inspections if inspection.kind == "graded"]
        return max(graded, key=lambda inspection: inspection.starts_on) if graded else None

    @property
    def category_of_concern(self) -> str | None:
        """The category of the latest graded inspection or card."""
        return self.latest_graded.category_of_concern if self.latest_graded else None


class AssessmentChanged(Message):
    """Triage's new current assessment of a school under a scheme; without a URN it is a trust's."""

    urn: int | None = None
    scheme: str
    assessment_id: str
    result: str
    flags: list[str] = Field(default_factory=list)
    action_areas: list[str] = Field(default_factory=list)
    category_of_concern: str | None = None
    policy_version: int | None = None
    as_of: date | None = None


class DecisionMade(Message):
    """A regional director's decision."""

    urn: int
    decision_id: str
    tier: str
    route: str | None = None
    proposed: str | None = None
    assessment_id: str | None = None
    effective_on: date | None = None
    action_areas: list[str] = Field(default_factory=list)
    supersedes: str | None = None
