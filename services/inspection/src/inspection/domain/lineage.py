"""The chain of a school over its predecessors and successors.

A school may have none, one or many of either (conversion, split, merger), and the register holds cycles: those are cut
at the link that closes them, and reported.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Relation = Literal["predecessor", "self", "successor"]


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the chain: `predecessor` was followed by `successor`. One that is `cut` closes a cycle."""

    predecessor: int
    successor: int
    kind: str
    established_on: date | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A school of the chain, `steps` links away from the one that was asked for."""

    urn: int
    relation: Relation
    steps: int


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A place where the chain is not one line: several schools on one side of `urn`."""

    urn: int
    relation: Relation
    urns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """The chain, oldest first; where it forks; and the cycles that were cut (each from its lowest URN on)."""

    urn: int
    members: tuple[Member, ...]
    links: tuple[Link, ...]
    ambiguities: tuple[Ambiguity, ...]
    cycles: tuple[tuple[int, ...], ...]


def trace(urn: int, links: Iterable[Link]) -> Lineage:
    """Follow the links from a school to all that came before it and all that came after it.

    A link that is cut is followed by no step and makes no fork; the cycle that it would close is reported.
    """
    known = sorted(set(links), key=lambda link: (link.predecessor, link.successor, link.kind))
    before, after = _both_ways(link for link in known if not link.cut)
    earlier, later = _walk(urn, before), _walk(urn, after)
    later = {other: steps for other, steps in later.items() if other not in earlier}
    oldest_first = sorted(earlier.items(), key=lambda item: (-item[1], item[0]))
    nearest_first = sorted(later.items(), key=lambda item: (item[1], item[0]))
    members = [
        *(Member(other, "predecessor", steps) for other, steps in oldest_first),
        Member(urn, "self", 0),
        *(Member(other, "successor", steps) for other, steps in nearest_first),
    ]
    within = {member.urn for member in members}
    return Lineage(
        urn=urn,
        members=tuple(members),
        links=tuple(link for link in known if link.predecessor in within and link.successor in within),
        ambiguities=(
            *_forks([*sorted(earlier), urn], before, "predecessor"),
            *_forks([urn, *sorted(later)], after, "successor"),
        ),
        cycles=tuple(sorted({cycle for way in _both_ways(known) for cycle in _cycles(urn, way)})),
    )


def _walk(start: int, following: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return every school reached with its fewest steps."""
    steps = {start: 0}
    waiting = deque([start])
    while waiting:
        urn = waiting.popleft()
        for other in following.get(urn, ()):
            if other not in steps:
                steps[other] = steps[urn] + 1
                waiting.append(other)
    del steps[start]
    return steps


def _both_ways(links: Iterable[Link]) -> tuple[Mapping[int, Sequence[int]], Mapping[int, Sequence[int]]]:
    """Return what came before each school, and what came after it."""
    before: dict[int, list[int]] = defaultdict(list)
    after: dict[int, list[int]] = defaultdict(list)
    for link in links:
        before[link.successor].append(link.predecessor)
        after[link.predecessor].append(link.successor)
    return before, after


def _cycles(start: int, following: Mapping[int, Sequence[int]]) -> set[tuple[int, ...]]:
    """Return the cycles that a depth-first walk from `start` closes, without recursion: chains can be long."""
    found: set[tuple[int, ...]] = set()
    done: set[int] = set()
    path: list[int] = [start]
    waiting = [iter(following.get(start, ()))]
    while path:
        other = next(waiting[-1], None)
        if other is None:
            done.add(path.pop())
            waiting.pop()
        elif other in path:
            found.add(_from_lowest(path[path.index(other) :]))
        elif other not in done:
            path.append(other)
            waiting.append(iter(following.get(other, ())))
    return found


def _from_lowest(cycle: Sequence[int]) -> tuple[int, ...]:
    """Turn a cycle so that it starts at its lowest URN, and runs in the order of the register's links or against it."""
    lowest = cycle.index(min(cycle))
    forward = (*cycle[lowest:], *cycle[:lowest])
    return min(forward, (forward[0], *reversed(forward[1:])))


def _forks(urns: Sequence[int], following: Mapping[int, Sequence[int]], relation: Relation) -> Iterable[Ambiguity]:
    for urn in urns:
        others = tuple(dict.fromkeys(following.get(urn, ())))
        if len(others) > 1:
            yield Ambiguity(urn, relation, others)
