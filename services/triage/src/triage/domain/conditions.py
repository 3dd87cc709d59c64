"""The conditions that policies build their rules from. Each looks at a case and says whether it holds, and on what.

A condition is a frozen value: `holds` decides, `inputs` names the facts looked at (with the inspection they come from),
`applies` says whether it is worth trying (an inspection with an overall grade is not tried by areas). What a condition
*leads to* is the policy's business.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from triage.domain.evidence import Case
from triage.domain.facts import Grade, Inspection
from triage.domain.grading import (
    enough_is_known,
    has_overall,
    is_card,
    is_stuck,
    meets,
    needs_support,
    safeguarding_failed,
    unjudged,
    weak_areas,
)
from triage.domain.policy import GradeTest, Parameters, fold

Inputs = dict[str, Any]
Test = Callable[[Case, Parameters], bool]
Look = Callable[[Case, Parameters], Inputs]


def always(_case: Case, _parameters: Parameters) -> bool:
    """A condition that is worth trying on every case."""
    return True


def has_graded(case: Case, _parameters: Parameters) -> bool:
    """Whether there is a graded inspection to look at."""
    return case.latest is not None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; see the module."""

    holds: Test
    inputs: Look
    applies: Test = has_graded


def source(inspection: Inspection | None) -> Inputs | None:
    """Where an input comes from: enough to find the inspection again."""
    if inspection is None:
        return None
    return _cited(inspection.id, inspection.number, inspection.starts_on)


@lru_cache(maxsize=256)  # a school's rules cite the same two or three inspections
def _cited(identifier: str, number: str | None, starts_on: date) -> Inputs:
    return {"id": identifier, "number": number, "starts_on": starts_on.isoformat()}


def _on_latest(judge: Callable[[Inspection, Parameters], bool]) -> Test:
    def holds(case: Case, parameters: Parameters) -> bool:
        return case.latest is not None and judge(case.latest, parameters)

    return holds


def _of_latest(look: Callable[[Inspection, Parameters], Inputs]) -> Look:
    def inputs(case: Case, parameters: Parameters) -> Inputs:
        found: Inputs = {"inspection": source(case.latest)}
        if case.latest is not None:
            found.update(look(case.latest, parameters))
        return found

    return inputs


def _category_inputs(inspection: Inspection, _parameters: Parameters) -> Inputs:
    return {"category_of_concern": inspection.category} | _urn_inputs(inspection, _parameters)


def _urn_inputs(inspection: Inspection, _parameters: Parameters) -> Inputs:
    return {
        "relates_to_current_urn": inspection.relates_to_current_urn,
        "relates_assumed": inspection.relates_assumed,
    }


def _areas_inputs(test: Callable[[Parameters], GradeTest]) -> Callable[[Inspection, Parameters], Inputs]:
    def inputs(inspection: Inspection, parameters: Parameters) -> Inputs:
        return {"grades": dict(inspection.grades), "areas": list(weak_areas(inspection, test(parameters), parameters))}

    return inputs


def _known_inputs(inspection: Inspection, parameters: Parameters) -> Inputs:
    if has_overall(inspection, parameters):
        return {"overall": inspection.overall, "not_judged": []}
    needed = parameters.card_core_areas if is_card(inspection, parameters) else parameters.enough_areas
    return {"overall": None, "not_judged": list(unjudged(inspection, needed, parameters))}


def _in_special_measures(inspection: Inspection, parameters: Parameters) -> bool:
    return inspection.category in parameters.special_measures


def _other_category(inspection: Inspection, parameters: Parameters) -> bool:
    return inspection.category in parameters.categories and inspection.category not in parameters.special_measures


def _category_without_immediate(inspection: Inspection, parameters: Parameters) -> bool:
    """A category that is not special measures of this very school: the first rule has taken that."""
    in_category = inspection.category in parameters.categories
    return in_category and not (inspection.relates_to_current_urn and _in_special_measures(inspection, parameters))


def _category_missing(inspection: Inspection, parameters: Parameters) -> bool:
    return inspection.category is None and (
        safeguarding_failed(inspection, parameters) or meets(inspection, parameters.category_expected, parameters)
    )


def _weak(inspection: Inspection, parameters: Parameters) -> bool:
    return meets(inspection, parameters.weak, parameters)


def _with_overall(case: Case, parameters: Parameters) -> bool:
    return case.latest is not None and has_overall(case.latest, parameters)


def _with_areas(case: Case, parameters: Parameters) -> bool:
    return case.latest is not None and case.latest.overall is None and not is_card(case.latest, parameters)


def _with_card(case: Case, parameters: Parameters) -> bool:
    return case.latest is not None and is_card(case.latest, parameters)


def _no_progress_after_support(case: Case, parameters: Parameters) -> bool:
    """Support was completed, and inspectors who came afterwards found what had called for it again."""
    if case.latest is None or not case.support or not needs_support(case.latest, parameters):
        return False
    before = [each for each in case.graded if each.starts_on <= case.support[-1].completed_on]
    return bool(before) and needs_support(before[0], parameters)


def _support_inputs(case: Case, _parameters: Parameters) -> Inputs:
    episodes = [{"id": each.episode_id, "completed_on": each.completed_on.isoformat()} for each in case.support]
    return {"inspection": source(case.latest), "support": episodes}


def _failed_reviews(case: Case, parameters: Parameters) -> list[Any]:
    return [each for each in case.reviews if each.conclusion in parameters.review_conclusions]


def _review_inputs(case: Case, parameters: Parameters) -> Inputs:
    return {
        "reviews": [
            {"id": each.review_id, "concluded_on": each.concluded_on.isoformat(), "conclusion": each.conclusion}
            for each in (_failed_reviews(case, parameters) or case.reviews)
        ]
    }


