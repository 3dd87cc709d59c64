"""What would have to be different for less to be proposed. Each was tried: the rules ran again on the changed facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from triage.domain.evidence import Case
from triage.domain.facts import Inspection
from triage.domain.grading import is_card, safeguarding_failed
from triage.domain.policy import Policy
from triage.domain.wording import listed

Result = Callable[[Case], str]


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of the latest graded inspection put otherwise."""

    fact: str
    before: Any
    after: Any

    def apply(self, inspection: Inspection) -> Inspection:
        """The inspection with this fact changed."""
        if self.fact == "overall":
            return replace(inspection, overall=self.after)
        if self.fact == "safeguarding":
            return replace(inspection, safeguarding=self.after)
        if self.fact == "category_of_concern":
            return replace(inspection, category=self.after)
        return replace(inspection, grades={**inspection.grades, self.fact: self.after})


def counterfactuals(case: Case, result: str, policy: Policy, rerun: Result) -> tuple[Mapping[str, Any], ...]:
    """The single changes that lead to less intervention, and where several lead further the fewest that do so together.

    Empty where nothing more than the least is proposed.
    """
    if case.latest is None or policy.rank[result] == 0:
        return ()
    changes = _possible(case.latest, policy)
    found = [_tried((change,), case, result, policy, rerun) for change in changes]
    helpful = [each for each in found if each is not None]
    if len(changes) > 1:
        best = min((policy.rank[each["result"]] for each in helpful), default=policy.rank[result])
        together = _tried(changes, case, result, policy, rerun)
        if together is not None and policy.rank[together["result"]] < best:
            helpful.append(_least(changes, together, case, policy, rerun))
    return tuple(helpful)


def _least(
    changes: tuple[Change, ...], together: dict[str, Any], case: Case, policy: Policy, rerun: Result
) -> dict[str, Any]:
    """Leave out each change that makes no difference: a reader takes what is named for what was the matter."""
    needed, told, reached = changes, together, together["result"]
    for change in changes:
        fewer = tuple([each for each in needed if each is not change])
        found = _outcome(fewer, case, policy, rerun)
        if found is not None and found["result"] == reached:
            needed, told = fewer, found
    return told


def _possible(inspection: Inspection, policy: Policy) -> tuple[Change, ...]:
    parameters, acceptable = policy.parameters, policy.parameters.acceptable_grades
    changes = []
    if inspection.category is not None:
        changes.append(Change("category_of_concern", inspection.category, None))
    if safeguarding_failed(inspection, parameters):
        changes.append(Change("safeguarding", inspection.safeguarding, acceptable[str(inspection.safeguarding)]))
    if inspection.overall in parameters.action_grades:
        changes.append(Change("overall", inspection.overall, acceptable["overall"]))
    better = acceptable["card" if is_card(inspection, parameters) else "area"]
    for area, grade in sorted(inspection.grades.items()):
        if grade in parameters.action_grades:
            changes.append(Change(area, grade, better))
    return tuple(changes)


def _tried(
    changes: tuple[Change, ...], case: Case, result: str, policy: Policy, rerun: Result
) -> dict[str, Any] | None:
    """Run the rules on the changed case; None unless less would be proposed."""
    found = _outcome(changes, case, policy, rerun)
    return found if found is not None and policy.rank[found["result"]] < policy.rank[result] else None


def _outcome(changes: tuple[Change, ...], case: Case, policy: Policy, rerun: Result) -> dict[str, Any] | None:
    if case.latest is None:
        return None
    changed = case.latest
    for change in changes:
        changed = change.apply(changed)
    other = rerun(replace(case, latest=changed, graded=(changed, *case.graded[1:])))
    return {
        "changes": [{"fact": each.fact, "from": each.before, "to": each.after} for each in changes],
        "result": other,
        "text": _text(changes, other, policy),
    }


def _text(changes: tuple[Change, ...], result: str, policy: Policy) -> str:
    words = [_change_text(each, policy) for each in changes]
    label = policy.results[result]
    sentence = policy.labels["sentences"]["counterfactual"]
    return sentence.format(changes=listed(words), result=label[:1].lower() + label[1:])


def _change_text(change: Change, policy: Policy) -> str:
    sentences = policy.labels["sentences"]
    if change.fact == "category_of_concern":
        return sentences["no_category"]
    what = sentences["overall"] if change.fact == "overall" else policy.labels["areas"][change.fact]
    words = policy.labels["safeguarding" if change.fact == "safeguarding" else "grades"]
    return sentences["grade"].format(what=what, grade=words[change.after])
