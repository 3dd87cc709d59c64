"""Our own solver against networkx, on small rounds drawn at random: it is what the national round is judged by."""

from __future__ import annotations

import random

import networkx as nx
import pytest
from tests.e2e.solving import Round, best_suitability, most_matched


def _drawn(seed: int) -> Round:
    rng = random.Random(seed)
    needs, leaders = rng.randint(1, 12), rng.randint(1, 6)
    edges = [(need, leader, rng.randint(0, 1000)) for need in range(needs) for leader in range(leaders)
             if rng.random() < 0.4]  # fmt: skip
    return Round([f"need {at}" for at in range(needs)], [f"leader {at}" for at in range(leaders)],
                 edges or [(0, 0, 500)], [rng.randint(0, 3) for _ in range(leaders)])  # fmt: skip


def _by_networkx(given: Round) -> tuple[int, int]:
    graph = nx.DiGraph()
    graph.add_nodes_from(("source", "sink"))
    graph.add_edges_from((("source", need) for need in given.needs), capacity=1, weight=0)
    for leader, capacity in zip(given.leaders, given.capacity, strict=True):
        graph.add_edge(leader, "sink", capacity=capacity, weight=0)
    for at, leader_at, suitability in given.edges:
        graph.add_edge(given.needs[at], given.leaders[leader_at], capacity=1, weight=-suitability)
    flow = nx.max_flow_min_cost(graph, "source", "sink")
    return sum(flow["source"].values()), -nx.cost_of_flow(graph, flow)


@pytest.mark.parametrize("seed", range(40))
def test_both_find_the_same_optimum(seed: int) -> None:
    given = _drawn(seed)
    matched = most_matched(given)
    assert (matched, best_suitability(given, matched)) == _by_networkx(given)
