"""The rules an inspection is written by, put together from the data files, and applied to documents."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from inspection.data import load
from inspection.domain.framework_rules import (
    GRADED,
    MONITORING,
    Applicability,
    Condition,
    FrameworkRules,
    Period,
    Vocabulary,
)
from inspection.domain.frameworks import Framework, framework_for
from inspection.domain.steps import Step, read_steps
from inspection.domain.validation import AreaJudgement, Case, Fault, Written
from inspection.problems import IllegalStep
from shared.errors import FieldProblem

Content = Mapping[str, Any]

# what each step that was taken is called in an audit
DONE: Final[Mapping[str, str]] = {entry["code"]: entry["done"] for entry in load("inspection_steps")}


@cache
def steps() -> dict[str, Step]:
    """Return the steps in the life of an inspection."""
    return read_steps(load("inspection_steps"))


def require_step(code: str, state: str) -> Step:
    """Return a step; raises IllegalStep with what bars it in this state."""
    step = steps()[code]
    barred = step.blocked(state)
    if barred is not None:
        detail = f"{step.label} is not possible: the inspection is {state}. {barred}"
        raise IllegalStep(detail, errors=[FieldProblem("/state", barred, f"is_{state}")])
    return step


@cache
def framework_rules() -> dict[str, FrameworkRules]:
    """Return the rules of every framework that schools are inspected under."""
    return {entry["code"]: _rules(entry) for entry in load("framework_rules")}


def _rules(entry: Mapping[str, Any]) -> FrameworkRules:
    code, overall, safeguarding = entry["code"], entry["overall"], entry["safeguarding"]
    scale = frozenset(_codes("grades", code))
    return FrameworkRules(
        code=code,
        label=entry["label"],
        kind=entry["kind"],
        required=tuple(entry["required"]),
        optional=tuple(entry["optional"]),
        reasons=frozenset(entry["reasons"]),
        only_optional=dict.fromkeys(entry["only_optional"], frozenset(entry["optional"])),
        needed_where_they_apply=tuple(entry["needed_where_they_apply"]),
        scale=scale,
        safeguarding=frozenset(_codes("safeguarding", code)),
        overall_scale=scale if overall["needed"] else frozenset(),
        overall_needed=overall["needed"],
        overall_reason=overall["reason"],
        safeguarding_needed=safeguarding["needed"],
        safeguarding_reason=safeguarding["reason"],
        takes_category=entry["category"],
        takes_outcome=entry["outcome"],
        future_publication=entry["future_publication"],
        areas_of_latest_graded=entry.get("areas_of_latest_graded", False),
    )


def _codes(name: str, framework: str) -> Iterable[Any]:
    return (entry["code"] for entry in load(name) if framework in entry["frameworks"])


def judging(rules: FrameworkRules, judged: FrameworkRules | None) -> FrameworkRules:
    """Return the rules of an inspection that judges single areas of another one, by that one's areas and grades."""
    if judged is None:
        return rules
    return FrameworkRules(
        **{
            **{name: getattr(rules, name) for name in FrameworkRules.__slots__},
            "label": f"{rules.label} ({judged.label})",
            "optional": judged.areas,
            "reasons": judged.reasons,
            "only_optional": judged.only_optional,
            "scale": judged.scale,
            "safeguarding": judged.safeguarding,
        }
    )


@cache
def vocabulary() -> Vocabulary:
    """Return the codes that do not hang on the framework."""
    return Vocabulary(
        categories={entry["code"]: Period(_day(entry["from"]), _day(entry["to"])) for entry in load("categories")},
        outcomes=frozenset(entry["code"] for entry in load("outcomes")),
        applicability={
            entry["code"]: Applicability(_condition(entry["applies"]), _condition(entry["outside"]))
            for entry in load("area_applicability")
        },
    )


def day(text: str) -> date:
    """Read a date of a stored document."""
    return date.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _condition(entry: Mapping[str, Any]) -> Condition:
    return Condition(entry["fact"], entry.get("at_most"), entry.get("at_least"), entry.get("equals"))


@cache
def _graded_frameworks() -> tuple[Framework, ...]:
    return tuple(
        Framework(entry["code"], _day(entry["from"]), _day(entry["to"]), entry["overall"])
        for entry in load("frameworks")
        if entry["by_start_date"]
    )


def framework_of(kind: str, starts_on: date) -> str:
    """Return the framework that an inspection falls under: a graded one by its start, another one by its kind."""
    if kind == GRADED:
        return framework_for(starts_on, _graded_frameworks()).code
    return next(rules.code for rules in framework_rules().values() if rules.kind == kind)


def judges_another(content: Content) -> bool:
    """Tell whether an inspection judges areas of an earlier one."""
    return bool(content["kind"] == MONITORING)


def case_of(content: Content, judged: str | None, *, today: Mapping[str, Any], then: Mapping[str, Any]) -> Case:
    """Return a document with its rules and the facts of its school, of today and of the day the inspection began.

    `judged` is the framework of the inspection whose areas it judges again.
    """
    known = framework_rules()
    rules = judging(known[content["framework"]], known[judged] if judged else None)
    told_then = {name: value for name, value in then.items() if value is not None}
    return Case(written(content), rules, vocabulary(), {**today, **told_then}, told_then)


def written(content: Content) -> Written:
    """Return what the rules look at of a document."""
    return Written(
        starts_on=date.fromisoformat(content["starts_on"]),
        published_on=_day(content["published_on"]),
        overall=content["overall"],
        category=content["category_of_concern"],
        safeguarding=content["safeguarding"],
        safeguarding_judged_on=_day(content["safeguarding_judged_on"]),
        outcome=content["outcome"],
        areas=[
            AreaJudgement(each["area"], each["grade"], each["grade_reason"], _day(each["judged_on"]))
            for each in content["areas"]
        ],
        evidence_areas=[each["area"] for each in content["evidence_references"]],
    )


def problems(faults: Iterable[Fault], prefix: str = "") -> list[FieldProblem]:
    """Return faults as parts of a problem document; `prefix` is where in the body the document stands."""
    return [FieldProblem(f"{prefix}{fault.pointer}", fault.detail, fault.code) for fault in faults]


def audited(content: Content) -> dict[str, Any]:
    """Return a document as audits compare it: areas by their code."""
    areas = {each["area"]: {name: each[name] for name in each if name != "area"} for each in content["areas"]}
    return {**content, "areas": areas}
