"""The grades in force of a graded inspection: its own, and those that monitoring inspections judged again. Pure.

Documents are those that `drafts.schemas.NewInspection` describes, with an `id`, their dates in ISO. What is in force
hangs on the inspections alone, not on the order in which they were published.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from inspection.domain.validation import Fault

Content = Mapping[str, Any]

SAFEGUARDING: Final = ("safeguarding", "safeguarding_judged_on")


def follows(monitoring: Content, graded: Sequence[Content]) -> Content | None:
    """Return the graded inspection that a monitoring one follows: the latest that had begun when it began."""
    begun = [each for each in graded if each["starts_on"] <= monitoring["starts_on"]]
    return max(begun, key=lambda each: (each["starts_on"], str(each["id"])), default=None)


def in_force(own: Content, again: Sequence[Content], areas: Collection[str]) -> dict[str, Any]:
    """Return a graded inspection with the judgements that hold; `areas` are those of its framework.

    Of two judgements the later one holds, of two of a day that of the inspection that began later, or has the higher
    number.
    """
    found = {each["area"]: each for each in own["areas"]}
    after = {**own}
    for monitoring in sorted(again, key=lambda each: (each["starts_on"], each["number"] or "", str(each["id"]))):
        for each in monitoring["areas"]:
            judged_on = each["judged_on"] or monitoring["starts_on"]
            held = found.get(each["area"])
            if each["area"] in areas and (held is None or judged_on >= (held["judged_on"] or own["starts_on"])):
                found[each["area"]] = {**each, "judged_on": _own_date(judged_on, own)}
        judged_on = monitoring["safeguarding_judged_on"] or monitoring["starts_on"]
        held_since = after["safeguarding_judged_on"] or own["starts_on"]
        if monitoring["safeguarding"] is not None and judged_on >= held_since:
            after |= {"safeguarding": monitoring["safeguarding"], "safeguarding_judged_on": _own_date(judged_on, own)}
    return {**after, "areas": [*found.values()]}


def _own_date(judged_on: str, own: Content) -> str | None:
    return None if judged_on == own["starts_on"] else judged_on


def own_judgements(own: Content, after: Content) -> dict[str, Any] | None:
    """Return what an inspection itself judged where another judgement is in force; None where none is."""
    before = {each["area"]: each for each in own["areas"]}
    kept: dict[str, Any] = {
        each["area"]: before.get(each["area"]) for each in after["areas"] if before.get(each["area"]) != each
    }
    if any(own[name] != after[name] for name in SAFEGUARDING):
        kept[SAFEGUARDING[0]] = {name: own[name] for name in SAFEGUARDING}
    return kept or None


def restored(content: Content, kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return an inspection as it judged itself: the reverse of `in_force`."""
    if kept is None:
        return {**content}
    areas = [kept.get(each["area"], each) for each in content["areas"]]
    return {**content, **(kept.get(SAFEGUARDING[0]) or {}), "areas": [each for each in areas if each is not None]}


def touched(before: Content, after: Content, kept: Mapping[str, Any] | None) -> Iterator[Fault]:
    """Yield the judgements that a correction changes although they are another inspection's."""
    areas = {each["area"]: each for each in after["areas"]}
    places = {each["area"]: place for place, each in enumerate(after["areas"])}
    for each in before["areas"]:
        area = each["area"]
        if area in (kept or {}) and areas.get(area) != each:
            pointer = f"/areas/{places[area]}" if area in places else "/areas"
            detail = f"{area} was judged again by a monitoring inspection: correct that one."
            yield Fault(pointer, detail, "judged_again")
    if SAFEGUARDING[0] in (kept or {}) and any(before[name] != after[name] for name in SAFEGUARDING):
        detail = "Safeguarding was judged again by a monitoring inspection: correct that one."
        yield Fault("/safeguarding", detail, "judged_again")
