"""What the ledger of days takes: writes a second over HTTP, with every cap held."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
from services.brokering.tests.support_server import serving
from services.brokering.tests.support_world import Steps, World, assert_balanced
from tests.bench.table import Line

from shared.db.migrate import upgrade
from shared.testing.plugin import DatabaseUrls
from shared.testing.postgres import TestServer, test_server

SERVICE_DIR = Path(__file__).parents[2] / "services" / "brokering"
TARGET = 200.0  # writes a second
EPISODES = 20
WRITES = 2_000
WRITERS = 16


def ledger_line() -> Line:
    """Half days used and corrected on twenty episodes by sixteen writers at once, to one process of the service."""
    with test_server() as url:
        urls = _database(TestServer(url))
        world = World(urls)
        try:
            with serving(urls, pool_size=WRITERS) as server:
                rate = asyncio.run(_measure(world, server.url))
            assert_balanced(world)
        finally:
            world.close()
    return Line("days ledger, writes over HTTP", "/s", rate, TARGET, "the target", ">= 1")


def _database(server: TestServer) -> DatabaseUrls:
    for role in ("brokering_owner", "brokering_app"):
        server.ensure_role(role)
    name = server.create("brokering_owner")
    urls = DatabaseUrls(server.as_role("brokering_owner", name), server.as_role("brokering_app", name))
    upgrade(SERVICE_DIR, urls.owner, urls.app)
    return urls


async def _measure(world: World, url: str) -> float:
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        steps = Steps(client, world)
        episodes = [await steps.episode(world.match(100000 + number)) for number in range(EPISODES)]
        for episode in episodes:
            await steps.entry(episode, kind="used", days=5)
        turns = [
            (episodes[number % EPISODES], "use_corrected" if number // EPISODES % 2 else "used")
            for number in range(WRITES)
        ]
        began = time.perf_counter()
        await asyncio.gather(*(_write(steps, turns[first::WRITERS]) for first in range(WRITERS)))
        return WRITES / (time.perf_counter() - began)


async def _write(steps: Steps, turns: list[tuple[str, str]]) -> None:
    for episode, kind in turns:
        await steps.entry(episode, kind=kind, days=0.5)


if __name__ == "__main__":
    print(f"{ledger_line().ours:.0f} writes a second")
