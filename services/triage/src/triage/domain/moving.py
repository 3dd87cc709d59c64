"""Two verdicts on one school beside each other: whether they differ, and the rule that makes the difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from triage.domain.evidence import Case
from triage.domain.tiering import Judge, Verdict


@dataclass(frozen=True, slots=True)
class Side:
    """One of two policies with its view of a school."""

    judge: Judge
    case: Case
    verdict: Verdict


def differ(before: Verdict, after: Verdict) -> bool:
    """Whether another result or other flags are proposed."""
    return before.result != after.result or before.flags != after.flags


def moved_by(before: Side, after: Side) -> Mapping[str, Any]:
    """The rule that moves a school: `change` is `fires` or `no_longer_fires`, `text` what it says of the school now.

    Where the result moves that is the rule that now decides, if it did not fire before, else the one that decided
    before and fires no longer; where flags alone move, the rule of a flag that came or went.
    """
    fired_before, fired_after = frozenset(before.verdict.fired), frozenset(after.verdict.fired)
    if before.verdict.result == after.verdict.result:
        came = [rule for rule in after.verdict.fired if rule not in fired_before]
        gone = [rule for rule in before.verdict.fired if rule not in fired_after]
        flags = {rule.row.id for side in (before, after) for rule in side.judge.flag_rules}
        rule = next(each for each in (*came, *gone) if each in flags)
        return _told(rule, after if rule in fired_after else before, fires=rule in fired_after)
    decides_now, decided = after.verdict.decisive, before.verdict.decisive
    if decides_now in fired_before and decided not in fired_after:
        return _told(decided, _that_tried(decided, after, before), fires=False)
    return _told(decides_now, after, fires=True)


def _that_tried(rule: str, first: Side, other: Side) -> Side:
    return first if any(each.row.id == rule for each, _ in first.verdict.tried) else other


def _told(rule: str, side: Side, *, fires: bool) -> Mapping[str, Any]:
    reasons = side.judge.explain(side.case, side.verdict)
    reason = next(each for each in reasons if each["rule"] == rule)
    return {
        "rule": rule,
        "step": reason["step"],
        "change": "fires" if fires else "no_longer_fires",
        "text": reason["text"],
        "inputs": reason["inputs"],
    }
