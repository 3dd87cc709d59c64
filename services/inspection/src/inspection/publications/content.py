"""An inspection between its two forms: the document as written, and the columns of what is published."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from inspection.data import load
from inspection.domain.areas import read_grade
from inspection.domain.validation import CHECKED, OUT_OF_LIFETIME, Case, doubts
from inspection.rows import Row

Content = Mapping[str, Any]

SAFEGUARDING: Final = "safeguarding"
_CODES_OF_REASONS: Final = {
    entry["code"]: entry["file_code"] for entry in load("grade_reasons") if entry["file_code"] is not None
}


def columns_of(content: Content, case: Case) -> dict[str, Any]:
    """Return the columns that a document fills."""
    rules = case.rules
    areas = {each["area"]: each for each in content["areas"]}
    in_order = [area for area in rules.areas if area in areas]
    return {
        **{name: content[name] for name in ("number", "framework", "kind", "starts_on", "published_on")},
        "published_reason": None,
        "overall": content["overall"],
        "overall_reason": rules.overall_reason if content["overall"] is None else None,
        "category_of_concern": content["category_of_concern"],
        "safeguarding": content["safeguarding"],
        "safeguarding_reason": rules.safeguarding_reason if content["safeguarding"] is None else None,
        "grades": {area: _stored_grade(areas[area]) for area in in_order},
        "judged_on": _own_dates(content) or None,
        "outcome_code": content["outcome"],
        "narratives": {area: areas[area]["narrative"] for area in in_order if areas[area]["narrative"]} or None,
        "summary": content["summary"],
        "evidence_references": content["evidence_references"] or None,
        "warnings": list(doubts(case)),
        "content_hash": hashlib.blake2b(orjson.dumps(content), digest_size=16).digest(),
    }


def next_version(row: Row, before: Content, content: Content, case: Case) -> dict[str, Any]:
    """Return the columns of the version that follows `row`; a reason for an absence stays where the absence does."""
    columns = columns_of(content, case)
    for name, reason in (("overall", "overall_reason"), ("safeguarding", "safeguarding_reason")):
        if content[name] == before[name]:
            columns[reason] = row[reason]
    if content["published_on"] is None:
        columns["published_reason"] = row["published_reason"]
    others = [code for code in row["warnings"] if code not in CHECKED]
    held_here = row["urn_at_inspection"] == content["urn"]
    checked = [code for code in columns["warnings"] if held_here or code not in OUT_OF_LIFETIME]
    return {**columns, "warnings": [*others, *checked]}


def _stored_grade(area: Mapping[str, Any]) -> int | str | None:
    if area["grade"] is not None or area["grade_reason"] is None:
        grade: int | str | None = area["grade"]
        return grade
    return _CODES_OF_REASONS.get(area["grade_reason"])


def _own_dates(content: Content) -> dict[str, str]:
    dates = {each["area"]: each["judged_on"] for each in content["areas"]}
    dates[SAFEGUARDING] = content["safeguarding_judged_on"]
    return {area: day for area, day in dates.items() if day is not None and day != content["starts_on"]}


def content_of(row: Row) -> dict[str, Any]:
    """Return what was published as the document it would have been written as."""
    dates, narratives = row["judged_on"] or {}, row["narratives"] or {}
    areas = []
    for area, stored in row["grades"].items():
        grade, reason = read_grade(stored)
        areas.append(
            {
                "area": area,
                "grade": grade,
                "grade_reason": reason if reason in _CODES_OF_REASONS else None,
                "judged_on": dates.get(area),
                "narrative": narratives.get(area),
            }
        )
    published = row["published_on"]
    return {
        "urn": row["urn"],
        **{name: row[name] for name in ("number", "kind", "framework", "overall", "category_of_concern")},
        "starts_on": row["starts_on"].isoformat(),
        "published_on": published.isoformat() if published else None,
        "safeguarding": row["safeguarding"],
        "safeguarding_judged_on": dates.get(SAFEGUARDING),
        "outcome": row["outcome_code"],
        "areas": areas,
        "summary": row["summary"],
        "evidence_references": row["evidence_references"] or [],
    }
