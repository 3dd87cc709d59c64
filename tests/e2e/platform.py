"""The whole platform in a folder of its own, driven as anyone would: started by command, filled over HTTP."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import httpx

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("inspection", "triage", "brokering")
PATIENCE = 300.0  # seconds for a job on a busy machine
SOONEST, LATEST = 0.01, 0.1  # seconds between looks at something under way: a twentieth of the time waited so far

Document = dict[str, Any]
T = TypeVar("T")


class JobEndedBadlyError(AssertionError):
    """A job that should have succeeded ended otherwise."""


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nothing listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def until(look: Callable[[], T | None], what: str, patience: float = PATIENCE) -> T:
    """Look again and again until there is something; AssertionError says what never came."""
    began, pause = time.monotonic(), threading.Event()
    while (found := look()) is None:
        waited = time.monotonic() - began
        if waited > patience:
            raise AssertionError(f"{what} did not come in {patience:.0f} s")
        pause.wait(min(max(waited / 20, SOONEST), LATEST))
    return found


class Platform:
    """One running platform. `home` holds its state; ports are free ones."""

    def __init__(self, home: Path) -> None:
        self.home = home
        ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
        self.urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        named = {f"{name.upper()}_PORT": str(port) for name, port in ports.items()}
        self.environment = {**os.environ, "PLATFORM_HOME": str(home), **named}
        self._supervisor: subprocess.Popen[bytes] | None = None
        self.token = cache(self._token)
        self.client = cache(self._client)

    def up(self) -> None:
        """Start it, or repair it; returns when everything is ready."""
        if self._supervisor is None or self._supervisor.poll() is not None:
            self._supervisor = self._supervised()
        self._command("-m", "improve.local", "up")

    def reset(self) -> None:
        """Stop it and delete its data."""
        self._command("-m", "improve.local", "reset")
        if self._supervisor is not None:
            self._supervisor.wait(timeout=PATIENCE)

    def _supervised(self) -> subprocess.Popen[bytes]:
        """A supervisor that ends with this process, so that tests that are killed leave nothing behind."""
        setpriv = shutil.which("setpriv")
        command = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
        command += [sys.executable, "-m", "improve.local", "serve"]
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "serve.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

        def holds() -> bool | None:
            assert process.poll() is None, (self.home / "serve.log").read_text()
            state = self.home / "state.json"
            return (state.is_file() and json.loads(state.read_text())["supervisor"]["pid"] == process.pid) or None

        until(holds, "the supervisor", patience=60)
        return process

    def improve(self, *arguments: str) -> str:
        """Run a command of the command line; its standard output."""
        return self._command("-m", "improve", *arguments)

    def processes(self) -> dict[str, int]:
        """The process ids by name, of those that run."""
        state: Document = json.loads((self.home / "state.json").read_text())
        return {entry["name"]: entry["pid"] for entry in state["processes"] if entry["pid"]}

    def kill(self, name: str) -> int:
        """kill -9 one process that this platform started; its process id."""
        pid = self.processes()[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    def _token(self, role: str, org: str = "", regions: str = "") -> str:
        command = ["make", "-s", "token", f"ROLE={role}", f"ORG={org}", f"REGIONS={regions}"]
        return self._run(command).strip()

    def _client(self, service: str, role: str | None = "dfe", org: str = "", regions: str = "") -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token(role, org, regions)}"} if role else {}
        return httpx.Client(base_url=self.urls[service], headers=headers, timeout=PATIENCE, trust_env=False)

    def get(self, service: str, path: str, *, role: str | None = "dfe", org: str = "", **query: Any) -> Document:
        """One document."""
        answer = self.client(service, role, org).get(path, params=query)
        assert answer.status_code == httpx.codes.OK, f"{path}: {answer.status_code} {answer.text[:500]}"
        document: Document = answer.json()
        return document

    def post(
        self, service: str, path: str, *, role: str | None = "dfe", org: str = "", **content: Any
    ) -> httpx.Response:
        """A request whose answer is a success."""
        answer = self.client(service, role, org).post(path, **content)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text[:800]}"
        return answer

    def decide(self, urn: int, scheme: str = "ippr-2023") -> Document:
        """Give notice of what is proposed, hear everybody who is told, and decide so; the decision."""
        seen = self.get("triage", f"/v1/schools/{urn}/assessment", scheme=scheme)
        director = "regional-director"
        wanted = {"assessment_id": seen["id"], "religious_authority": "diocese:D1"}  # told where the school has one
        notice = self.post("triage", "/v1/notices", role=director, json=wanted).json()
        while notice["state"] == "being_served":
            notice = self.post("triage", f"/v1/notices/{notice['id']}/service", role=director, json={}).json()
        for org in [one["org"] for one in notice["recipients"] if one["org"] and one["party"] != "religious_authority"]:
            path = f"/v1/assessments/{seen['id']}/representations"
            self.post("triage", path, role=org.partition(":")[0], org=org, json={"position": "accepts"})
        decision = {"assessment_id": seen["id"], "tier": seen["result"], "route": "support_and_oversight",
                    "consulted": ["school", "responsible_body"],
                    "effective_on": datetime.now(UTC).date().isoformat()}  # fmt: skip
        made: Document = self.post("triage", f"/v1/schools/{urn}/decisions", role=director, json=decision).json()
        return made

    def stream(self, service: str, path: str, *, role: str = "dfe", org: str = "", **query: Any) -> Iterator[Document]:
        """A whole list, one document a line."""
        headers = {"Accept": "application/x-ndjson"}
        with self.client(service, role, org).stream("GET", path, params=query, headers=headers) as answer:
            assert answer.status_code == httpx.codes.OK, f"{path}: {answer.status_code} {answer.read()[:500]!r}"
            for line in answer.iter_lines():
                if line:
                    yield json.loads(line)

    def job(self, service: str, accepted: httpx.Response) -> Document:
        """Follow a 202 to its end, through restarts of the service; the job, which must have succeeded."""
        assert accepted.status_code == httpx.codes.ACCEPTED, f"{accepted.status_code} {accepted.text[:800]}"
        path = httpx.URL(accepted.headers["location"]).path

        def ended() -> Document | None:
            with contextlib.suppress(httpx.TransportError):
                answer = self.client(service).get(path)
                if answer.is_success and answer.json()["state"] in {"succeeded", "failed", "cancelled"}:
                    document: Document = answer.json()
                    return document
            return None

        job = until(ended, path)
        if job["state"] != "succeeded":
            raise JobEndedBadlyError(f"{json.dumps(job)[:2000]}\n{self._logs()}")
        return job

    def send_file(self, path: Path, kind: str, as_at: str) -> httpx.Response:
        """Start one import; the 202."""
        with path.open("rb") as content:
            files = {"file": (path.name, content, "text/csv")}
            return self.post("inspection", "/v1/imports", data={"kind": kind, "as_at": as_at}, files=files)

    def load(self, folder: Path, kinds: set[str] | None = None) -> dict[str, Document]:
        """Load what a folder's manifest lists, in order (or some kinds of it); the answers by file name."""
        answers: dict[str, Document] = {}
        with (folder / "manifest.csv").open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        for row in rows:
            if kinds is not None and row["kind"] not in kinds:
                continue
            path = folder / row["file"]
            if row["kind"] == "leaders":
                answer = self.post("brokering", "/v1/leaders/batches", content=path.read_bytes(),
                                   headers={"Content-Type": "text/csv"})  # fmt: skip
                answers[path.name] = answer.json()
            else:
                answers[path.name] = self.job("inspection", self.send_file(path, row["kind"], row["as_at"]))
        return answers

    def assess(self, scheme: str, **more: Any) -> Document:
        """Run a scheme over all schools; the finished run."""
        return self.job("triage", self.post("triage", "/v1/assessment-runs", json={"scheme": scheme, **more}))

    def match(self) -> Document:
        """Solve a round over all needs; the finished round."""
        return self.job("brokering", self.post("brokering", "/v1/matching-rounds", json={}))

    def _command(self, *arguments: str) -> str:
        return self._run([sys.executable, *arguments])

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}\n{self._logs()}"
        return done.stdout

    def _logs(self) -> str:
        logs = sorted((self.home / "logs").glob("*.log"))
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in logs)


@contextlib.contextmanager
def running(home: Path) -> Iterator[Platform]:
    """A platform that is up, and gone afterwards."""
    platform = Platform(home)
    try:
        platform.up()
        yield platform
    finally:
        platform.reset()
