"""Facts documents as the inspection service sends them."""

import hashlib
import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

SOURCE = {"name": "ofsted-latest-inspections", "as_at": "2026-05-31", "loaded_at": "2026-06-01T06:00:00Z"}
OLD_AREAS = ("quality_of_education", "behaviour_and_attitudes", "personal_development", "leadership_and_management")
CARD_AREAS = (
    "inclusion",
    "curriculum_and_teaching",
    "achievement",
    "attendance_and_behaviour",
    "personal_development_and_wellbeing",
    "leadership_and_governance",
)


def graded(starts_on: str = "2023-05-01", overall: int | None = 2, **changes: Any) -> dict[str, Any]:
    """A graded inspection in which every area has the overall grade."""
    document = {
        "id": str(uuid5(NAMESPACE_URL, f"inspection {starts_on}")),
        "number": f"10{starts_on.replace('-', '')}",
        "framework": "eif-2019",
        "kind": "graded",
        "starts_on": starts_on,
        "published_on": None,
        "published_on_reason": "not_in_source",
        "urn_at_inspection": None,
        "relates_to_current_urn": True,
        "relates_assumed": False,
        "overall": overall,
        "overall_reason": None,
        "category_of_concern": None,
        "safeguarding": "effective",
        "safeguarding_reason": None,
        "areas": [{"area": area, "grade": overall, "grade_reason": None, "judged_on": starts_on} for area in OLD_AREAS],
        "outcome": None,
        "version": 1,
        "warnings": [],
        "source": SOURCE,
    }
    return {**document, **changes}


def card(**changed: str) -> dict[str, Any]:
    """A report card of expected standards, but for these areas."""
    grades = dict.fromkeys(CARD_AREAS, "expected_standard") | changed
    areas = [{"area": area, "grade": grade, "grade_reason": None} for area, grade in grades.items()]
    return graded("2026-01-06", None, framework="report-card-2025", safeguarding="met", areas=areas)


def concern(starts_on: str) -> dict[str, Any]:
    """An ungraded inspection that ended in a concern."""
    outcome = {"code": "some_aspects_not_as_strong", "label": "Some aspects not as strong", "concern": True}
    return graded(starts_on, None, framework="ungraded", kind="ungraded", safeguarding=None, areas=[], outcome=outcome)


def facts(urn: int, *inspections: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A school of a trust in London with these inspections."""
    document: dict[str, Any] = {
        "urn": urn,
        "name": f"School {urn}",
        "phase": "primary",
        "type": {"code": "academy_converter", "label": "Academy converter"},
        "status": "open",
        "open_date": None,
        "region": "London",
        "local_authority": {"code": "201", "name": "City of London"},
        "responsible_body": {"kind": "trust", "id": "5143", "name": "A Trust"},
        "trust": {"uid": "5143", "name": "A Trust", "kind": "multi_academy_trust"},
        "pupils": 200,
        "idaci_quintile": 3,
        "location": None,
        "religious_character": None,
        "report_url": None,
        "inspections": list(inspections),
        "warnings": [],
        **changes,
    }
    version = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    return {**document, "facts_version": version, "source": SOURCE}


def maintained(urn: int, *inspections: dict[str, Any], la: str = "201", **changes: Any) -> dict[str, Any]:
    """A school maintained by a local authority."""
    body = {"kind": "local_authority", "id": la, "name": "An authority"}
    authority = {"code": la, "name": "An authority"}
    return facts(
        urn, *inspections, **{"responsible_body": body, "local_authority": authority, "trust": None, **changes}
    )
