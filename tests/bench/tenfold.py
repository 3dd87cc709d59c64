"""Ten times England's needs, made up: pairing and solving days that differ, which no exact method ends in time."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from datetime import date

from tests.bench.table import Line

from brokering.domain.matching import Leader, Need
from brokering.domain.places import Place
from brokering.domain.values import Window
from brokering.policies.documents import matching_policy
from brokering.solver.pairs import build_problem
from brokering.solver.solve import solve

NEEDS, LEADERS = 19_500, 566
SECONDS, SECONDS_TARGET, MEGABYTES_TARGET = 300.0, 600.0, 4_000.0
WINDOW = Window(date(2026, 1, 1), date(2026, 12, 31))
REGION, BODY = "London", frozenset({"local_authority:201"})
SEED = 2026


def tenfold_lines() -> list[Line]:
    """Seconds and peak memory, in a process of its own; the round must state a gap."""
    told = subprocess.run([sys.executable, "-m", "tests.bench.tenfold"], check=True, stdout=subprocess.PIPE)
    found = json.loads(told.stdout.splitlines()[-1])
    print(f"ten times England: {found}", file=sys.stderr)
    return [
        Line("round of ten times the needs", "s", found["seconds"], SECONDS_TARGET, "the target", "<= 1"),
        Line("its peak memory", "MB", found["megabytes"], MEGABYTES_TARGET, "the target", "<= 1"),
    ]


def main(seconds: float = SECONDS) -> None:
    """Solve once and print what came of it."""
    policy = matching_policy(1)
    assert policy is not None
    rng = random.Random(SEED)
    needs, leaders = (
        [_need(rng, number) for number in range(NEEDS)],
        [_leader(rng, number) for number in range(LEADERS)],
    )
    began, cpu = time.perf_counter(), time.process_time()
    problem = build_problem(policy, WINDOW, needs, leaders)
    paired, paired_cpu = time.perf_counter() - began, time.process_time() - cpu
    solution = solve(problem, seconds=seconds)
    figures = {
        "pairs": problem.pairs,
        "pairing": round(paired, 1),
        "pairing_cpu": round(paired_cpu, 1),
        "seconds": round(time.perf_counter() - began, 1),
        "cpu": round(time.process_time() - cpu, 1),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "matched": solution.matched,
        "bound": solution.bound.matched,
        "suitability": solution.total_suitability,
        "suitability_bound": solution.bound.total_suitability,
        "gap": solution.gap,
        "method": solution.method,
    }
    print(json.dumps(figures))


def _place(rng: random.Random) -> Place:
    return Place(rng.uniform(50.5, 55.0), rng.uniform(-4.0, 1.0))


def _need(rng: random.Random, number: int) -> Need:
    return Need(
        id=f"need-{number}",
        key=f"school:{number:09d}",
        subject_kind="school",
        subject_id=str(number),
        name=f"School {number}",
        half_days=rng.randrange(6, 21),
        areas=frozenset(),
        priority=1,
        provisional=False,
        region=REGION,
        phase="primary",
        place=_place(rng),
        bodies=BODY,
    )


def _leader(rng: random.Random, number: int) -> Leader:
    return Leader(
        f"leader-{number}",
        f"CEO-{number:05d}",
        "trust_ceo",
        frozenset({"primary"}),
        rng.randrange(20, 81),
        rng.randrange(1, 5),
        region=REGION,
        place=_place(rng),
        schools_turned_round=rng.randrange(0, 6),
    )


if __name__ == "__main__":
    main()
