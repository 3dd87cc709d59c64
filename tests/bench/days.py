"""What the ledger of days takes: writes a second over HTTP, with every cap held."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from services.brokering.tests.support_server import serving
from services.brokering.tests.support_world import Steps, World, assert_balanced
from tests.bench.reads import bare_server
from tests.bench.table import Line

from shared.db.migrate import upgrade
from shared.db.session import driver_url
from shared.testing.plugin import DatabaseUrls
from shared.testing.postgres import TestServer, test_server

SERVICE_DIR = Path(__file__).parents[2] / "services" / "brokering"
TARGET = 200.0  # writes a second
EPISODES = 20
WRITES = 1_000
WRITERS = 16
PROCESSES = 2  # of the API, as it is deployed
ROUNDS = 3
BARE_TABLES = """
    CREATE TABLE bare_documents (id int PRIMARY KEY, body bytea NOT NULL);
    CREATE TABLE bare_accounts (id int PRIMARY KEY, entries int NOT NULL);
    CREATE TABLE bare_entries (id bigserial PRIMARY KEY, account int NOT NULL REFERENCES bare_accounts, entry bytea);
    INSERT INTO bare_accounts SELECT id, 0 FROM generate_series(0, 99) id;
"""

Write = Callable[[int], Awaitable[object]]


def ledger_lines() -> list[Line]:
    """Half days used and corrected on twenty episodes by sixteen writers at once, beside bare rows in turns."""
    with test_server() as url:
        urls = _database(TestServer(url))
        world = World(urls)
        world.owner.execute(BARE_TABLES)
        bare_url = driver_url(urls.owner)
        try:
            with serving(urls, WRITERS, PROCESSES) as server, bare_server(bare_url, PROCESSES) as bare:
                ours, floor = asyncio.run(_in_turns(world, server.url, bare))
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


async def _in_turns(world: World, url: str, bare_url: str) -> tuple[float, float]:
    async with (
        httpx.AsyncClient(base_url=url, timeout=60) as client,
        httpx.AsyncClient(base_url=bare_url, timeout=60) as bare,
    ):
        steps = Steps(client, world)
        episodes = [await steps.episode(world.match(100000 + number)) for number in range(EPISODES)]
        for episode in episodes:
            await steps.entry(episode, kind="used", days=5)

        async def enter(number: int) -> None:
            kind = "use_corrected" if number // EPISODES % 2 else "used"
            await steps.entry(episodes[number % EPISODES], kind=kind, days=0.5)

        async def store(number: int) -> None:
            answer = await bare.post(f"/{number % EPISODES}", json={"kind": "used", "days": 0.5})
            answer.raise_for_status()

        ours, floor = [], []
        for _ in range(ROUNDS):
            ours.append(await _rate(enter))
            floor.append(await _rate(store))
        return statistics.median(ours), statistics.median(floor)


async def _rate(write: Write) -> float:
    async def some(first: int) -> None:
        for number in range(first, WRITES, WRITERS):
            await write(number)

    began = time.perf_counter()
    await asyncio.gather(*(some(first) for first in range(WRITERS)))
    return WRITES / (time.perf_counter() - began)


if __name__ == "__main__":
    for line in ledger_lines():
        print(f"{line.ours:.0f} writes a second, {line.ratio:.2f} of {line.against}")
