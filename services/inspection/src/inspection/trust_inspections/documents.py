"""The documents of trusts' inspections: drafts and published versions alike."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from inspection.data import load
from inspection.domain.steps import PUBLISHED
from inspection.domain.trust_inspections import TrustFramework, lacking
from inspection.drafts import rules
from inspection.inspections.service import PUBLISHED_HERE
from inspection.reference.service import codes
from inspection.rows import Row

Document = dict[str, Any]

FRAMEWORK: Final = "trust-2027"
NO_SCALE: Final = "no_scale_yet"


@cache
def framework() -> TrustFramework:
    """Return the framework for trusts as the data files have it."""
    entry = next(entry for entry in load("frameworks") if entry["code"] == FRAMEWORK)
    areas = [area["code"] for area in load("areas") if FRAMEWORK in area["frameworks"]]
    return TrustFramework(FRAMEWORK, entry["label"], date.fromisoformat(entry["from"]), areas)


def document(row: Row, content: Mapping[str, Any], state: str) -> Document:
    """Return the document of a draft or of a published version."""
    published = state == PUBLISHED
    problems = [] if published else rules.problems(lacking(content, framework()))
    made_at, made_by = ("made_at", "made_by") if published else ("changed_at", "changed_by")
    return {
        "id": row["id"],
        "trust_uid": row["trust_uid"],
        "number": content["number"],
        "kind": "trust",
        "framework": FRAMEWORK,
        "framework_label": framework().label,
        "starts_on": content["starts_on"],
        "published_on": content["published_on"],
        "areas": [_area(each, content) for each in (_in_order(content) if published else content["areas"])],
        "summary": content["summary"],
        "evidence_references": content["evidence_references"],
        "state": state,
        "version": row["version"] if published else None,
        "made_at": row[made_at],
        "made_by": row[made_by],
        "made_because": row["reason"] if published else None,
        "lacks": [{"pointer": each.pointer, "detail": each.detail, "code": each.code} for each in problems],
        "source": {"name": PUBLISHED_HERE, "as_at": content["published_on"], "loaded_at": row[made_at]},
    }


def _in_order(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the areas in the order of the framework; those of a draft stay as written, which pointers go by."""
    return sorted(content["areas"], key=lambda each: framework().areas.index(each["area"]))


def _area(each: Mapping[str, Any], content: Mapping[str, Any]) -> Document:
    return {
        **each,
        "label": codes().area_label(FRAMEWORK, each["area"]),
        "judgement_reason": NO_SCALE if each["judgement"] is None else None,
        "judged_on": each["judged_on"] or content["starts_on"],
    }


def draft_document(row: Row) -> Document:
    """Return the document of a draft."""
    return document(row, row["content"], row["state"])
