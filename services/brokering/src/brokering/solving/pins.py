"""The pairs that a round was asked to hold together: found in it, and refused where they cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from brokering.domain.matching_rules import first_bar, hard_rules
from brokering.domain.values import say_days
from brokering.solver.problem import Problem
from brokering.solving.inputs import Inputs
from shared.errors import FieldProblem
from shared.jobs import JobFailed

CANNOT_BE_HELD = "The pinned pairs cannot be held"


def pins(given: Inputs, problem: Problem) -> list[tuple[int, int]]:
    """Return the pinned pairs by number; raises JobFailed, naming each one that cannot be held and what bars it."""
    found = numbers(given, given.pinned)
    problems = [
        FieldProblem(f"/pinned/{number}", "Not a need or leader of this round.", "unknown")
        for number, pin in enumerate(given.pinned)
        if pin not in found
    ]
    if problems:
        raise JobFailed("A pinned pair is unknown", "A pinned need or leader is not in this round.", problems)
    asked = [found[pin] for pin in given.pinned]
    problems = [*_barred(given, asked), *_twice(asked), *_beyond(given, problem, asked)]
    if problems:
        text = "A pinned pair breaks a hard rule, or pinned pairs together ask more than there is."
        raise JobFailed(CANNOT_BE_HELD, text, problems)
    return asked


def _barred(given: Inputs, asked: Collection[tuple[int, int]]) -> Iterator[FieldProblem]:
    rules = hard_rules(given.policy, given.window)
    for number, (need, leader) in enumerate(asked):
        barred = first_bar(rules, given.needs[need], given.leaders[leader])
        if barred is not None:
            yield FieldProblem(f"/pinned/{number}", barred.text, barred.rule)


def _twice(asked: Collection[tuple[int, int]]) -> Iterator[FieldProblem]:
    first: dict[int, int] = {}
    for number, (need, _) in enumerate(asked):
        if need in first:
            yield FieldProblem(f"/pinned/{number}", f"The need is pinned by /pinned/{first[need]} already.", "twice")
        first.setdefault(need, number)


def _beyond(given: Inputs, problem: Problem, asked: Collection[tuple[int, int]]) -> Iterator[FieldProblem]:
    """Name the pair with which a leader's pinned ones become too many."""
    held: Counter[int] = Counter()
    days: Counter[int] = Counter()
    for number, (need, leader) in enumerate(asked):
        held[leader] += 1
        days[leader] += given.needs[need].half_days
        slots, capacity = int(problem.slots[leader]), int(problem.capacity[leader])
        if held[leader] > slots:
            text = f"The leader can take on {slots} more, and {held[leader]} are pinned up to here."
            yield FieldProblem(f"/pinned/{number}", text, "places")
        elif days[leader] > capacity:
            text = f"The leader has {say_days(capacity)} left, and {say_days(days[leader])} are pinned up to here."
            yield FieldProblem(f"/pinned/{number}", text, "days")


def numbers(given: Inputs, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the numbers of the pairs whose need and leader are in the round; of a split need, the leader's part."""
    needs = {(need.id, need.part): number for number, need in enumerate(given.needs)}
    leaders = {leader.id: number for number, leader in enumerate(given.leaders)}
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for need_id, leader_id in pairs:
        if leader_id in leaders:
            leader = leaders[leader_id]
            number = needs.get((need_id, None), needs.get((need_id, given.leaders[leader].role)))
            if number is not None:
                found[need_id, leader_id] = number, leader
    return found
