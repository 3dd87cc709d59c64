"""Facts for tests: plain functions, each with the least that makes a whole."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from triage.domain.facts import Grade, Inspection, SchoolFacts
from triage.domain.policy import read_policy
from triage.domain.tiering import Judge
from triage.policies.documents import packaged

TODAY = date(2026, 11, 23)
URN = 100001

CARD = {
    "inclusion": "expected_standard",
    "curriculum_and_teaching": "expected_standard",
    "achievement": "expected_standard",
    "attendance_and_behaviour": "expected_standard",
    "personal_development_and_wellbeing": "expected_standard",
    "leadership_and_governance": "expected_standard",
}
OLD_AREAS = {
    "quality_of_education": 2,
    "behaviour_and_attitudes": 2,
    "personal_development": 2,
    "leadership_and_management": 2,
}


def judge_with(scheme: str, version: int, **parameters: Any) -> Judge:
    """A scheme's version with other parameters."""
    document = next(each for each in packaged() if (each["scheme"], each["version"]) == (scheme, version))
    return Judge.of(read_policy({**document, "parameters": {**document["parameters"], **parameters}}))


@cache
def judge(scheme: str = "ippr-2023", version: int = 1) -> Judge:
    """A scheme's version as it is."""
    return judge_with(scheme, version)


def inspection(starts_on: str = "2023-05-01", **changes: Any) -> Inspection:
    """A graded inspection with overall grade 2; `areas` replaces single areas of a full set."""
    areas: Mapping[str, Grade] = changes.pop("areas", {})
    values: dict[str, Any] = {
        "id": f"i-{starts_on}",
        "number": f"N{starts_on}",
        "framework": "eif-2019",
        "kind": "graded",
        "starts_on": date.fromisoformat(starts_on),
        "overall": 2,
        "safeguarding": "effective",
        "grades": {**OLD_AREAS, **areas},
    }
    return Inspection(**{**values, **changes})


def ungraded_overall(starts_on: str = "2025-03-01", **changes: Any) -> Inspection:
    """A graded inspection of the time without an overall grade."""
    return inspection(starts_on, **{"framework": "eif-2024", "overall": None, **changes})


def card(starts_on: str = "2026-01-06", **changes: Any) -> Inspection:
    """A report card at the expected standard throughout; `areas` replaces single areas."""
    areas: Mapping[str, Grade] = changes.pop("areas", {})
    values: dict[str, Any] = {
        "framework": "report-card-2025",
        "overall": None,
        "safeguarding": "met",
        "grades": {**CARD, **areas},
    }
    return inspection(starts_on, **{**values, **changes})


def visit(starts_on: str, outcome: str, **changes: Any) -> Inspection:
    """An ungraded inspection with its outcome in words."""
    values: dict[str, Any] = {
        "id": f"u-{starts_on}",
        "framework": "ungraded",
        "kind": "ungraded",
        "overall": None,
        "grades": {},
    }
    return inspection(starts_on, **{**values, "safeguarding": None, "outcome": outcome, **changes})


def school(*inspections: Inspection, **changes: Any) -> SchoolFacts:
    """A school with these inspections."""
    return SchoolFacts(URN, inspections, **changes)
