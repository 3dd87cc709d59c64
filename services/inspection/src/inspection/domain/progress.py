"""What a school or its trust may say of its pupils in a term: figures that can be true together.

Faults name the cells that contradict each other and repeat no figure, since a figure may be of a few pupils.
"""

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
    roll = roll_of(entries, rules)
    known = [(place, rules[entry.code], entry) for place, entry in enumerate(entries) if entry.value is not None]
    return [*_wholes(entries, rules, roll), *_counts(known, roll), *_families(known, roll)]


def roll_of(entries: Iterable[Entry], rules: Mapping[str, Rule]) -> int | None:
    """Return the pupils on roll: as they are told, or as the cohort of a share of the roll; else None."""
    entries = list(entries)
    told = [int(entry.value) for entry in entries if entry.code == ROLL and entry.value is not None]
    cohorts = [
        entry.cohort
        for entry in entries
        if entry.value is not None and entry.cohort is not None and rules[entry.code].base == "roll"
    ]
    return next(iter([*told, *cohorts]), None)


def whole_of(rule: Rule, entry: Entry, roll: int | None) -> int | None:
    """Return the number of pupils that a figure is about; for shares of the roll, the roll whatever stands beside."""
    if rule.base == "none":
        return None if entry.value is None else int(entry.value)
    return roll if rule.base == "roll" or entry.cohort is None else entry.cohort


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
        text = f"The figure is not between {rule.lowest:g} and {rule.highest:g}."
        yield Fault(place, "value", "out_of_range", text)
    elif rule.unit == "pupils" and entry.value != int(entry.value):
        yield Fault(place, "value", "not_whole", "A number of pupils is a whole number.")


def _wholes(entries: Sequence[Entry], rules: Mapping[str, Rule], roll: int | None) -> Iterator[Fault]:
    for place, entry in enumerate(entries):
        rule = rules[entry.code]
        if rule.base == "roll" and roll is not None and entry.cohort not in {None, roll}:
            text = f"{entry.code} is of all pupils on roll: leave the cohort out, or send the roll as the cohort."
            yield Fault(place, "cohort", "cohort_is_not_the_roll", text)
        elif entry.cohort is not None and roll is not None and entry.cohort > roll:
            text = f"The cohort of {entry.code} is larger than the roll."
            yield Fault(place, "cohort", "cohort_above_roll", text)
        elif entry.value is not None and whole_of(rule, entry, roll) is None:
            text = f"Say of how many pupils: a cohort, or the measure {ROLL}."
            yield Fault(place, "cohort", "cohort_missing", text)
        elif entry.value is not None and whole_of(rule, entry, roll) == 0 and entry.value:
            yield Fault(place, "value", "figure_of_nobody", "There is no figure of a cohort of none.")


def _counts(known: Iterable[tuple[int, Rule, Entry]], roll: int | None) -> Iterator[Fault]:
    for place, rule, entry in known:
        whole = entry.cohort if entry.cohort is not None else whole_of(rule, entry, roll)
        if rule.unit == "pupils" and whole is not None and entry.value is not None and entry.value > whole:
            text = f"{entry.code} is more than the pupils it is part of: the cohort, or the roll."
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
        parts = ", ".join(rule.code for _, rule, _ in members)
        text = f"The parts {parts} are more together than their cohort."
        yield Fault(last, "value", "parts_above_whole", text)
    elif rule.relation == "nested":
        for (place, rule, entry), (_, outer, among) in zip(members[1:], members[:-1], strict=True):
            if (entry.value or 0.0) > (among.value or 0.0):
                text = f"{rule.code} is more than {outer.code}, whose pupils these are among."
                yield Fault(place, "value", "part_above_whole", text)
