"""The rules alone: what is proposed for every school and which rules fired, from facts in memory on one core."""

from __future__ import annotations

import datetime as dt
import json
import time

import psycopg
from tests.bench.table import Line

from triage.domain.facts import SchoolFacts, read_facts
from triage.domain.tiering import Judge
from triage.policies.documents import packaged_policies

ROUNDS = 5
TARGET = 50_000.0  # schools a second


def rules_line(database: str, today: dt.date) -> Line:
    """Schools a second by the slowest of the schemes' versions; each at its best of some rounds, by CPU time."""
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT urn, facts::text FROM school_facts").fetchall()
    schools = [read_facts(urn, json.loads(facts)) for urn, facts in rows]
    slowest = min(len(schools) / _seconds(Judge.of(policy), schools, today) for policy in packaged_policies())
    return Line("rules alone: result and rules that fired", "schools/s", slowest, TARGET, "the target", ">= 1")


def _seconds(judge: Judge, schools: list[SchoolFacts], as_of: dt.date) -> float:
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for school in schools:
            verdict = judge.decide(judge.case(school, as_of))
            _ = verdict.result, verdict.fired
        took.append(time.process_time() - began)
    return min(took)
