"""One episode from need to signed claim through HTTP, each step with its party's token, each refusal included."""

from __future__ import annotations

from typing import Any

import httpx
from services.brokering.tests.support_thread import STEPS, Thread
from services.brokering.tests.support_world import Steps


async def test_from_need_to_signed_claim_and_completion(steps: Steps) -> None:
    async def send(url: str, body: dict[str, Any], token: dict[str, str]) -> httpx.Response:
        return await steps.client.post(url, json=body, headers=token)

    thread = await Thread.begin(steps)
    for step in STEPS:
        await thread.refusals(step, send)
        url, body = thread.request(step)
        thread.took(step, await send(url, body, thread.tokens()[step.parties[0]]))
        await thread.repeated(step, send)
    thread.check_end()
