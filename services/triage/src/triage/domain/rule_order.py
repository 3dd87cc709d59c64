"""Whether the order of a version's rules makes sense: rules that never count, and rules that stand in another's way."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from triage.domain.policy import Policy, PolicyRule


@dataclass(frozen=True, slots=True)
class Relations:
    """What is true of the rules there are, whatever the parameters.

    `covers`: of a rule, the sets of rules one of which holds wherever it holds. `closing`: such sets for every rule.
    `apart`: sets of rules no two of which hold for one school.
    """

    covers: Mapping[str, Sequence[Collection[str]]]
    closing: Sequence[Collection[str]]
    apart: Sequence[Collection[str]]

    def covering(self, rule: str) -> list[Collection[str]]:
        """The sets of other rules one of which holds wherever this one holds."""
        return [each for each in (*self.covers.get(rule, ()), *self.closing) if rule not in each]

    def can_meet(self, one: str, other: str) -> bool:
        """Whether two rules can both hold for one school."""
        return not any(one in each and other in each for each in self.apart)


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A rule by its place, and the earlier ones that are in its way.

    `code`: `never_fires`, it is never tried; `never_decides`, it can fire, but a result was proposed before;
    `less_before_more`, where an earlier one holds too, that one's lesser result is proposed.
    """

    place: int
    rule: str
    code: str
    by: tuple[str, ...]


def misplaced(policy: Policy, relations: Relations) -> Iterator[Misplaced]:
    """Each rule after the opening one that its place makes pointless or weaker than it reads."""
    for place, rule in enumerate(policy.rules):
        before = policy.rules[:place]
        shadows = dict(_shadows(rule, {each.id: each for each in before}, relations))
        code = next((each for each in ("never_fires", "never_decides") if each in shadows), None)
        if code is not None:
            yield Misplaced(place, rule.id, code, shadows[code])
        elif lesser := tuple(_lesser(rule, before[1:], policy.rank, relations)):
            yield Misplaced(place, rule.id, "less_before_more", lesser)


def _shadows(
    rule: PolicyRule, before: Mapping[str, PolicyRule], relations: Relations
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The sets of earlier rules that have proposed a result wherever this one holds, and what that makes of it."""
    for cover in relations.covering(rule.id):
        others = [before[each] for each in cover if each in before]
        if len(others) < len(cover) or any(each.proposes is None for each in others):
            continue
        if rule.while_open or all(each.stops and not each.while_open for each in others):
            yield "never_fires", tuple(cover)
        elif rule.warns is None:
            yield "never_decides", tuple(cover)


def _lesser(
    rule: PolicyRule, before: Sequence[PolicyRule], rank: Mapping[str, int], relations: Relations
) -> Iterator[str]:
    """The earlier rules of a lesser result that are no special cases of this one, and can hold with it."""
    for each in before:
        if each.proposes is None or rule.proposes is None or rank[each.proposes] >= rank[rule.proposes]:
            continue
        narrower = any(list(cover) == [rule.id] for cover in relations.covers.get(each.id, ()))
        if not narrower and relations.can_meet(each.id, rule.id):
            yield each.id
