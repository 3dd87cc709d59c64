"""What a school or its trust may say of its pupils in a term: figures that can be true together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

ROLL: Final = "pupils_on_roll"
VALUE: Final = "value"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is known of a measure; see `dashboards.measures.Measure`. `rank` is its place among all measures."""

    code: str
    rank: int
    unit: str
    lowest: float
    highest: float
    of: str
    base: str
    family: str
    relation: str


class Entry(NamedTuple):
    """A figure as it was sent. `cohort` is in pupils."""

    code: str
    value: float | None
    cohort: int | None
    status: str


class Fault(NamedTuple):
    """What is wrong: the place of the entry among those sent, the field, a code and a text."""

    place: int
    field: str
    code: str
    text: str


def faults(entries: Sequence[Entry], rules: Mapping[str, Rule]) -> list[Fault]:
    """Return all that is wrong with the figures of one school and term; nothing where they can be true together."""
    found = list(_single(entries, rules))
    if found:
        return found
    roll = roll_of(entries)
    known = [(place, rules[entry.code], entry) for place, entry in enumerate(entries) if entry.value is not None]
    return [*_wholes(entries, rules, roll), *_counts(known, roll), *_families(known, roll)]


def roll_of(entries: Iterable[Entry]) -> int | None:
    """Return the pupils on roll, None where they are not told."""
    return next((int(entry.value) for entry in entries if entry.code == ROLL and entry.value is not None), None)


def whole_of(rule: Rule, entry: Entry, roll: int | None) -> int | None:
    """Return the number of pupils that a figure is about; for shares of the roll, the roll where it is known."""
    if rule.base == "none":
        return None if entry.value is None else int(entry.value)
    if rule.base == "roll" and roll is not None:
        return roll
    return roll if entry.cohort is None else entry.cohort


def _single(entries: Sequence[Entry], rules: Mapping[str, Rule]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        rule = rules.get(entry.code)
        if rule is None:
            yield Fault(place, "code", "unknown_code", f"There is no measure {entry.code!r} that a school supplies.")
            continue
        if entry.code in seen:
            yield Fault(place, "code", "duplicate", f"The measure {entry.code} is there twice.")
        seen.add(entry.code)
        yield from _value(place, entry, rule)


def _value(place: int, entry: Entry, rule: Rule) -> Iterator[Fault]:
    if (entry.value is not None) != (entry.status == VALUE):
        text = "A figure has the status `value`, and only a figure has: send null with any other status."
        yield Fault(place, "status", "status_contradicts_value", text)
    if entry.value is None:
        return
    if not rule.lowest <= entry.value <= rule.highest:
        text = f"{entry.value:g} is not between {rule.lowest:g} and {rule.highest:g}."
        yield Fault(place, "value", "out_of_range", text)
    elif rule.unit == "pupils" and entry.value != int(entry.value):
        yield Fault(place, "value", "not_whole", f"{entry.value:g} is no number of pupils.")


def _wholes(entries: Sequence[Entry], rules: Mapping[str, Rule], roll: int | None) -> Iterator[Fault]:
    for place, entry in enumerate(entries):
        if entry.cohort is not None and roll is not None and entry.cohort > roll:
            text = f"The cohort of {entry.cohort} is larger than the roll of {roll}."
            yield Fault(place, "cohort", "cohort_above_roll", text)
        elif entry.value is not None and whole_of(rules[entry.code], entry, roll) is None:
            text = f"Say of how many pupils: a cohort, or the measure {ROLL}."
            yield Fault(place, "cohort", "cohort_missing", text)
        elif entry.value is not None and whole_of(rules[entry.code], entry, roll) == 0 and entry.value:
            yield Fault(place, "value", "figure_of_nobody", "There is no figure of a cohort of none.")


def _counts(known: Iterable[tuple[int, Rule, Entry]], roll: int | None) -> Iterator[Fault]:
    for place, rule, entry in known:
        whole = entry.cohort if entry.cohort is not None else whole_of(rule, entry, roll)
        if rule.unit == "pupils" and whole is not None and entry.value is not None and entry.value > whole:
            text = f"{entry.value:g} pupils are more than the {whole} they are part of."
            yield Fault(place, "value", "count_above_cohort", text)


def _families(known: Sequence[tuple[int, Rule, Entry]], roll: int | None) -> Iterator[Fault]:
    families: dict[str, list[tuple[int, Rule, Entry]]] = {}
    for each in known:
        families.setdefault(each[1].family, []).append(each)
    for members in families.values():
        if len(members) > 1:
            yield from _family(sorted(members, key=lambda each: each[1].rank), roll)


def _family(members: Sequence[tuple[int, Rule, Entry]], roll: int | None) -> Iterator[Fault]:
    wholes = [whole_of(rule, entry, roll) or 0 for _, rule, entry in members]
    values = [entry.value or 0.0 for _, _, entry in members]
    last, rule, _ = members[-1]
    if len(set(wholes)) > 1:
        text = f"The measures of {rule.family} are about the same pupils: their cohorts must be equal."
        yield Fault(last, "cohort", "cohorts_differ", text)
    elif rule.relation == "parts" and sum(values) > wholes[0]:
        text = f"The parts of {rule.family} are {sum(values):g} pupils together, of a cohort of {wholes[0]}."
        yield Fault(last, "value", "parts_above_whole", text)
    elif rule.relation == "nested":
        for (place, _, entry), outer in zip(members[1:], values[:-1], strict=True):
            if (entry.value or 0.0) > outer:
                text = f"{entry.value:g} is more than the {outer:g} that these pupils are among."
                yield Fault(place, "value", "part_above_whole", text)
