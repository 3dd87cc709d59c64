"""Other parameters put over those of a version: only names that the version has, and values of their kind.

An override is merged into the parameters (objects part by part, all else whole). Every code in it has to be one that
the version's vocabulary knows.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from triage.domain.policy import Policy

PREDECESSOR_CHOICES: Final = ("use", "flag", "ignore")

GRADE_TEST_EXTRAS: Final[Mapping[str, Any]] = {
    "barred_areas": [],
    "barred_grades": [],
    "also_safeguarding": False,
    "also_category": False,
}
_AREAS, _GRADES, _CATEGORIES = "areas", "grades", "categories"
_VOCABULARY_OF: Final[Mapping[str, str]] = {
    **dict.fromkeys(("card_core_areas", "enough_areas", "key_areas", "card_areas", "barred_areas"), _AREAS),
    **dict.fromkeys(
        (
            "enough_overall",
            "judged_grades",
            "action_grades",
            "overall",
            "key_grades",
            "any_area_grades",
            "card_grades",
            "card_any_grades",
            "barred_grades",
        ),
        _GRADES,
    ),
    "special_measures": _CATEGORIES,
    "categories": _CATEGORIES,
    "safeguarding_failures": "safeguarding",
    "review_conclusions": "conclusions",
}


@dataclass(frozen=True, slots=True)
class OverrideFault:
    """One thing wrong with an override: where, what, and a code for it."""

    pointer: str
    detail: str
    code: str


def merged(parameters: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with the overrides put over them."""
    result = dict(parameters)
    for name, value in overrides.items():
        held = result.get(name)
        both = isinstance(held, Mapping) and isinstance(value, Mapping)
        result[name] = merged(held, value) if both else value  # type: ignore[arg-type]  # both are mappings
    return result


def faults(policy: Policy, parameters: Mapping[str, Any], overrides: Mapping[str, Any]) -> list[OverrideFault]:
    """Everything wrong with overrides of a version's parameters; empty where they can be run."""
    return list(_part(policy, parameters, overrides, ""))


def _part(policy: Policy, held: Mapping[str, Any], wanted: Mapping[str, Any], pointer: str) -> Iterator[OverrideFault]:
    known = {**GRADE_TEST_EXTRAS, **held} if "card_any_grades" in held else held
    for name, value in wanted.items():
        where = f"{pointer}/{name}"
        if name not in known:
            names = ", ".join(sorted(known))
            yield OverrideFault(where, f"The version has no such parameter here; it has {names}.", "unknown_parameter")
        else:
            yield from _value(policy, name, known[name], value, where)


def _value(policy: Policy, name: str, held: Any, wanted: Any, where: str) -> Iterator[OverrideFault]:
    if isinstance(held, Mapping):
        if isinstance(wanted, Mapping):
            yield from _part(policy, held, wanted, where)
        else:
            yield OverrideFault(where, "This parameter is an object.", "wrong_type")
    elif isinstance(held, list):
        yield from _list(policy, name, wanted, where)
    elif name == "predecessor_grades":
        yield from _one_of(PREDECESSOR_CHOICES, wanted, where)
    elif isinstance(held, bool):
        if not isinstance(wanted, bool):
            yield OverrideFault(where, "This parameter is true or false.", "wrong_type")
    elif name == "below":
        if wanted is not None and (isinstance(wanted, bool) or not isinstance(wanted, int | float)):
            yield OverrideFault(where, "This parameter is a number, or null.", "wrong_type")
    else:
        yield from _one_of([*policy.labels[_GRADES], *policy.labels["safeguarding"]], wanted, where)


def _list(policy: Policy, name: str, wanted: Any, where: str) -> Iterator[OverrideFault]:
    if not isinstance(wanted, list):
        yield OverrideFault(where, "This parameter is a list.", "wrong_type")
        return
    vocabulary = _VOCABULARY_OF.get(name)
    for place, item in enumerate(wanted):
        if vocabulary is not None:
            yield from _one_of(policy.labels[vocabulary], item, f"{where}/{place}")
        elif not isinstance(item, str) or not item:
            yield OverrideFault(f"{where}/{place}", "Each entry is a text.", "wrong_type")


def _one_of(known: Collection[Any], value: Any, where: str) -> Iterator[OverrideFault]:
    hashable = isinstance(value, str | int) and not isinstance(value, bool)
    if not hashable or value not in known:
        yield OverrideFault(where, f"This is one of {', '.join(map(str, known))}.", "unknown_code")
