"""A policy version as the rules see it: parameters, the ordered rules with their effects, and the words for texts.

Every threshold, list and label comes from the version's document; the code of the rules holds none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any

from triage.domain.errors import PolicyInvalid


@dataclass(frozen=True, slots=True)
class GradeTest:
    """When an inspection meets a standard of weakness, told apart by how it was graded.

    `overall`: grades of an overall grade. Without one: `key_areas` with `key_grades`, or `any_area_grades` anywhere,
    unless one of `barred_areas` has one of `barred_grades`. Report card: `card_areas` with `card_grades`, or
    `card_any_grades` anywhere. `also_*`: a safeguarding failure or any category is enough (no overall grade, or card).
    """

    overall: frozenset[Any]
    key_areas: tuple[str, ...]
    key_grades: frozenset[Any]
    any_area_grades: frozenset[Any]
    card_areas: tuple[str, ...]
    card_grades: frozenset[Any]
    card_any_grades: frozenset[Any]
    barred_areas: tuple[str, ...] = ()
    barred_grades: frozenset[Any] = frozenset()
    also_safeguarding: bool = False
    also_category: bool = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """The values of one version. Names are those of the document; see `triage/policies/data`.

    `action_grades` are in order from the least to the most serious on each scale.
    """

    predecessor_grades: str
    card_frameworks: frozenset[str]
    card_core_areas: tuple[str, ...]
    enough_overall: frozenset[Any]
    enough_areas: tuple[str, ...]
    judged_grades: frozenset[Any]
    special_measures: frozenset[str]
    categories: frozenset[str]
    safeguarding_failures: frozenset[str]
    action_grades: tuple[Any, ...]
    concern_outcomes: tuple[str, ...]
    weak: GradeTest
    category_expected: GradeTest
    stuck_now: GradeTest
    stuck_before: GradeTest
    review_conclusions: frozenset[str]
    low_attainment_enabled: bool
    low_attainment_below: float | None
    acceptable_grades: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with named places for facts: pairs of words and the place that follows them, None at the end."""

    parts: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One row of the table: which condition, what it proposes, flags or warns of, and how to say so.

    `while_open`: tried only while no rule before it has proposed a result. `stops`: nothing after it is tried.
    """

    id: str
    step: str
    proposes: str | None
    flags: str | None
    warns: str | None
    while_open: bool
    stops: bool
    holds_text: Template
    fails_text: Template


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a scheme, ready to run. `rank` orders results from the least to the most intervention."""

    scheme: str
    version: int
    in_force_from: date
    in_force_to: date | None
    parameters: Parameters
    flag_rules: tuple[PolicyRule, ...]
    rules: tuple[PolicyRule, ...]
    rank: Mapping[str, int]
    results: Mapping[str, str]
    warnings: Mapping[str, str]
    labels: Mapping[str, Mapping[Any, str]]

    def in_force(self, on: date) -> bool:
        """Whether this is the version for the date `on`."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


def read_policy(document: Mapping[str, Any]) -> Policy:
    """Read a policy document.

    Raises:
        PolicyInvalid: a part is missing, or a rule proposes a result that the version does not name.
    """
    try:
        policy = _read(document)
    except (KeyError, TypeError, ValueError) as problem:
        raise PolicyInvalid(str(document.get("scheme")), f"{type(problem).__name__}: {problem}") from problem
    for rule in policy.rules:
        if rule.proposes is not None and rule.proposes not in policy.rank:
            raise PolicyInvalid(policy.scheme, f"rule {rule.id} proposes the unnamed result {rule.proposes}")
    return policy


def _read(document: Mapping[str, Any]) -> Policy:
    until = document["in_force"]["to"]
    return Policy(
        scheme=document["scheme"],
        version=document["version"],
        in_force_from=_day(document["in_force"]["from"]),
        in_force_to=None if until is None else _day(until),
        parameters=_parameters(document["parameters"]),
        flag_rules=tuple(_rule(each) for each in document["flags"]),
        rules=tuple(_rule(each) for each in document["rules"]),
        rank={each["code"]: each["rank"] for each in document["results"]},
        results={each["code"]: each["label"] for each in document["results"]},
        warnings=document["warnings"],
        labels={name: _label_keys(table) for name, table in document["labels"].items()},
    )


def _day(value: str | date) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _label_keys(table: Mapping[str, str]) -> Mapping[Any, str]:
    """JSON has only text as keys: the older grades get their number back."""
    return {int(key) if str(key).isdigit() else key: label for key, label in table.items()}


def _rule(row: Mapping[str, Any]) -> PolicyRule:
    return PolicyRule(
        id=row["id"],
        step=str(row["step"]),
        proposes=row.get("proposes"),
        flags=row.get("flags"),
        warns=row.get("warns"),
        while_open=row.get("while_open", False),
        stops=row.get("stops", False),
        holds_text=_template(row["holds"]),
        fails_text=_template(row["fails"]),
    )


def _template(text: str) -> Template:
    return Template(tuple((words, name) for words, name, _, _ in Formatter().parse(text)))


def _grade_test(values: Mapping[str, Any]) -> GradeTest:
    sets = ("overall", "key_grades", "any_area_grades", "card_grades", "card_any_grades", "barred_grades")
    read: dict[str, Any] = {name: frozenset(values[name]) for name in sets if name in values}
    read |= {name: tuple(values[name]) for name in ("key_areas", "card_areas", "barred_areas") if name in values}
    read |= {name: bool(values[name]) for name in ("also_safeguarding", "also_category") if name in values}
    if unknown := set(values) - set(read):
        raise ValueError(f"unknown parts of a grade test: {sorted(unknown)}")
    return GradeTest(**read)


def _parameters(values: Mapping[str, Any]) -> Parameters:
    choice = values["predecessor_grades"]
    if choice not in {"use", "flag", "ignore"}:
        raise ValueError(f"predecessor_grades is {choice!r}")
    attainment = values["low_attainment"]
    return Parameters(
        predecessor_grades=choice,
        card_frameworks=frozenset(values["card_frameworks"]),
        card_core_areas=tuple(values["card_core_areas"]),
        enough_overall=frozenset(values["enough_overall"]),
        enough_areas=tuple(values["enough_areas"]),
        judged_grades=frozenset(values["judged_grades"]),
        special_measures=frozenset(values["special_measures"]),
        categories=frozenset(values["categories"]),
        safeguarding_failures=frozenset(values["safeguarding_failures"]),
        action_grades=tuple(values["action_grades"]),
        concern_outcomes=folded(values["concern_outcomes"]),
        weak=_grade_test(values["weak"]),
        category_expected=_grade_test(values["category_expected"]),
        stuck_now=_grade_test(values["stuck"]["now"]),
        stuck_before=_grade_test(values["stuck"]["before"]),
        review_conclusions=frozenset(values["review_conclusions"]),
        low_attainment_enabled=attainment["enabled"],
        low_attainment_below=attainment["below"],
        acceptable_grades=values["acceptable_grades"],
    )


def fold(words: str) -> str:
    """Letters and digits only, lower case: how outcomes in words are compared."""
    return "".join(letter for letter in words.casefold() if letter.isalnum())


def folded(phrases: Sequence[str]) -> tuple[str, ...]:
    """Each phrase folded for comparison."""
    return tuple(fold(each) for each in phrases)
