"""Cycles among predecessor links: found, and cut at the link that closes each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

Edge = tuple[int, int]
"""(predecessor, successor)"""


def closing_edges(edges: Iterable[Edge]) -> list[Edge]:
    """Return the edges without which there is no cycle, in a fixed order: walk from the lowest URN, cut what goes back.

    A school's time runs one way, so each of these is wrong in the register; which one of a cycle is, nobody can tell.
    """
    after: dict[int, list[int]] = defaultdict(list)
    for predecessor, successor in sorted(set(edges)):
        after[predecessor].append(successor)
    cut: list[Edge] = []
    done: set[int] = set()
    for start in sorted(after):
        if start not in done:
            cut.extend(_walk(start, after, done))
    return cut


def _walk(start: int, after: dict[int, list[int]], done: set[int]) -> Iterator[Edge]:
    """Walk depth first without recursion (chains can be long); yield the edges that lead back onto the path."""
    path = [start]
    on_path = {start}
    waiting = [iter(after.get(start, ()))]
    while path:
        following = next(waiting[-1], None)
        if following is None:
            waiting.pop()
            on_path.discard(path[-1])
            done.add(path.pop())
        elif following in on_path:
            yield path[-1], following
        elif following not in done:
            path.append(following)
            on_path.add(following)
            waiting.append(iter(after.get(following, ())))
