"""Readings of one inspection under a policy's parameters. "Not judged" is never read as fine, nor as weak."""

from dataclasses import replace
from itertools import chain

from triage.domain.facts import Grade, Inspection
from triage.domain.policy import GradeTest, Parameters

SAFEGUARDING_AREA = "safeguarding"


def is_card(inspection: Inspection, parameters: Parameters) -> bool:
    """Whether the inspection gave a report card, which has no overall grade."""
    return inspection.framework in parameters.card_frameworks


def has_overall(inspection: Inspection, parameters: Parameters) -> bool:
    """Whether the inspection gave an overall grade."""
    return inspection.overall is not None and not is_card(inspection, parameters)


def safeguarding_failed(inspection: Inspection, parameters: Parameters) -> bool:
    """Whether safeguarding was found not met or not effective."""
    return inspection.safeguarding in parameters.safeguarding_failures


def weak_areas(inspection: Inspection, test: GradeTest, parameters: Parameters) -> tuple[str, ...]:
    """The areas that meet `test` on an inspection without an overall grade, in alphabetical order."""
    if is_card(inspection, parameters):
        areas, grades, anywhere = test.card_areas, test.card_grades, test.card_any_grades
    else:
        areas, grades, anywhere = test.key_areas, test.key_grades, test.any_area_grades
    found = [
        area
        for area, grade in inspection.grades.items()
        if grade is not None and (grade in anywhere or (area in areas and grade in grades))
    ]
    return tuple(sorted(found)) if found else ()


def _barred(inspection: Inspection, test: GradeTest) -> bool:
    return any(inspection.grades.get(area) in test.barred_grades for area in test.barred_areas)


def meets(inspection: Inspection, test: GradeTest, parameters: Parameters) -> bool:
    """Whether an inspection meets a standard of weakness, by the part of `test` that fits how it was graded."""
    if has_overall(inspection, parameters):
        return inspection.overall in test.overall
    if test.also_category and inspection.category is not None:
        return True
    if test.also_safeguarding and safeguarding_failed(inspection, parameters):
        return True
    if not weak_areas(inspection, test, parameters):
        return False
    return is_card(inspection, parameters) or not _barred(inspection, test)


def area_reading(inspection: Inspection, area: str, grade: Grade, parameters: Parameters) -> tuple[bool, ...]:
    """All that the rules see of one area of an inspection without an overall grade: equal readings, equal results."""
    probe = replace(inspection, grades={area: grade}, category=None, safeguarding=None)
    tests = (parameters.weak, parameters.category_expected, parameters.stuck_now, parameters.stuck_before)
    seen = [(bool(weak_areas(probe, test, parameters)), _barred(probe, test)) for test in tests]
    return (grade in parameters.judged_grades, *chain.from_iterable(seen))


def needs_support(inspection: Inspection, parameters: Parameters) -> bool:
    """Whether the inspection alone, by its category, safeguarding or grades, calls for more than school-led work."""
    return (
        inspection.category in parameters.categories
        or safeguarding_failed(inspection, parameters)
        or meets(inspection, parameters.weak, parameters)
    )


def is_stuck(latest: Inspection | None, previous: Inspection | None, parameters: Parameters) -> bool:
    """Requires improvement now, without a category of concern, and below good at the graded inspection before."""
    if latest is None or previous is None or latest.category is not None:
        return False
    return meets(latest, parameters.stuck_now, parameters) and meets(previous, parameters.stuck_before, parameters)


def unjudged(inspection: Inspection, areas: tuple[str, ...], parameters: Parameters) -> tuple[str, ...]:
    """Those of `areas` that have no grade on this inspection, for whatever reason."""
    return tuple([area for area in areas if inspection.grades.get(area) not in parameters.judged_grades])


def enough_is_known(inspection: Inspection, parameters: Parameters) -> bool:
    """Whether enough was judged to say that a school needs no more than school-led work."""
    if has_overall(inspection, parameters):
        return inspection.overall in parameters.enough_overall
    needed = parameters.card_core_areas if is_card(inspection, parameters) else parameters.enough_areas
    return not unjudged(inspection, needed, parameters)


def action_areas(inspection: Inspection | None, parameters: Parameters) -> tuple[str, ...]:
    """The areas in which action is needed, whatever the tier, in alphabetical order with safeguarding last."""
    if inspection is None:
        return ()
    areas = sorted([area for area, grade in inspection.grades.items() if grade in parameters.action_grades])
    if safeguarding_failed(inspection, parameters):
        areas.append(SAFEGUARDING_AREA)
    return tuple(areas)
