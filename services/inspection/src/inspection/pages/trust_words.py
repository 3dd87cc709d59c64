"""What the trust's page says of each school, out of its document."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from inspection.data import load
from inspection.wording import day, entry, say

Document = dict[str, Any]


def joined(school: Document) -> str:
    """Return when a school joined; a day that is assumed is marked so."""
    if school["joined_on"] is None:
        return say("trust.joined_unknown")
    on = day(school["joined_on"])
    if not school["joined_on_assumed"]:
        return on
    opened = school["joined_on"] == school["open_date"]
    return say("trust.assumed_opening" if opened else "trust.assumed", joined_on=on)


def result(school: Document) -> list[str]:
    """Return the latest grades: the overall one, or how many areas have which, best first; then any concern."""
    latest = school["latest_inspection"]
    if latest is None:
        return [say("trust.not_inspected")]
    told = [latest["overall_label"]] if latest["overall_label"] else _counted(latest["areas"])
    return [*(told or [say("trust.no_grades")]), *_concern(latest["category_of_concern"])]


def _counted(areas: Sequence[Document]) -> list[str]:
    counts = Counter(area["grade_label"] for area in areas if area["grade_label"])
    best_first = [grade["label"] for grade in sorted(load("grades"), key=lambda each: each["rank"] or 0)]
    return [
        say("trust.grade_count_one" if counts[grade] == 1 else "trust.grade_count", grade=grade, count=counts[grade])
        for grade in sorted(counts, key=best_first.index)
    ]


def _concern(code: str | None) -> list[str]:
    return [say("trust.category", category=entry("categories")[code]["label"])] if code else []


def any_before(schools: Sequence[Document]) -> bool:
    """Tell whether some school was last graded before it joined."""
    return any((school["latest_inspection"] or {}).get("before_joining") for school in schools)


def when(school: Document) -> str:
    """Return whether the latest inspection was before or after joining; empty where there was none."""
    latest = school["latest_inspection"]
    if latest is None:
        return ""
    if latest["before_joining"] is None:
        return say("trust.unknown")
    likely = "probably_" if latest["joined_on_assumed"] else ""
    return say(f"trust.{likely}{'before' if latest['before_joining'] else 'after'}")
