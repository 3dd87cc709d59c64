"""Grades in words, each with one plain sentence on what it means; grades of different eras are never compared."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from inspection.data import load
from inspection.drafts.rules import vocabulary
from inspection.reference.service import REPORT_CARD
from inspection.wording import day, entry, known, listed, say

Document = dict[str, Any]

NOT_APPLICABLE = "not_applicable"
DOES_NOT_APPLY = "does_not_apply"
NOT_JUDGED = "not_judged"


def area_in_words(area: Document, facts: Mapping[str, Any]) -> Document:
    """Return an area of the technical card for parents; the facts of the school tell whether it can apply."""
    in_words = _in_words(area["grade"], area["grade_label"], area["grade_reason"], "grades")
    return {
        "label": area["label"],
        "applies": _applies(area, facts),
        **in_words,
        "position": _position(area["grade"]),
        "judged_on": area["judged_on"],
        "narrative": area["narrative"],
        "narrative_reason": area["narrative_reason"],
    }


def _applies(area: Document, facts: Mapping[str, Any]) -> bool:
    if area["grade"] is not None:
        return bool(area["grade"] != NOT_APPLICABLE)
    rule = vocabulary().applicability.get(area["area"])
    return area["grade_reason"] != DOES_NOT_APPLY and (rule is None or not rule.is_ruled_out(facts))


def not_judged(areas: Sequence[Document]) -> str | None:
    """Return the sentence that names the areas for parents that apply and were not judged, or None."""
    left_out = [area["label"] for area in areas if area["applies"] and area["grade_reason"] == NOT_JUDGED]
    return say("card.areas_not_judged", areas=listed(left_out)) if left_out else None


def _in_words(grade: int | str | None, label: str | None, reason: str | None, section: str) -> Document:
    if grade is None:
        without: Document = entry("no_grade")[reason or "not_recorded"]
        return {"grade": None, "grade_reason": reason, "grade_text": without["label"], "meaning": without["meaning"]}
    return {"grade": label, "grade_reason": None, "grade_text": label, "meaning": known(section, grade)}


def _position(grade: int | str | None) -> Document | None:
    """Return the place of a grade on its own scale, 1 the best, and how many grades that scale has."""
    for scale in _scales():
        if grade in scale:
            return {"place": scale.index(grade) + 1, "of": len(scale)}
    return None


def _scales() -> list[list[int | str]]:
    """Return the codes of each scale, best first."""
    ranked = [grade for grade in load("grades") if grade["rank"] is not None]
    scales: dict[bool, list[int | str]] = {}
    for grade in sorted(ranked, key=lambda each: int(each["rank"])):
        scales.setdefault(REPORT_CARD in grade["frameworks"], []).append(grade["code"])
    return list(scales.values())


def scale_in_words(*, report_card: bool) -> list[Document]:
    """Return the grades of report cards, or the earlier ones, best first, with their meaning."""
    graded = sorted((grade for grade in load("grades") if grade["rank"]), key=lambda each: int(each["rank"]))
    return [
        {"grade": grade["label"], "meaning": known("grades", grade["code"]), "position": _position(grade["code"])}
        for grade in graded
        if (REPORT_CARD in grade["frameworks"]) == report_card
    ]


def overall(held: Document) -> Document:
    """Return the overall grade of an inspection; where there is none, why."""
    grade = held["overall"]
    if grade is not None:
        meaning = known("overall", grade)
        return {"overall": held["overall_label"], "overall_reason": None, "overall_text": meaning}
    return {"overall": None, "overall_reason": held["overall_reason"], "overall_text": _no_overall(held["framework"])}


def _no_overall(framework: str) -> str:
    if framework == REPORT_CARD:
        return say("card.overall_reasons.report_card")
    known_framework = next(each for each in load("frameworks") if each["code"] == framework)
    if known_framework["overall"] or not (known_framework["from"] and known_framework["to"]):
        return say("card.overall_reasons.not_judged_open")
    first, last = day(known_framework["from"]), day(known_framework["to"])
    return say("card.overall_reasons.not_judged", first=first, last=last)


def report_cards_began_on() -> date:
    """Return the day from which inspections give report cards."""
    return date.fromisoformat(next(each["from"] for each in load("frameworks") if each["code"] == REPORT_CARD))


def category(given: Document | None) -> Document | None:
    """Return a category of concern in words, or None."""
    return None if given is None else dict(entry("categories")[given["code"]])


def safeguarding(line: Document | None) -> Document | None:
    """Return what was found on keeping children safe, or None for a school never inspected."""
    if line is None:
        return None
    return {
        "judgement": line["label"],
        "judgement_text": known("safeguarding.labels", line["judgement"]),
        "reason": line["reason"],
        "meaning": known("safeguarding", line["judgement"]),
        "easy": known("easy.safeguarding", line["judgement"]),
        "judged_on": line["judged_on"],
        "met": None if line["action_needed"] is None else not line["action_needed"],
    }
