"""Inputs into words. The sentences are the policy's; this fills their places in plain English."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from triage.domain.policy import Policy, Template

NOT_KNOWN = "not recorded"


def phrase(template: Template, inputs: Mapping[str, Any], policy: Policy) -> str:
    """A template with its places filled from a rule's inputs."""
    first, place = template.parts[0]
    if place is None:
        return first
    said = []
    for words, place in template.parts:
        said.append(words)
        if place is not None:
            said.append(_PLACES[place](inputs, policy))
    return "".join(said)


@lru_cache(maxsize=32_768)
def spoken_day(iso: str) -> str:
    """A day as it is said: 1 September 2026."""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def _inspection(source: Mapping[str, Any] | None) -> str:
    if source is None:
        return "the absence of an inspection"
    return _spoken(source["starts_on"], source["number"])


@lru_cache(maxsize=512)
def _spoken(starts_on: str, number: str | None) -> str:
    which = f" (number {number})" if number else ""
    return f"the inspection that began on {spoken_day(starts_on)}{which}"


def listed(words: Sequence[str]) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    if not words:
        return "none"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def as_proposed(result: str, policy: Policy) -> str:
    """A result as the subject of "would have been proposed".

    What is left where no rule fires is nothing more than that; an open result is nothing, with the reason of its label.
    """
    label = policy.results[result]
    words = label[:1].lower() + label[1:]
    rules = {rule.id for rule in policy.rules if rule.proposes == result}
    if "nothing_else" in rules:
        return f"nothing more than the {words}"
    if "no_graded_inspection" in rules:
        return f"nothing ({words.rpartition(': ')[2]})"
    return words


def _label(policy: Policy, table: str, code: Any) -> str:
    if code is None:
        return NOT_KNOWN
    return policy.labels[table].get(code, str(code))


def _area(policy: Policy, code: str, grades: Mapping[str, Any]) -> str:
    grade = grades.get(code)
    words = _label(policy, "areas", code)
    return words if grade is None else f"{words} ({_label(policy, 'grades', grade)})"


def _areas(inputs: Mapping[str, Any], policy: Policy) -> str:
    grades = inputs.get("grades", {})
    return listed([_area(policy, code, grades) for code in inputs["areas"]])


def _unjudged(inputs: Mapping[str, Any], policy: Policy) -> str:
    return listed([_label(policy, "areas", code) for code in inputs["not_judged"]])


def _known(inputs: Mapping[str, Any], policy: Policy) -> str:
    if inputs["overall"] is not None:
        return f"the overall grade was {_label(policy, 'grades', inputs['overall'])}"
    return "every area that has to be judged was judged"


def _why_category(inputs: Mapping[str, Any], policy: Policy) -> str:
    if inputs["areas"]:
        return _areas(inputs, policy)
    if inputs["overall"] is not None:
        return f"an overall grade of {_label(policy, 'grades', inputs['overall'])}"
    return f"safeguarding {_label(policy, 'safeguarding', inputs['safeguarding'])}"


def _reviews(inputs: Mapping[str, Any], policy: Policy) -> str:
    return listed(
        [
            f"{_label(policy, 'conclusions', each['conclusion'])} (review of {spoken_day(each['concluded_on'])})"
            for each in inputs["reviews"]
        ]
    )


def _support(inputs: Mapping[str, Any], _policy: Policy) -> str:
    return listed([f"support completed on {spoken_day(each['completed_on'])}" for each in inputs["support"]])


def _urn(inputs: Mapping[str, Any], _policy: Policy) -> str:
    if inputs["relates_assumed"]:
        return "taken to be of this school, as the source does not say"
    return "of this school" if inputs["relates_to_current_urn"] else "of the school under a former URN"


@lru_cache(maxsize=512)
def _sentence_start(words: str) -> str:
    return words[:1].upper() + words[1:]


_PLACES: Mapping[str, Callable[[Mapping[str, Any], Policy], str]] = {
    "inspection": lambda inputs, _: _inspection(inputs["inspection"]),
    "Inspection": lambda inputs, _: _sentence_start(_inspection(inputs["inspection"])),
    "previous": lambda inputs, _: _inspection(inputs["previous"]),
    "ungraded": lambda inputs, _: _inspection(inputs["ungraded"]),
    "outcome": lambda inputs, _: inputs["outcome"] or NOT_KNOWN,
    "category": lambda inputs, policy: _label(policy, "categories", inputs["category_of_concern"]),
    "safeguarding": lambda inputs, policy: _label(policy, "safeguarding", inputs["safeguarding"]),
    "overall": lambda inputs, policy: _label(policy, "grades", inputs["overall"]),
    "why_category": _why_category,
    "areas": _areas,
    "unjudged": _unjudged,
    "known": _known,
    "reviews": _reviews,
    "support": _support,
    "whose": _urn,
    "attainment": lambda inputs, _: NOT_KNOWN if inputs["attainment"] is None else f"{inputs['attainment']:g}%",
    "status": lambda inputs, _: str(inputs["status"]),
    "below": lambda inputs, _: f"{inputs['below']:g}%",
}
