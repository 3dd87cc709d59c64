"""kill -9 of a worker, an API or PostgreSQL while the platform loads, assesses and matches: nothing lost or doubled.

`make test` takes a seeded slice with few schools; `make drill` every process at every step with many.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.comparing import assessments, differences, excerpt
from tests.e2e.oracle import Evidence, assess_all, ofsted_files, read_evidence
from tests.e2e.platform import Document, Platform, running, until

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]

FULL = os.environ.get("DRILL") == "full"
SCHOOLS = 10_000 if FULL else 1_500
SEEDS = range(3) if FULL else range(1)
RESTARTED = 120.0  # seconds within which the supervisor must have everything ready again
SERVICE_OF = {"load": "inspection", "assess": "triage", "round": "brokering"}
VICTIMS = {
    "load": ("inspection-worker", "postgres", "inspection"),
    "assess": ("postgres", "triage-worker", "inspection", "triage"),
    "round": ("brokering-worker", "brokering", "triage", "postgres"),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made-up")
    command = [sys.executable, "-m", "improve.sample", "--schools", str(SCHOOLS), "--out", str(folder)]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def evidence(files: Path) -> Evidence:
    return read_evidence(ofsted_files(files))


@pytest.fixture(params=SEEDS)
def drill(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Drill]:
    with running(tmp_path / "platform") as platform:
        yield Drill(platform, random.Random(request.param), everything=FULL)


class Drill:
    """A platform and who is to be killed when; the delay before each kill comes from the seed."""

    def __init__(self, platform: Platform, rng: random.Random, *, everything: bool) -> None:
        self.platform = platform
        self._rng = rng
        self._everything = everything
        self.killed: list[str] = []

    def job_under_fire(self, step: str, send: Callable[[str], httpx.Response], job_takes: float) -> Document:
        """Send a request with an idempotency key, kill while its job runs; the job, which must succeed all the same."""
        victims = VICTIMS[step] if self._everything else VICTIMS[step][:1]
        key = str(uuid.uuid4())
        accepted = send(key)
        path = httpx.URL(accepted.headers["location"]).path
        for victim in victims:
            until(lambda: self._begun(step, path), f"the start of {path}")
            threading.Event().wait(self._rng.uniform(0.0, job_takes))
            self._kill(victim)
        again = self._sent_again(send, key)
        assert again.headers["location"] == accepted.headers["location"], "the same key started a second job"
        return self.platform.job(SERVICE_OF[step], accepted)

    def _begun(self, step: str, path: str) -> bool | None:
        return self.platform.get(SERVICE_OF[step], path)["state"] != "queued" or None

    def _sent_again(self, send: Callable[[str], httpx.Response], key: str) -> httpx.Response:
        def answered() -> httpx.Response | None:
            try:
                return send(key)
            except (httpx.TransportError, AssertionError):
                return None

        return until(answered, "an answer to the same request", RESTARTED)

    def _kill(self, victim: str) -> None:
        self.killed.append(victim)
        dead = self.platform.kill(victim)
        until(lambda: self.platform.processes().get(victim, dead) != dead or None, f"a new {victim}", RESTARTED)
        self.platform.up()


def test_nothing_is_lost_or_doubled(drill: Drill, files: Path, evidence: Evidence) -> None:
    platform = drill.platform
    platform.load(files, {"gias-groups", "gias-links", "gias-locations", "leaders"})
    _load(drill, files)
    _check_register(platform, evidence)
    _assess(drill, evidence)
    _match(drill, evidence)


def _load(drill: Drill, files: Path) -> None:
    for path, as_at in ofsted_files(files):
        data = {"kind": "ofsted-latest-inspections", "as_at": as_at.isoformat()}

        def send(key: str, path: Path = path, data: dict[str, str] = data) -> httpx.Response:
            sent = {"file": (path.name, path.read_bytes(), "text/csv")}
            headers = {"Idempotency-Key": key}
            return drill.platform.post("inspection", "/v1/imports", data=data, files=sent, headers=headers)

        rows = drill.job_under_fire("load", send, job_takes=SCHOOLS / 5_000)["rows"]
        assert rows["read"] == rows["created"] + rows["changed"] + rows["unchanged"] + rows["rejected"]


def _check_register(platform: Platform, evidence: Evidence) -> None:
    listed = Counter(school["urn"] for school in platform.stream("inspection", "/v1/schools"))
    assert set(listed) == set(evidence.schools)
    assert set(listed.values()) == {1}
    changes = _events(platform, "inspection", "inspection.import.finished")
    assert max(Counter(event["subject"] for event in changes).values()) == 1, "an import was told of twice"


def _assess(drill: Drill, evidence: Evidence) -> None:
    today = dt.datetime.now(dt.UTC).date()
    for scheme in ("ippr-2023", "rise-2025"):

        def send(key: str, scheme: str = scheme) -> httpx.Response:
            body, headers = {"scheme": scheme}, {"Idempotency-Key": key}
            return drill.platform.post("triage", "/v1/assessment-runs", json=body, headers=headers)

        run = drill.job_under_fire("assess", send, job_takes=SCHOOLS / 4_000)
        assert run["upstream"]["reached"], f"after {drill.killed} it succeeded without its upstream: {run}"
        found = differences(assessments(drill.platform, scheme), assess_all(evidence, today), scheme)
        assert not found, f"after {drill.killed}: {excerpt(found)}"
    told = Counter(
        (event["subject"], event["data"]["scheme"])
        for event in _events(drill.platform, "triage", "triage.assessment.changed")
    )
    assert set(told.values()) == {1}, f"told more than once: {[one for one, times in told.items() if times > 1][:10]}"


def _match(drill: Drill, evidence: Evidence) -> None:
    platform = drill.platform
    solved = drill.job_under_fire(
        "round",
        lambda key: platform.post("brokering", "/v1/matching-rounds", json={}, headers={"Idempotency-Key": key}),
        job_takes=SCHOOLS / 5_000,
    )
    path = f"/v1/matching-rounds/{solved['id']}"
    proposals = list(platform.stream("brokering", f"{path}/proposals"))
    unmatched = list(platform.stream("brokering", f"{path}/unmatched"))
    needs = Counter(one["need_id"] for one in (*proposals, *unmatched))
    assert (len(proposals), len(unmatched)) == (solved["matched"], solved["unmatched"])
    assert len(needs) == solved["needs"] == sum(needs.values())
    subjects = Counter(one["subject"]["id"] for one in platform.stream("brokering", "/v1/needs"))
    assert set(subjects.values()) == {1}, "a school has two needs"
    leaders = list(platform.stream("brokering", "/v1/leaders"))
    assert len({one["reference"] for one in leaders}) == len(leaders)


def _events(platform: Platform, service: str, kind: str) -> list[Document]:
    found: list[Document] = []
    cursor: str | None = None
    while True:
        query: dict[str, Any] = {"limit": 200} | ({"after": cursor} if cursor else {})
        page = platform.get(service, "/v1/changes", **query)
        found += [event for event in page["data"] if event["type"] == kind]
        if not page["data"]:
            return found
        cursor = page["paging"]["next_cursor"]