def _stuck(case: Case, parameters: Parameters) -> bool:
    return is_stuck(case.latest, case.previous, parameters)


def _stuck_inputs(case: Case, _parameters: Parameters) -> Inputs:
    return {
        "inspection": source(case.latest),
        "previous": source(case.previous),
        "grades": [_grades_of(case.latest), _grades_of(case.previous)],
    }


def _grades_of(inspection: Inspection | None) -> Grade | dict[str, Grade]:
    if inspection is None:
        return None
    return inspection.overall if inspection.overall is not None else dict(inspection.grades)


def _relates(case: Case) -> bool:
    return case.latest is not None and case.latest.relates_to_current_urn


def _later_ungraded(case: Case) -> list[Inspection]:
    if case.latest is None:
        return []
    return [each for each in case.ungraded if each.starts_on > case.latest.starts_on]


def _is_concern(inspection: Inspection, parameters: Parameters) -> bool:
    outcome = fold(inspection.outcome or "")
    return any(phrase in outcome for phrase in parameters.concern_outcomes)


def _watch(case: Case, parameters: Parameters) -> bool:
    return bool(case.ungraded) and any(_is_concern(each, parameters) for each in _later_ungraded(case))


def _watch_inputs(case: Case, parameters: Parameters) -> Inputs:
    later = _later_ungraded(case)
    shown = next((each for each in later if _is_concern(each, parameters)), later[0] if later else None)
    return {
        "inspection": source(case.latest),
        "ungraded": source(shown),
        "outcome": None if shown is None else shown.outcome,
    }


def _attainment_known(case: Case) -> bool:
    return case.facts.attainment is not None and case.facts.attainment.value is not None


def _low_attainment(case: Case, parameters: Parameters) -> bool:
    known, limit = case.facts.attainment, parameters.low_attainment_below
    return known is not None and known.value is not None and limit is not None and known.value < limit


def _attainment_applies(case: Case, parameters: Parameters) -> bool:
    return parameters.low_attainment_enabled and case.latest is not None


def _attainment_inputs(case: Case, parameters: Parameters) -> Inputs:
    known = case.facts.attainment
    return {
        "attainment": None if known is None else known.value,
        "status": "missing" if known is None else known.status,
        "below": parameters.low_attainment_below,
    }


def _predecessor(inspection: Inspection, parameters: Parameters) -> bool:
    return parameters.predecessor_grades == "flag" and not inspection.relates_to_current_urn


def _plain(_case: Case, _parameters: Parameters) -> Inputs:
    return {}


CONDITIONS: Mapping[str, Condition] = {
    "no_graded_inspection": Condition(
        lambda case, _: case.latest is None,
        lambda case, _: {"graded_inspections": len(case.graded), "ungraded_inspections": len(case.ungraded)},
        always,
    ),
    "special_measures_current_urn": Condition(
        _on_latest(lambda i, p: _in_special_measures(i, p) and i.relates_to_current_urn), _of_latest(_category_inputs)
    ),
    "special_measures_former_urn": Condition(
        _on_latest(lambda i, p: _in_special_measures(i, p) and not i.relates_to_current_urn),
        _of_latest(_category_inputs),
    ),
    "no_progress_after_support": Condition(_no_progress_after_support, _support_inputs),
    "progress_review": Condition(lambda case, p: bool(_failed_reviews(case, p)), _review_inputs),
    "category_of_concern": Condition(_on_latest(_category_without_immediate), _of_latest(_category_inputs)),
    "other_category": Condition(_on_latest(_other_category), _of_latest(_category_inputs)),
    "other_category_structure_changed": Condition(
        _on_latest(lambda i, p: _other_category(i, p) and not i.relates_to_current_urn), _of_latest(_category_inputs)
    ),
    "category_missing": Condition(
        _on_latest(_category_missing),
        _of_latest(
            lambda i, p: {
                "category_of_concern": i.category,
                "overall": i.overall,
                "safeguarding": i.safeguarding,
                "areas": [] if has_overall(i, p) else list(weak_areas(i, p.category_expected, p)),
            }
        ),
    ),
    "safeguarding": Condition(
        _on_latest(safeguarding_failed), _of_latest(lambda i, _: {"safeguarding": i.safeguarding})
    ),
    "overall_grade": Condition(_on_latest(_weak), _of_latest(lambda i, _: {"overall": i.overall}), _with_overall),
    "areas_without_overall": Condition(_on_latest(_weak), _of_latest(_areas_inputs(lambda p: p.weak)), _with_areas),
    "report_card": Condition(_on_latest(_weak), _of_latest(_areas_inputs(lambda p: p.weak)), _with_card),
    "enough_known": Condition(_on_latest(enough_is_known), _of_latest(_known_inputs)),
    "not_enough_known": Condition(_on_latest(lambda i, p: not enough_is_known(i, p)), _of_latest(_known_inputs)),
    "stuck": Condition(_stuck, _stuck_inputs),
    "stuck_current_urn": Condition(lambda case, p: _relates(case) and _stuck(case, p), _stuck_inputs),
    "watch": Condition(_watch, _watch_inputs),
    "predecessor_evidence": Condition(_on_latest(_predecessor), _of_latest(_urn_inputs)),
    "low_attainment": Condition(_low_attainment, _attainment_inputs, _attainment_applies),
    "low_attainment_unknown": Condition(
        lambda case, _: not _attainment_known(case), _attainment_inputs, _attainment_applies
    ),
    "nothing_else": Condition(always, _plain),
}
