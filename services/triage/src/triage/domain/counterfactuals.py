"""The smallest changes that would have led to less intervention, each tried by running the rules on it.

*Changes* are those of `alterations`: what the latest graded inspection found, and what followed it. What came before it
stands. *Smallest*: a set of changes is told if it comes to less than is proposed, and to less than

- every set that changes fewer facts, and
- every set that changes the same facts by fewer grades in all.

So nothing that is told could be left out, or be put less far, without coming to more; and all sets of which this is
true are told. They are found by trying every set, those of fewest facts first, until the least of all is reached:
two or three runs of the rules for most schools, some thousands for a card that is at its worst in every area.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, groupby, product
from typing import Any

from triage.domain.alterations import ATTAINMENT, CATEGORY, OVERALL, REVIEWS, SAFEGUARDING, Change, alterations, altered
from triage.domain.evidence import Case
from triage.domain.policy import Policy
from triage.domain.wording import as_proposed, listed

Result = Callable[[Case], str]
Outcome = tuple[tuple[Change, ...], str]


def counterfactuals(case: Case, result: str, policy: Policy, rerun: Result) -> tuple[Mapping[str, Any], ...]:
    """The smallest changes that lead to less intervention, fewest facts first; see the module.

    Empty where nothing more than the least is proposed.
    """
    return tuple([_told(changes, other, policy) for changes, other in _smallest(case, result, policy, rerun)])


def _smallest(case: Case, result: str, policy: Policy, rerun: Result) -> Iterator[Outcome]:
    reached, least = policy.rank[result], min(policy.rank.values())
    if reached == least:
        return
    facts = alterations(case, policy)
    for size in range(1, len(facts) + 1):
        below = reached
        for chosen in combinations(facts, size):
            for changes, other in _least_far(chosen, below, case, policy, rerun):
                reached = min(reached, policy.rank[other])
                yield changes, other
        if reached == least:
            return


def _least_far(
    facts: Sequence[Sequence[Change]], below: int, case: Case, policy: Policy, rerun: Result
) -> Iterator[Outcome]:
    """Of the ways to change all these facts, those that come below this rank and below any that goes less far."""
    for _, ways in groupby(sorted(product(*facts), key=_steps), key=_steps):
        found = [(way, rerun(altered(case, way, policy.parameters))) for way in ways]
        better = [(way, other) for way, other in found if policy.rank[other] < below]
        yield from better
        below = min([below, *[policy.rank[other] for _, other in better]])


def _steps(changes: Sequence[Change]) -> int:
    return sum(change.steps for change in changes)


def _told(changes: Sequence[Change], result: str, policy: Policy) -> dict[str, Any]:
    words = [_change_text(each, policy) for each in changes]
    sentence = policy.labels["sentences"]["counterfactual"]
    return {
        "changes": [{"fact": each.fact, "from": each.before, "to": each.after} for each in changes],
        "result": result,
        "text": sentence.format(changes=listed(words), result=as_proposed(result, policy)),
    }


def _change_text(change: Change, policy: Policy) -> str:
    sentences, labels = policy.labels["sentences"], policy.labels
    if change.fact == CATEGORY:
        return sentences["no_category"]
    if change.fact == REVIEWS:
        return f"no review of progress concluded that {listed([labels['conclusions'][each] for each in change.before])}"
    if change.fact == ATTAINMENT:
        return f"attainment been {change.after:g}%"
    what = sentences["overall"] if change.fact == OVERALL else labels["areas"][change.fact]
    words = labels["safeguarding" if change.fact == SAFEGUARDING else "grades"]
    return sentences["grade"].format(what=what, grade=words[change.after])
