"""Facts and a policy in, a proposal with its reasons out.

Deciding (`Judge.decide`) and explaining (`Judge.explain`) are apart: a what-if over all schools decides a hundred times
and explains once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from triage.domain.conditions import CONDITIONS, Condition
from triage.domain.counterfactuals import counterfactuals
from triage.domain.errors import NoVersionInForce, PolicyInvalid
from triage.domain.evidence import Case, build_case
from triage.domain.facts import SchoolFacts
from triage.domain.grading import action_areas
from triage.domain.policy import Policy, PolicyRule
from triage.domain.wording import phrase


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the policy's table with the condition it names."""

    row: PolicyRule
    condition: Condition


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided and by what: `tried` holds each rule with whether it fired, in order."""

    result: str
    decisive: str
    tried: tuple[tuple[Rule, bool], ...]
    flags: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def fired(self) -> tuple[str, ...]:
        """The ids of the rules that fired, in order."""
        return tuple(rule.row.id for rule, fired in self.tried if fired)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a school, and why. Nothing in it depends on when or in which order it was worked out."""

    urn: int
    scheme: str
    policy_version: int
    result: str
    flags: tuple[str, ...]
    action_areas: tuple[str, ...]
    category_of_concern: str | None
    warnings: tuple[str, ...]
    reasons: tuple[Mapping[str, Any], ...]
    counterfactuals: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """A policy ready to run: its rows joined to the conditions they name."""

    policy: Policy
    flag_rules: tuple[Rule, ...]
    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, policy: Policy) -> "Judge":
        """Join a policy to the conditions.

        Raises:
            PolicyInvalid: a rule names a condition that does not exist.
        """
        return cls(policy, _join(policy, policy.flag_rules), _join(policy, policy.rules))

    def case(self, facts: SchoolFacts, as_of: date) -> Case:
        """The evidence on a date under this policy."""
        return build_case(facts, self.policy.parameters, as_of)

    def decide(self, case: Case) -> Verdict:
        """Run the table: flags first, then the rules in order until one stops it."""
        parameters = self.policy.parameters
        tried: list[tuple[Rule, bool]] = []
        flags: list[str] = []
        for rule in self.flag_rules:
            if rule.condition.applies(case, parameters):
                fired = rule.condition.holds(case, parameters)
                tried.append((rule, fired))
                if fired and rule.row.flags is not None:
                    flags.append(rule.row.flags)
        result, warnings = self._run_rules(case, tried)
        return Verdict(result[0], result[1], tuple(tried), tuple(flags), warnings)

    def _run_rules(self, case: Case, tried: list[tuple[Rule, bool]]) -> tuple[tuple[str, str], tuple[str, ...]]:
        parameters = self.policy.parameters
        found: tuple[str, str] | None = None
        warnings: tuple[str, ...] = ()
        for rule in self.rules:
            row = rule.row
            if (row.while_open and found is not None) or not rule.condition.applies(case, parameters):
                continue
            fired = rule.condition.holds(case, parameters)
            tried.append((rule, fired))
            if not fired:
                continue
            if row.warns is not None:
                warnings = (*warnings, row.warns)
            if found is None and row.proposes is not None:
                found = (row.proposes, row.id)
            if row.stops:
                break
        if found is None:
            raise PolicyInvalid(self.policy.scheme, "no rule proposed a result")
        return found, warnings

    def explain(self, case: Case, verdict: Verdict) -> tuple[Mapping[str, Any], ...]:
        """Every rule that was tried with its inputs, what it led to, and a sentence for a head teacher.

        A flag on where the evidence comes from is said first; the other rules follow in their order.
        """
        return tuple([self._reason(case, verdict, rule, fired) for rule, fired in verdict.tried])

    def _reason(self, case: Case, verdict: Verdict, rule: Rule, fired: bool) -> Mapping[str, Any]:
        row = rule.row
        inputs = rule.condition.inputs(case, self.policy.parameters)
        return {
            "rule": row.id,
            "step": row.step,
            "fired": fired,
            "decisive": row.id == verdict.decisive,
            "effect": (row.proposes or row.flags) if fired else None,
            "inputs": inputs,
            "text": phrase(row.holds_text if fired else row.fails_text, inputs, self.policy),
        }

    def _result(self, case: Case) -> str:
        return self.decide(case).result

    def propose(self, facts: SchoolFacts, as_of: date) -> Proposal:
        """Decide and explain for one school on a date."""
        case = self.case(facts, as_of)
        verdict = self.decide(case)
        return Proposal(
            urn=facts.urn,
            scheme=self.policy.scheme,
            policy_version=self.policy.version,
            result=verdict.result,
            flags=verdict.flags,
            action_areas=action_areas(case.latest, self.policy.parameters),
            category_of_concern=case.latest.category if case.latest else None,
            warnings=verdict.warnings,
            reasons=self.explain(case, verdict),
            counterfactuals=counterfactuals(case, verdict.result, self.policy, self._result),
        )


def _join(policy: Policy, rows: Iterable[PolicyRule]) -> tuple[Rule, ...]:
    try:
        return tuple(Rule(row, CONDITIONS[row.id]) for row in rows)
    except KeyError as missing:
        raise PolicyInvalid(policy.scheme, f"no condition called {missing}") from missing


def propose(facts: SchoolFacts, policy: Policy, as_of: date) -> Proposal:
    """Run one policy over one school. For many schools keep a `Judge`."""
    return Judge.of(policy).propose(facts, as_of)


def in_force(policies: Iterable[Policy], scheme: str, on: date) -> Policy:
    """The version of a scheme for a date.

    Raises:
        NoVersionInForce: none is.
    """
    for policy in policies:
        if policy.scheme == scheme and policy.in_force(on):
            return policy
    raise NoVersionInForce(f"no version of {scheme} is in force on {on.isoformat()}")
