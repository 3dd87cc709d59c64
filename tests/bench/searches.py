"""What readers ask of the whole register: searches, lists by place and statistics, each one after the other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from typing import Final

from tests.bench.table import Line
from tests.e2e.platform import Platform

ROUNDS = 20
TARGET = 100.0  # milliseconds
ASKED: Final[Mapping[str, str]] = {
    "search that thousands match": "/v1/schools?q=school",
    "search with typing errors": "/v1/schools?q=st+marys+primry",
    "search with filters": "/v1/schools?q=st&region=London&phase=primary&has_report_card=true",
    "nearest schools": "/v1/schools?near=B1",
    "inspections, newest first": "/v1/inspections",
    "grades by region": "/v1/statistics/grades?by=region",
    "grades by local authority": "/v1/statistics/grades?by=la",
    "grades by trust": "/v1/statistics/grades?by=trust",
}


def search_lines(platform: Platform) -> list[Line]:
    """The 95th percentile of each."""
    return [_line(platform, title, path) for title, path in ASKED.items()]


def _line(platform: Platform, title: str, path: str) -> Line:
    client, taken = platform.client("inspection"), []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(path).raise_for_status()
        taken.append((time.perf_counter() - began) * 1000)
    return Line(f"{title}, p95", "ms", statistics.quantiles(taken, n=20)[-1], TARGET, "the target", "<= 1")
