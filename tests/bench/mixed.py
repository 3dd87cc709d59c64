"""A round over every need where the days differ, beside what fractions of leaders could serve."""

from __future__ import annotations

import time

import psycopg
from services.brokering.tests.solved_again import Published, most_suitability, most_weighted, overbooked
from tests.bench.memory import forget_peak, peak_megabytes
from tests.bench.table import Line
from tests.e2e.platform import Platform

SECONDS_TARGET, MEGABYTES_TARGET = 60.0, 600.0
MIXED = "UPDATE needs SET days = 3 + (subject_id::int % 15) * 0.5 WHERE subject_kind = 'school'"  # 3 to 10
AGAIN = "UPDATE needs SET days = 10"


def mixed_lines(platform: Platform, database: str) -> list[Line]:
    """What is matched and how well, to the bound of a linear programme over the round's own pairs; seconds and peak.

    `database` is the owner's address of brokering's.
    """
    worker = platform.processes()["brokering-worker"]
    _set_days(database, MIXED)
    try:
        forget_peak(worker)
        began = time.perf_counter()
        done = platform.match()
        seconds = time.perf_counter() - began
        peak = peak_megabytes(worker)
        path = f"/v1/matching-rounds/{done['id']}"
        leaders = {one["leader_id"]: one for one in platform.stream("brokering", f"{path}/leaders")}
        published = Published(list(platform.stream("brokering", f"{path}/pairs")), leaders)
        wrong = overbooked(published, platform.stream("brokering", f"{path}/proposals"))
    finally:
        _set_days(database, AGAIN)
    assert wrong == [], wrong
    matched, suitability = done["weighted_matched"], done["total_suitability"]
    bound, against = most_weighted(published), "linear programme over the round's pairs"
    return [
        Line("mixed days, weighted needs matched", "", matched, bound, against, ">= 0.997"),
        Line("their suitability", "", suitability, most_suitability(published, matched), against, ">= 0.99"),
        Line("round of mixed days", "s", seconds, SECONDS_TARGET, "the target", "<= 1"),
        Line("its peak memory in the worker", "MB", peak, MEGABYTES_TARGET, "the target", "<= 1"),
    ]


def _set_days(database: str, statement: str) -> None:
    with psycopg.connect(database, options="-c app.visibility=all") as connection:
        connection.execute(statement.encode())
