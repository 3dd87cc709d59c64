"""What is wrong with the inspection of a trust as written, and what publication lacks. Pure.

Its framework has no fixed scale yet: an area holds a finding in words, and where there is a judgement, it is in words
too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from inspection.domain.validation import Fault


@dataclass(frozen=True, slots=True)
class TrustFramework:
    """A framework for trusts: its areas, and the first day on which an inspection under it may begin."""

    code: str
    label: str
    first: date
    areas: Sequence[str]


def wrong(content: Mapping[str, Any], framework: TrustFramework) -> Iterator[Fault]:
    """Yield what is wrong whether or not the inspection is complete."""
    starts_on, published_on = content["starts_on"], content["published_on"]
    if date.fromisoformat(starts_on) < framework.first:
        detail = f"There are no inspections of trusts that begin before {framework.first}."
        yield Fault("/starts_on", detail, "not_at_that_time")
    if published_on is not None and published_on < starts_on:
        detail = f"Published on {published_on}, before the inspection began on {starts_on}."
        yield Fault("/published_on", detail, "out_of_order")
    seen: set[str] = set()
    for place, each in enumerate(content["areas"]):
        yield from _wrong_area(each, f"/areas/{place}", content, framework, seen)
        seen.add(each["area"])
    for place, each in enumerate(content["evidence_references"]):
        if each["area"] is not None and each["area"] not in framework.areas:
            pointer = f"/evidence_references/{place}/area"
            yield Fault(pointer, f"{each['area']!r} is no area of {framework.label}.", "not_in_framework")


def _wrong_area(
    each: Mapping[str, Any], at: str, content: Mapping[str, Any], framework: TrustFramework, seen: set[str]
) -> Iterator[Fault]:
    if each["area"] not in framework.areas:
        yield Fault(f"{at}/area", f"{each['area']!r} is no area of {framework.label}.", "not_in_framework")
    elif each["area"] in seen:
        yield Fault(f"{at}/area", f"The area {each['area']} is there twice.", "repeated")
    judged_on, published_on = each["judged_on"], content["published_on"]
    if judged_on is not None and judged_on < content["starts_on"]:
        detail = f"Judged on {judged_on}, before the inspection began on {content['starts_on']}."
        yield Fault(f"{at}/judged_on", detail, "out_of_order")
    if judged_on is not None and published_on is not None and judged_on > published_on:
        yield Fault(f"{at}/judged_on", f"Judged on {judged_on}, after publication on {published_on}.", "out_of_order")


def lacking(content: Mapping[str, Any], framework: TrustFramework) -> Iterator[Fault]:
    """Yield what publication still lacks: a finding on every area."""
    given = {each["area"] for each in content["areas"]}
    for area in framework.areas:
        if area not in given:
            yield Fault("/areas", f"The area {area} is missing.", "missing_area")
    for place, each in enumerate(content["areas"]):
        if each["finding"] is None:
            yield Fault(f"/areas/{place}/finding", f"The finding on {each['area']} is missing.", "missing")
