"""What is wrong with an inspection as written, what publication lacks, and what is doubtful. Pure.

Pointers are JSON pointers into the document of the inspection.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from inspection.domain.concerns import MISMATCH, MISSING, category_of_card, check_category
from inspection.domain.framework_rules import FrameworkRules, Grade, Vocabulary
from inspection.domain.frameworks import REPORT_CARD

AREA_OUTSIDE_AGES = "area_outside_ages"
AREA_MAY_BE_MISSING = "area_may_be_missing"
BEFORE_OPENING = "inspected_before_opening"
AFTER_CLOSING = "inspected_after_closing"
OUT_OF_LIFETIME = frozenset({BEFORE_OPENING, AFTER_CLOSING})
"""Doubts about an inspection that was held under the school's own URN."""
CHECKED = frozenset({MISSING, MISMATCH, AREA_OUTSIDE_AGES, AREA_MAY_BE_MISSING, *OUT_OF_LIFETIME})
"""The codes of all doubts that `doubts` may raise."""
NOT_APPLICABLE = "not_applicable"
INADEQUATE = 4


class Fault(NamedTuple):
    """One thing wrong: where, what, and its code."""

    pointer: str
    detail: str
    code: str


@dataclass(frozen=True, slots=True)
class AreaJudgement:
    """The judgement of one area as written; without a date of its own it was judged at the start."""

    area: str
    grade: Grade | None = None
    grade_reason: str | None = None
    judged_on: date | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What the rules look at of an inspection."""

    starts_on: date
    published_on: date | None = None
    overall: Grade | None = None
    category: str | None = None
    safeguarding: str | None = None
    safeguarding_judged_on: date | None = None
    outcome: str | None = None
    areas: Sequence[AreaJudgement] = ()
    evidence_areas: Sequence[str | None] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """An inspection with what it is judged by: its framework's rules, the codes, and the facts of its school.

    `facts` are the best known, `facts_then` those known of the day on which it began: what has changed since must not
    bar it.
    """

    written: Written
    rules: FrameworkRules
    words: Vocabulary
    facts: Mapping[str, Any] = field(default_factory=dict)
    facts_then: Mapping[str, Any] = field(default_factory=dict)


def wrong(case: Case) -> Iterator[Fault]:
    """Yield what is wrong whether or not the inspection is complete."""
    yield from _wrong_areas(case)
    yield from _wrong_judgements(case)
    yield from _wrong_dates(case)


def _wrong_areas(case: Case) -> Iterator[Fault]:
    rules = case.rules
    seen: set[str] = set()
    for place, each in enumerate(case.written.areas):
        at = f"/areas/{place}"
        if each.area not in rules.areas:
            yield Fault(f"{at}/area", f"{each.area!r} is no area of {rules.label}.", "not_in_framework")
        elif each.area in seen:
            yield Fault(f"{at}/area", f"The area {each.area} is there twice.", "repeated")
        else:
            yield from _wrong_grade(each, at, rules)
        seen.add(each.area)
    for place, area in enumerate(case.written.evidence_areas):
        if area is not None and area not in rules.areas:
            pointer = f"/evidence_references/{place}/area"
            yield Fault(pointer, f"{area!r} is no area of {rules.label}.", "not_in_framework")


def _wrong_grade(each: AreaJudgement, at: str, rules: FrameworkRules) -> Iterator[Fault]:
    if each.grade is not None and each.grade not in rules.scale:
        known = ", ".join(str(grade) for grade in sorted(rules.scale, key=str))
        yield Fault(f"{at}/grade", f"{each.grade!r} is no grade of {rules.label}; it has {known}.", "unknown_grade")
    said_in = {"grade": each.grade, "grade_reason": each.grade_reason}
    for name, said in said_in.items():
        if said is not None and rules.has_to_judge(each.area, said):
            apart = ", ".join(sorted(rules.only_optional[said]))
            detail = f"{said!r} cannot be said of {each.area}: in {rules.label} it is for {apart}."
            yield Fault(f"{at}/{name}", detail, "has_to_be_judged")
    if each.grade_reason is None:
        return
    if each.grade is not None:
        yield Fault(f"{at}/grade_reason", "A grade needs no reason for being absent.", "not_needed")
    elif each.grade_reason not in rules.reasons:
        detail = f"{each.grade_reason!r} is no reason for the absence of a grade in {rules.label}."
        yield Fault(f"{at}/grade_reason", detail, "unknown_code")


def _wrong_judgements(case: Case) -> Iterator[Fault]:
    written, rules, words = case.written, case.rules, case.words
    if written.overall is not None and written.overall not in rules.overall_scale:
        why = "gives no overall grade" if not rules.overall_scale else f"has no overall grade {written.overall!r}"
        yield Fault(
            "/overall", f"{rules.label} {why}.", "not_in_framework" if not rules.overall_scale else "unknown_grade"
        )
    if written.safeguarding is not None and written.safeguarding not in rules.safeguarding:
        detail = f"{written.safeguarding!r} is no judgement on safeguarding in {rules.label}."
        yield Fault("/safeguarding", detail, "unknown_code")
    if written.category is not None:
        yield from _wrong_category(written.category, written.starts_on, rules, words)
    if written.outcome is not None and not rules.takes_outcome:
        yield Fault("/outcome", f"{rules.label} ends in grades, not in an outcome.", "not_in_framework")
    elif written.outcome is not None and written.outcome not in words.outcomes:
        yield Fault("/outcome", f"{written.outcome!r} is no outcome of ungraded inspections.", "unknown_code")


def _wrong_category(category: str, starts_on: date, rules: FrameworkRules, words: Vocabulary) -> Iterator[Fault]:
    period = words.categories.get(category)
    if not rules.takes_category:
        yield Fault("/category_of_concern", f"{rules.label} places no school in a category.", "not_in_framework")
    elif period is None:
        yield Fault("/category_of_concern", f"{category!r} is no category of concern.", "unknown_code")
    elif not period.covers(starts_on):
        detail = f"{category} is no category of inspections that begin on {starts_on}."
        yield Fault("/category_of_concern", detail, "not_at_that_time")


def _wrong_dates(case: Case) -> Iterator[Fault]:
    written = case.written
    judged = [(f"/areas/{place}/judged_on", each.judged_on) for place, each in enumerate(written.areas)]
    judged.append(("/safeguarding_judged_on", written.safeguarding_judged_on))
    for pointer, day in judged:
        if day is not None and day < written.starts_on:
            yield Fault(
                pointer, f"Judged on {day}, before the inspection began on {written.starts_on}.", "out_of_order"
            )
        if day is not None and written.published_on is not None and day > written.published_on:
            yield Fault(pointer, f"Judged on {day}, after publication on {written.published_on}.", "out_of_order")
    if written.published_on is not None and written.published_on < written.starts_on:
        detail = f"Published on {written.published_on}, before the inspection began on {written.starts_on}."
        yield Fault("/published_on", detail, "out_of_order")


def not_begun(starts_on: str, today: date) -> Iterator[Fault]:
    """Yield why an inspection that has not begun is not to be published: a report tells of what was found."""
    if date.fromisoformat(starts_on) > today:
        yield Fault("/starts_on", f"It begins on {starts_on}, which is still to come.", "in_the_future")


def lacking(case: Case) -> Iterator[Fault]:
    """Yield what publication still lacks."""
    written, rules = case.written, case.rules
    given = {each.area for each in written.areas}
    for area in rules.required:
        if area not in given:
            yield Fault("/areas", f"The area {area} is missing.", "missing_area")
    for area in _untold(case, case.facts_then):
        because = f"the register of {written.starts_on} ({case.words.applicability[area].applies.fact})"
        yield Fault("/areas", f"The area {area} is missing: it applied to this school by {because}.", "missing_area")
    for place, each in enumerate(written.areas):
        if each.grade is None and each.grade_reason is None:
            yield Fault(f"/areas/{place}/grade", f"The grade of {each.area} is missing.", "missing")
    if rules.overall_needed and written.overall is None:
        yield Fault("/overall", f"{rules.label} needs an overall grade.", "missing")
    if rules.safeguarding_needed and written.safeguarding is None:
        yield Fault("/safeguarding", "The judgement on safeguarding is missing.", "missing")
    if rules.takes_outcome and written.outcome is None:
        yield Fault("/outcome", "The outcome is missing.", "missing")


def _untold(case: Case, facts: Mapping[str, Any]) -> list[str]:
    """Return the areas that are not there although by these facts they apply to the school."""
    given = {each.area for each in case.written.areas}
    asked = [area for area in case.rules.needed_where_they_apply if area not in given]
    return [area for area in asked if case.words.applicability[area].applies.holds(facts)]


def doubts(case: Case) -> Iterator[str]:
    """Yield the codes of warnings: they stand beside what was given, and change nothing of it."""
    written = case.written
    yield from _out_of_lifetime(written.starts_on, case.facts)
    grades: dict[str, object] = {each.area: each.grade for each in written.areas}
    if case.rules.code == REPORT_CARD:
        doubt = check_category(written.category, category_of_card(grades, written.safeguarding))
    else:
        doubt = MISSING if written.overall == INADEQUATE and written.category is None else None
    if doubt is not None:
        yield doubt
    if {*_untold(case, case.facts)} - {*_untold(case, case.facts_then)}:
        yield AREA_MAY_BE_MISSING
    for area, rule in case.words.applicability.items():
        graded = grades.get(area) not in {None, NOT_APPLICABLE}
        if area in case.rules.optional and graded and rule.outside.holds(case.facts):
            yield AREA_OUTSIDE_AGES
            return


def _out_of_lifetime(starts_on: date, facts: Mapping[str, Any]) -> Iterator[str]:
    opened, closed = facts.get("open_date"), facts.get("close_date")
    if opened is not None and starts_on < opened:
        yield BEFORE_OPENING
    if closed is not None and starts_on > closed:
        yield AFTER_CLOSING
