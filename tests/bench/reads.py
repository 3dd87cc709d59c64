"""Reads of report cards and of pages of schools beside the same bytes from a bare handler."""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx
import psycopg
from tests.bench.load import requests_per_second
from tests.bench.table import Line
from tests.e2e.platform import ROOT, Platform, free_ports, until

CARDS = 200
PAGES = 60
SECONDS = 2.0
ROUNDS = 7


@dataclass(frozen=True)
class Rival:
    """The bare server and what it answers with."""

    url: str
    paths: list[str]


def read_lines(platform: Platform, database: str) -> list[Line]:
    """Requests a second over HTTP, by the platform and by the bare handler in turns."""
    with_token = {"Authorization": f"Bearer {platform.token('dfe')}"}
    cards = [f"/v1/schools/{urn}/report-card" for urn in _with_cards(platform)]
    lines = []
    for title, paths, headers, aim in (
        ("card read, anonymous", cards, dict[str, str](), ">= 0.8"),
        ("card read, with a token", cards, with_token, ">= 0.6"),
        ("list of 50 schools", _pages(platform), with_token, ">= 0.5"),
    ):
        with _rival(database, platform.urls["inspection"], paths, headers) as rival:
            ours, bare = _in_turns(platform.urls["inspection"], paths, headers, rival)
        lines.append(Line(title, "requests/s", ours, bare, "bare ASGI + driver, same bytes", aim))
    return lines


def _in_turns(url: str, paths: list[str], headers: Mapping[str, str], rival: Rival) -> tuple[float, float]:
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(asyncio.run(requests_per_second(url, paths, headers, SECONDS)))
        bare.append(asyncio.run(requests_per_second(rival.url, rival.paths, headers, SECONDS)))
    return statistics.median(ours), statistics.median(bare)


def _with_cards(platform: Platform) -> list[int]:
    page = platform.get("inspection", "/v1/schools", has_report_card="true", limit=CARDS)
    return [school["urn"] for school in page["data"]]


def _pages(platform: Platform) -> list[str]:
    """The first pages of all schools, one after the other."""
    paths = ["/v1/schools?limit=50"]
    while len(paths) < PAGES and (following := platform.get("inspection", paths[-1])["paging"]["next_url"]):
        paths.append(following)
    return paths


@contextlib.contextmanager
def _rival(database: str, url: str, paths: list[str], headers: Mapping[str, str]) -> Iterator[Rival]:
    with httpx.Client(base_url=url, headers=dict(headers), trust_env=False) as client:
        bodies = [client.get(path).raise_for_status().content for path in paths]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bare_documents")
        connection.execute("CREATE TABLE bare_documents (id int PRIMARY KEY, body bytea NOT NULL)")
        connection.cursor().executemany("INSERT INTO bare_documents VALUES (%s, %s)", list(enumerate(bodies)))
    with bare_server(database) as served:
        yield Rival(served, [f"/{number}" for number in range(len(bodies))])


@contextlib.contextmanager
def bare_server(database: str, processes: int = 1) -> Iterator[str]:
    """Serve the bare application over a database; yields its address."""
    port = free_ports(1)[0]
    command = [sys.executable, "-m", "uvicorn", "tests.bench.bare:application", "--port", str(port),
               "--workers", str(processes), "--no-access-log", "--log-level", "warning"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "BARE_DATABASE_URL": database})
    try:
        until(lambda: _answers(port), "the bare server", patience=30)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _answers(port: int) -> bool | None:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/0", trust_env=False).is_success or None
    return None
