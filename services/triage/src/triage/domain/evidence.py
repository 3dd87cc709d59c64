"""What of a school's facts counts on a date: visible, in order, and under the policy's choice on former URNs."""

from dataclasses import dataclass
from datetime import date

from triage.domain.facts import (
    GRADED,
    UNGRADED,
    CompletedSupport,
    Inspection,
    ProgressReview,
    SchoolFacts,
)
from triage.domain.policy import Parameters

IGNORE_PREDECESSOR = "ignore"


@dataclass(frozen=True, slots=True)
class Case:
    """A school on a date. Inspections are newest first by start date; `latest` and `previous` are the graded ones."""

    facts: SchoolFacts
    latest: Inspection | None
    previous: Inspection | None
    graded: tuple[Inspection, ...]
    ungraded: tuple[Inspection, ...]
    support: tuple[CompletedSupport, ...]
    reviews: tuple[ProgressReview, ...]


def _newest_first(inspection: Inspection) -> tuple[date, date, str, str]:
    return (inspection.starts_on, inspection.visible_from, inspection.number or "", inspection.id)


def build_case(facts: SchoolFacts, parameters: Parameters, as_of: date) -> Case:
    """Select what is visible on `as_of` and put it in order; equal start dates fall back on publication and number."""
    graded = []
    ungraded = []
    leave_out_former = parameters.predecessor_grades == IGNORE_PREDECESSOR
    for each in facts.inspections:
        if (each.published_on or each.starts_on) > as_of:
            continue
        if each.kind == GRADED and (each.relates_to_current_urn or not leave_out_former):
            graded.append(each)
        elif each.kind == UNGRADED:
            ungraded.append(each)
    if len(graded) > 1:
        graded.sort(key=_newest_first, reverse=True)
    if len(ungraded) > 1:
        ungraded.sort(key=_newest_first, reverse=True)
    latest = graded[0] if graded else None
    previous = graded[1] if len(graded) > 1 else None
    support, reviews = _follow_up(facts, latest, as_of)
    return Case(facts, latest, previous, tuple(graded), tuple(ungraded), support, reviews)


def _follow_up(
    facts: SchoolFacts, latest: Inspection | None, as_of: date
) -> tuple[tuple[CompletedSupport, ...], tuple[ProgressReview, ...]]:
    """Support completed before the latest graded inspection began; reviews that nothing later has answered."""
    if latest is None or not (facts.completed_support or facts.progress_reviews):
        return (), ()
    decided = [day for day in facts.decided_on if day <= as_of]
    support = [each for each in facts.completed_support if each.completed_on < latest.starts_on]
    reviews = [
        each
        for each in facts.progress_reviews
        if each.concluded_on <= as_of
        and latest.starts_on <= each.concluded_on
        and each.answered_on is None
        and not any(day > each.concluded_on for day in decided)
    ]
    return (
        tuple(sorted(support, key=lambda each: (each.completed_on, each.episode_id))),
        tuple(sorted(reviews, key=lambda each: (each.concluded_on, each.review_id))),
    )
