"""A draft put together from what was sent and what stays the scheme's, and everything that is wrong with it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from shared.errors import FieldProblem, Unprocessable, invalid
from triage.domain.errors import PolicyInvalid
from triage.domain.overrides import faults
from triage.domain.policy import read_policy
from triage.domain.tiering import Judge
from triage.policies.catalogue import catalogue, known_rules, sentence_of, texts_of
from triage.policies.document_schemas import NewPolicyVersion, NewRule
from triage.policies.documents import Document, packaged


def draft_of(wanted: NewPolicyVersion, base: Mapping[str, Any], number: int, on: date) -> Document:
    """The document of a draft, complete; `base` is the version whose results and words it keeps.

    Raises:
        Unprocessable: it could not be run; `errors` names each field and what is wrong with it.
    """
    found = list(_problems(wanted, base, on))
    if found:
        raise Unprocessable("The document is not that of a version; `errors` says where.", errors=found)
    document = _complete(wanted, base, number)
    try:
        Judge.of(read_policy(document))
    except PolicyInvalid as error:
        raise invalid("/rules", "The version cannot be run.", "not_runnable") from error
    return document


def _complete(wanted: NewPolicyVersion, base: Mapping[str, Any], number: int) -> Document:
    sent = wanted.content()
    sent["in_force"] = {"from": wanted.in_force.from_.isoformat(), "to": None, **sent["in_force"]}
    rules = [{**rule, **texts_of(rule["id"], [base])} for rule in sent["rules"]]
    document = {**base, **sent, "version": number, "rules": rules}
    for kind in ("flags", "rules"):
        document[kind] = [{**row, "sentence": sentence_of(document, kind, row)} for row in document[kind]]
    return document


def _problems(wanted: NewPolicyVersion, base: Mapping[str, Any], on: date) -> Iterator[FieldProblem]:
    in_force = wanted.in_force
    if in_force.from_ <= on:
        first = (on + timedelta(days=1)).isoformat()
        yield FieldProblem("/in_force/from", f"A version begins in the future: {first} at the earliest.", "not_future")
    if in_force.to is not None and in_force.to < in_force.from_:
        yield FieldProblem("/in_force/to", "The last day is before the first.", "before_the_first_day")
    parameters = wanted.content()["parameters"]
    for fault in faults(read_policy(base), base["parameters"], parameters):
        yield FieldProblem(f"/parameters{fault.pointer}", fault.detail, fault.code)
    yield from _order_problems(parameters["action_grades"], base["parameters"]["judged_grades"])
    attainment = wanted.parameters.low_attainment
    if attainment.enabled and attainment.below is None:
        where = "/parameters/low_attainment/below"
        yield FieldProblem(where, "The trigger is on: say below which percentage.", "value_needed")
    known = sorted({code for each in packaged() for code in each.get("support_months", {})})
    for code in (wanted.support_months or {}).keys() - set(known):
        yield FieldProblem(f"/support_months/{code}", f"This is one of {', '.join(known)}.", "unknown_code")
    yield from _rule_problems(wanted.rules, base)


def _order_problems(grades: list[Any], from_the_best: list[Any]) -> Iterator[FieldProblem]:
    """What would alter a result is looked for from the least serious grade on: they have to stand in that order."""
    ordered = [each for each in from_the_best if each in grades]
    if set(ordered) == set(grades) and ordered != grades:
        said = ", ".join(map(str, ordered))
        yield FieldProblem("/parameters/action_grades", f"From the least to the most serious: {said}.", "not_in_order")


def _rule_problems(rules: list[NewRule], base: Mapping[str, Any]) -> Iterator[FieldProblem]:
    results = [each["code"] for each in base["results"]]
    times = Counter(rule.id for rule in rules)
    for place, rule in enumerate(rules):
        where = f"/rules/{place}"
        if rule.id not in known_rules():
            yield FieldProblem(f"{where}/id", f"This is one of {', '.join(known_rules())}.", "unknown_code")
        elif times[rule.id] > 1:
            yield FieldProblem(f"{where}/id", "The rule stands in the table more than once.", "duplicate")
        if rule.proposes is not None and rule.proposes not in results:
            yield FieldProblem(f"{where}/proposes", f"This is one of {', '.join(results)}.", "unknown_code")
        if rule.warns is not None and rule.warns not in base["warnings"]:
            known = ", ".join(base["warnings"]) or "none in this scheme"
            yield FieldProblem(f"{where}/warns", f"There are these warnings: {known}.", "unknown_code")
        if rule.proposes is None and rule.warns is None:
            yield FieldProblem(where, "The rule leads to nothing: say what it proposes or warns of.", "no_effect")
        if rule.stops and rule.proposes is None:
            yield FieldProblem(f"{where}/stops", "A rule that ends the run has to propose a result.", "no_result")
    yield from _table_problems(rules)


def _table_problems(rules: list[NewRule]) -> Iterator[FieldProblem]:
    """A school without a graded inspection is left undetermined first, and every other school gets a result."""
    opening, first = catalogue()["opening"], rules[0]
    if (first.id, first.proposes, first.stops) != (opening["rule"], opening["proposes"], True):
        detail = f"The first rule is {opening['rule']}; it proposes {opening['proposes']} and stops."
        yield FieldProblem("/rules/0", detail, "not_the_opening_rule")
    proposing = {rule.id for rule in rules if rule.proposes is not None}
    closing = catalogue()["closing"]
    if not any(proposing.issuperset(each) for each in closing):
        ways = ", or ".join(" and ".join(each) for each in closing)
        yield FieldProblem("/rules", f"Some school would be given no result; what gives one to all: {ways}.", "open")
