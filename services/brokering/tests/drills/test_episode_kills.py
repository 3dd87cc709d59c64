"""The same episode with kill -9 of the serving process at every step: nothing lost, nothing doubled.

`make test` kills at three steps that the seed chooses; `make drill` at every step, with several seeds.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from services.brokering.tests.support_server import Server, serving
from services.brokering.tests.support_thread import STEPS, Step, Thread
from services.brokering.tests.support_world import Steps, World

from shared.testing.drill import FULL
from shared.testing.plugin import DatabaseUrls

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1800)]

SEEDS = range(5) if FULL else range(1)
KILLS = len(STEPS) if FULL else 3
MOST_SECONDS = 0.06  # of the delay before a kill: about what a step takes


@pytest.fixture
def server(urls: DatabaseUrls) -> Iterator[Server]:
    with serving(urls) as made:
        yield made


class Fire:
    """Sends each step once with a key, kills while it is under way, and sends it again until it is answered."""

    def __init__(self, server: Server, rng: random.Random) -> None:
        self.server = server
        self.rng = rng

    async def send(self, url: str, body: dict[str, Any], token: dict[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.server.url, timeout=30) as client:
            return await client.post(url, json=body, headers=token)

    async def under_fire(self, url: str, body: dict[str, Any], token: dict[str, str]) -> httpx.Response:
        keyed = {**token, "Idempotency-Key": str(uuid.uuid4())}
        first = asyncio.create_task(self.send(url, body, keyed))
        await asyncio.wait({first}, timeout=self.rng.uniform(0.0, MOST_SECONDS))
        await asyncio.to_thread(self.server.kill)
        await asyncio.gather(first, return_exceptions=True)
        await asyncio.to_thread(self.server.start)
        async with asyncio.timeout(30):
            while True:
                answer = await self.send(url, body, keyed)
                if "retry-after" not in answer.headers:
                    return answer


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_is_lost_or_doubled(steps: Steps, world: World, server: Server, seed: int) -> None:
    rng = random.Random(seed)
    fire = Fire(server, rng)
    killed_at = set(rng.sample([step.name for step in STEPS], KILLS))
    thread = await Thread.begin(steps)
    for step in STEPS:
        await _take(thread, step, fire, kill=step.name in killed_at)
    thread.check_end()


async def _take(thread: Thread, step: Step, fire: Fire, *, kill: bool) -> None:
    if FULL:
        await thread.refusals(step, fire.send)
    url, body = thread.request(step)
    send = fire.under_fire if kill else fire.send
    thread.took(step, await send(url, body, thread.tokens()[step.parties[0]]))
    await thread.repeated(step, fire.send)
