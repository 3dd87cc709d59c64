"""Loads, runs and rounds beside what the same rows cost with the driver or the solver alone."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg.rows import TupleRow
from tests.bench import floor
from tests.bench.memory import peak_megabytes
from tests.bench.table import Line
from tests.e2e.platform import Platform, until

ROUNDS = 3
MEMORY_TARGET = 400.0  # megabytes
_FOLLOWED = "SELECT coalesce(bool_and(reached_head_at > %s), true) FROM feed_cursors"
_ASSESSED = "SELECT NOT EXISTS (SELECT FROM schools_to_assess)"
FACTS = "SELECT urn, facts, profile, facts_version FROM school_facts"
RESULTS = "SELECT * FROM assessments WHERE is_current"


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def load_lines(
    fresh: Callable[[], Platform], databases: Callable[[Platform, str], str], file: Path, as_at: dt.date
) -> list[Line]:
    """The newest monthly file into an empty platform, and the same file again; each round on a fresh platform.

    What the first load sets off elsewhere is let end: it would be counted with the floor and with the later loads.
    """
    first, again, bare, held = [], [], [], []
    for _ in range(ROUNDS):
        platform = fresh()
        platform.client("inspection")  # its token is made by a command, which is no part of a load

        def send(platform: Platform = platform) -> None:
            platform.job("inspection", platform.send_file(file, "ofsted-latest-inspections", as_at.isoformat()))

        first.append(timed(send))
        settled(databases(platform, "triage"), databases(platform, "brokering"))
        for _ in range(ROUNDS):  # in turns, so that the database's own upkeep falls on both
            again.append(timed(send))
            bare.append(floor.parse_and_copy(databases(platform, "inspection"), file))
        held.append(peak_megabytes(platform.processes()["inspection-worker"]))
    against, rival = "csv parse + COPY of the raw columns", statistics.median(bare)
    return [
        Line("load of the monthly file", "s", statistics.median(first), rival, against, "<= 3"),
        Line("load of the same file again", "s", statistics.median(again), rival, against, "<= 0.8"),
        Line("inspection worker's peak memory", "MB", max(held), MEMORY_TARGET, "the target", "<= 1"),
    ]


def settled(triage: str, brokering: str) -> None:
    """Wait until facts are followed, every school is assessed, and brokering has taken what that came to."""
    with psycopg.connect(triage, autocommit=True) as first, psycopg.connect(brokering, autocommit=True) as second:
        for database in (first, second):
            _followed(database)
        until(lambda: _answer(first, _ASSESSED, ()) or None, "the last assessment")
        _followed(second)


def _followed(database: psycopg.Connection[TupleRow]) -> None:
    began = _answer(database, "SELECT now()", ())
    until(lambda: _answer(database, _FOLLOWED, (began,)) or None, "the end of the feeds")


def _answer(database: psycopg.Connection[TupleRow], question: LiteralString, values: tuple[Any, ...]) -> Any:
    row = database.execute(question, values).fetchone()
    return None if row is None else row[0]


def run_line(platform: Platform, triage: str, brokering: str, today: dt.date) -> Line:
    """Assessment of every school; on three days in turn, so that each run has all its results to write.

    The first run's events are let reach brokering: who takes them in is no part of a later run.
    """
    ours, bare = [], []
    platform.assess("ippr-2023")
    settled(triage, brokering)
    for days in range(1, ROUNDS + 1):
        as_of = (today - dt.timedelta(days=days)).isoformat()
        ours.append(timed(lambda as_of=as_of: platform.assess("ippr-2023", as_of=as_of)))  # type: ignore[misc]
        bare.append(floor.copy_through(triage, FACTS, "assessments", RESULTS))
    return Line("assessment of every school", "s", statistics.median(ours), statistics.median(bare),
                "COPY facts out + COPY results in", "<= 2")  # fmt: skip


def round_line(platform: Platform) -> Line:
    """A round of matching over every need."""
    ours, bare = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        solved = platform.match()
        ours.append(time.perf_counter() - began)
        pairs = list(platform.stream("brokering", f"/v1/matching-rounds/{solved['id']}/pairs"))
        leaders = {one["id"]: one for one in platform.stream("brokering", "/v1/leaders")}
        bare.append(floor.solve(pairs, leaders))
    return Line(
        "round over every need",
        "s",
        statistics.median(ours),
        statistics.median(bare),
        "one linear programme, HiGHS alone",
    )
