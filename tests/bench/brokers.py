"""What brokers wait for: the candidates of a need, and what a round takes of the worker's memory."""

from __future__ import annotations

import statistics
import time
from itertools import islice

from tests.bench.memory import peak_megabytes
from tests.bench.table import Line
from tests.e2e.platform import Platform

NEEDS = 100
CANDIDATES_TARGET = 100.0  # milliseconds
MEMORY_TARGET = 450.0  # megabytes


def candidates_line(platform: Platform) -> Line:
    """The 95th percentile over the candidates of a hundred needs, asked for one after the other."""
    needs = list(islice(platform.stream("brokering", "/v1/needs"), NEEDS))
    client = platform.client("brokering")
    taken = []
    for need in needs:
        began = time.perf_counter()
        client.get(f"/v1/needs/{need['id']}/candidates").raise_for_status()
        taken.append((time.perf_counter() - began) * 1000)
    return Line(
        "candidates of a need, p95",
        "ms",
        statistics.quantiles(taken, n=20)[-1],
        CANDIDATES_TARGET,
        "the target",
        "<= 1",
    )


def memory_line(platform: Platform) -> Line:
    """The most memory that brokering's worker has held since it started, a national round included (Linux)."""
    peak = peak_megabytes(platform.processes()["brokering-worker"])
    return Line("brokering worker's peak memory", "MB", peak, MEMORY_TARGET, "the target", "<= 1")
