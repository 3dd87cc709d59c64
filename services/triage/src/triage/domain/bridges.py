"""Bridges of a graph: edges that lie on no cycle."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from typing import TypeVar

E = TypeVar("E", bound=Hashable)
N = TypeVar("N", bound=Hashable)


def bridges(edges: Mapping[E, tuple[N, N]]) -> set[E]:
    """Return the edges on no cycle, in time linear in their number.

    Tarjan, *A note on finding the bridges of a graph*, Information Processing Letters 2 (1974).
    """
    around = _around(edges)
    order: dict[N, int] = {}
    lowest: dict[N, int] = {}
    found: set[E] = set()
    for start in around:
        if start in order:
            continue
        order[start] = lowest[start] = len(order)
        stack: list[tuple[N, E | None, Iterator[tuple[E, N]]]] = [(start, None, iter(around[start]))]
        while stack:
            node, came_by, left = stack[-1]
            step = next(left, None)
            if step is None:
                stack.pop()
                if stack and came_by is not None:
                    above = stack[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                    if lowest[node] > order[above]:
                        found.add(came_by)
            elif step[0] != came_by:
                edge, far = step
                if far in order:
                    lowest[node] = min(lowest[node], order[far])
                else:
                    order[far] = lowest[far] = len(order)
                    stack.append((far, edge, iter(around[far])))
    return found


def side_of(edges: Mapping[E, tuple[N, N]], bridge: E) -> set[N]:
    """Return the nodes that hang together with the first end of a bridge once it is taken out."""
    around = _around(edges)
    seen = {edges[bridge][0]}
    waiting = list(seen)
    while waiting:
        for edge, far in around[waiting.pop()]:
            if edge != bridge and far not in seen:
                seen.add(far)
                waiting.append(far)
    return seen


def _around(edges: Mapping[E, tuple[N, N]]) -> dict[N, list[tuple[E, N]]]:
    around: dict[N, list[tuple[E, N]]] = defaultdict(list)
    for edge, (one, other) in edges.items():
        around[one].append((edge, other))
        around[other].append((edge, one))
    return dict(around)
