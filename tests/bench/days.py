"""What the ledger of days takes: writes a second over HTTP, with every cap held."""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import uvloop
from services.brokering.tests.support_server import Server, serving
from services.brokering.tests.support_world import Steps, World, assert_balanced
from tests.bench.cpu import cpu_seconds, parent_of
from tests.bench.reads import bare_server
from tests.bench.table import Line

from shared.db.migrate import upgrade
from shared.db.session import driver_url
from shared.testing.plugin import DatabaseUrls
from shared.testing.postgres import TestServer, test_server

SERVICE_DIR = Path(__file__).parents[2] / "services" / "brokering"
TARGET = 200.0  # writes a second
EPISODES = 20
WRITERS = 16
WRITES = WRITERS * 60
PROCESSES = 2  # of the API, as it is deployed
ROUNDS = 3
BARE_TABLES = """
    CREATE TABLE bare_documents (id int PRIMARY KEY, body bytea NOT NULL);
    CREATE TABLE bare_accounts (id int PRIMARY KEY, entries int NOT NULL);
    CREATE TABLE bare_entries (id bigserial PRIMARY KEY, account int NOT NULL REFERENCES bare_accounts, entry bytea);
    INSERT INTO bare_accounts SELECT id, 0 FROM generate_series(0, 99) id;
"""

Write = Callable[[int], httpx.Request]


def ledger_lines() -> list[Line]:
    """Half days used and corrected on twenty episodes by sixteen writers at once, beside bare rows in turns."""
    with test_server() as url:
        urls = _database(TestServer(url))
        world = World(urls)
        world.owner.execute(BARE_TABLES)
        bare_url = driver_url(urls.owner)
        try:
            with serving(urls, WRITERS, PROCESSES) as server, bare_server(bare_url, PROCESSES) as bare:
                ours, floor = uvloop.run(_in_turns(world, server, bare))
            assert_balanced(world)
        finally:
            world.close()
    title = "days ledger, writes over HTTP"
    return [
        Line(title, "/s", ours, TARGET, "the target", ">= 1"),
        Line(title, "/s", ours, floor, "bare ASGI + driver, one row and its sum", ">= 0.2"),
    ]


def _database(server: TestServer) -> DatabaseUrls:
    for role in ("brokering_owner", "brokering_app"):
        server.ensure_role(role)
    name = server.create("brokering_owner")
    urls = DatabaseUrls(server.as_role("brokering_owner", name), server.as_role("brokering_app", name))
    upgrade(SERVICE_DIR, urls.owner, urls.app)
    return urls


async def _in_turns(world: World, server: Server, bare_url: str) -> tuple[float, float]:
    async with (
        httpx.AsyncClient(base_url=server.url, timeout=60) as client,
        httpx.AsyncClient(base_url=bare_url, timeout=60) as bare,
    ):
        entries = await _entries(Steps(client, world), world)
        rows = [bare.build_request("POST", f"/{number}", json={"kind": "used", "days": 0.5}) for number in range(100)]
        ours, floor = [], []
        for _ in range(ROUNDS):
            with _told_by_process(world, server):
                ours.append(await _rate(client, entries))
            floor.append(await _rate(bare, lambda number: rows[number % EPISODES]))
        return statistics.median(ours), statistics.median(floor)


async def _entries(steps: Steps, world: World) -> Write:
    """Open the episodes; return the write of each number, made once: a client is not what is measured.

    Each writer uses and corrects half a day in turns, so that no episode comes to its end whoever is ahead.
    """
    episodes = [await steps.episode(world.match(100000 + number)) for number in range(EPISODES)]
    for episode in episodes:
        await steps.entry(episode, kind="used", days=5)
    token = world.partner()
    made = {
        (episode, kind): steps.client.build_request(
            "POST", f"/v1/episodes/{episode}/ledger", json={"kind": kind, "days": 0.5}, headers=token
        )
        for episode in episodes
        for kind in ("used", "use_corrected")
    }
    return lambda number: made[episodes[number % EPISODES], "use_corrected" if number // WRITERS % 2 else "used"]


@contextlib.contextmanager
def _told_by_process(world: World, server: Server) -> Iterator[None]:
    """Tell how much CPU time a write took of each side: that does not depend on who else shares the machine."""
    database = parent_of(world.sql("SELECT pg_backend_pid()")[0][0])
    sides = {"client": os.getpid(), "API": server.pid, "database": database}
    before = {side: cpu_seconds(pid) for side, pid in sides.items()}
    yield
    spent = {side: (cpu_seconds(pid) - before[side]) * 1000 / WRITES for side, pid in sides.items()}
    print("CPU ms a write:", ", ".join(f"{side} {took:.2f}" for side, took in spent.items()), file=sys.stderr)


async def _rate(client: httpx.AsyncClient, write: Write) -> float:
    async def some(first: int) -> None:
        for number in range(first, WRITES, WRITERS):
            (await client.send(write(number))).raise_for_status()

    began = time.perf_counter()
    await asyncio.gather(*(some(first) for first in range(WRITERS)))
    return WRITES / (time.perf_counter() - began)


if __name__ == "__main__":
    for line in ledger_lines():
        print(f"{line.ours:.0f} writes a second, {line.ratio:.2f} of {line.against}")
