"""Eligibility of schools: the school route of `tsi-2022-23`, and the tiers of `sio-2019-20`."""

from datetime import date
from typing import Any

from triage.domain.eligibility import (
    Answer,
    Candidate,
    Eligibility,
    Programme,
    Tried,
    both,
    known_on,
    result_of,
    shown,
)


def tsi_school(school: Candidate, as_of: date, programme: Programme, schools_of_trust: int | None) -> Eligibility:
    """The school route. `schools_of_trust`: how many are on the roll of its trust that day, None without a trust."""
    judged = _judged_in_window(school, as_of, programme)
    answers_to = _body(school, as_of, programme, schools_of_trust)
    assumptions = []
    if known_on(school, as_of, programme.parameters["shown_by_the_file"]).assumed_first:
        assumptions.append(("no_earlier_inspection", school.urn))
    stay, assumed = school.stay_on(as_of)
    if stay is None:
        assumptions.append(("body_of_today", school.urn))
    elif assumed:
        assumptions.append(("membership_before_first_file", school.urn))
    result = result_of(both([judged.fired, answers_to.fired]))
    return Eligibility(result, (judged, answers_to), tuple(assumptions))


def _judged_in_window(school: Candidate, as_of: date, programme: Programme) -> Tried:
    first, last = programme.day("from"), programme.day("to")
    known = known_on(school, as_of, programme.parameters["shown_by_the_file"])
    inside = [each for each in known.visible if first <= each.starts_on <= last and each.relates_to_current_urn]
    weak = [each for each in inside if each.overall in programme.parameters["requires_improvement"]]
    inputs: dict[str, Any] = {"from": first, "to": last, "inspections": [shown(each) for each in inside]}
    if weak:
        return programme.tried("requires_improvement_in_window", True, inputs, starts_on=weak[0].starts_on)
    ungraded = any(each.overall is None for each in inside)
    # those held run on without a gap: only before the earliest of them can there be one that is not held
    earliest = min((each.starts_on for each in school.graded()), default=None)
    began = school.open_date if school.open_date is not None and school.open_date > first else first
    gap = known.earlier_possible and earliest is not None and began < earliest and began <= min(last, as_of)
    return programme.tried("requires_improvement_in_window", None if ungraded or gap else False, inputs)


def _body(school: Candidate, as_of: date, programme: Programme, schools_of_trust: int | None) -> Tried:
    parameters = programme.parameters
    stay, _ = school.stay_on(as_of)
    answer: Answer
    if schools_of_trust is not None and schools_of_trust <= parameters["one_school"]:
        answer = True
    elif school.counted_as is None:
        answer = None if schools_of_trust is None else False
    else:
        answer = school.counted_as in parameters["bodies"]
    inputs = {"body": school.counted_as, "trust_uid": stay.trust_uid if stay else None, "schools": schools_of_trust}
    words = {"body": (school.counted_as or "trust").replace("_", " "), "schools": schools_of_trust or 0}
    return programme.tried("body_without_a_group", answer, inputs, **words)


def sio_school(school: Candidate, as_of: date, programme: Programme) -> Eligibility:
    """The tiers by inspection history; where what is held leaves more than one possible, all of them are named."""
    parameters = programme.parameters
    known = known_on(school, as_of, parameters["shown_by_the_file"])
    latest = known.visible[0] if known.visible else None
    now: Answer
    if latest is None:
        now = None if known.earlier_possible else False
    else:
        now = None if latest.overall is None else latest.overall in parameters["requires_improvement"]
    inputs = {"inspections": [shown(each) for each in known.visible]}
    words = {"starts_on": latest.starts_on} if latest else {}
    tried = [programme.tried("requires_improvement_now", now, inputs, **words)]
    assumptions = (("no_earlier_inspection", school.urn),) if known.assumed_first else ()
    if not now:
        return Eligibility(result_of(now), tuple(tried), assumptions)
    long, twice = _never_above(school, as_of, programme), _twice_running(school, as_of, programme)
    tiers = {3} if long.fired else ({3} if long.fired is None else set())
    if not long.fired:
        tiers |= {2} if twice.fired else ({1, 2} if twice.fired is None else {1})
    return Eligibility(result_of(True), (*tried, long, twice), assumptions, tuple(sorted(tiers)))


def _never_above(school: Candidate, as_of: date, programme: Programme) -> Tried:
    parameters = programme.parameters
    known = known_on(school, as_of, parameters["shown_by_the_file"])
    grades = [each.overall for each in known.visible]
    needed = parameters["never_above"]
    answer: Answer
    if any(grade is not None and grade not in parameters["weak"] for grade in grades):
        answer = False
    elif known.earlier_possible or None in grades:
        # one before those that are held may have been above: "never" is not proved by what is shown
        answer = None
    else:
        answer = len(grades) >= needed
    inputs = {"count": len(grades), "needed": needed, "grades": grades}
    return programme.tried("never_above", answer, inputs)


def _twice_running(school: Candidate, as_of: date, programme: Programme) -> Tried:
    parameters = programme.parameters
    known = known_on(school, as_of, parameters["shown_by_the_file"])
    grades = [each.overall for each in known.visible[: parameters["running"]]]
    answer: Answer
    if len(grades) < parameters["running"]:
        answer = None if known.earlier_possible else True
    else:
        answer = both([None if grade is None else grade in parameters["requires_improvement"] for grade in grades])
    return programme.tried("twice_running", answer, {"grades": grades})
