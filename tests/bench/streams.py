"""All schools as NDJSON beside the database's own COPY of the same rows as JSON, and the memory it takes."""

from __future__ import annotations

import statistics
import time

import psycopg
from tests.bench.memory import forget_peak, peak_megabytes
from tests.bench.table import Line
from tests.e2e.platform import Platform

from inspection.schools.history_sql import HAS_REPORT_CARD
from inspection.schools.listing_sql import SCHOOL_COLUMNS, SCHOOL_TABLES

ROUNDS = 5
FIRST_ROWS = 2000
GROWTH_TARGET = 16.0  # megabytes
DOCUMENTS = (
    f"COPY (SELECT row_to_json(q) FROM (SELECT {SCHOOL_COLUMNS}, {HAS_REPORT_CARD} AS has_report_card {SCHOOL_TABLES}"
    " ORDER BY s.urn) q) TO STDOUT"
)


def stream_lines(platform: Platform, database: str) -> list[Line]:
    """Rows a second, each way in turns; and by how much the service's memory has grown meanwhile (Linux)."""
    ours, bare, grown = [], [], []
    for _ in range(ROUNDS):
        rate, growth = _streamed(platform)
        ours.append(rate)
        grown.append(growth)
        bare.append(_copied(database))
    return [
        Line(
            "all schools as NDJSON",
            "rows/s",
            statistics.median(ours),
            statistics.median(bare),
            "COPY TO of the same rows as JSON",
            ">= 0.5",
        ),
        Line("service's growth in a stream", "MB", max(grown), GROWTH_TARGET, "the target", "<= 1"),
    ]


def _streamed(platform: Platform) -> tuple[float, float]:
    """Rows a second, and the megabytes that the service grew by after the first rows of the stream."""
    pid = platform.processes()["inspection"]
    rows, held, began = 0, 0.0, time.perf_counter()
    headers = {"Accept": "application/x-ndjson"}
    with platform.client("inspection").stream("GET", "/v1/schools", headers=headers) as answer:
        for part in answer.raise_for_status().iter_raw():
            rows += part.count(b"\n")
            if not held and rows >= FIRST_ROWS:
                forget_peak(pid)
                held = peak_megabytes(pid)
    return rows / (time.perf_counter() - began), peak_megabytes(pid) - held


def _copied(database: str) -> float:
    rows, began = 0, time.perf_counter()
    with psycopg.connect(database) as connection, connection.cursor().copy(DOCUMENTS.encode()) as copy:
        for part in copy:
            rows += bytes(part).count(b"\n")
    return rows / (time.perf_counter() - began)
