"""A service's application in this process, on an event loop in a thread of its own: callers stay synchronous."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI

from shared.testing.client import client_of

T = TypeVar("T")
TIMEOUT = 60.0


class Running:
    """The application and a client of it. Every call is made on the one loop that its connections belong to."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        self.app = app
        self.client = client
        self._loop = loop

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the application's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(TIMEOUT)

    def send(
        self, method: str, target: str, headers: Mapping[str, str | bytes] | None = None, body: bytes | None = None
    ) -> httpx.Response:
        """Send one request; `target` is a path with its query, percent-encoded already."""
        names = [(name.encode(), _bytes(value)) for name, value in (headers or {}).items()]
        request = self.client.build_request(method, f"http://service.test{target}", headers=names, content=body)
        return self.call(self.client.send(request))


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")


@asynccontextmanager
async def _served(app: FastAPI) -> AsyncIterator[Running]:
    async with client_of(app) as client:
        yield Running(app, client, asyncio.get_running_loop())


@contextmanager
def running(app: FastAPI) -> Iterator[Running]:
    """Start an application, and end it with the loop it ran on."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=f"loop of {app.title}", daemon=True)
    thread.start()
    stop = asyncio.Event()
    started: asyncio.Future[Running] = loop.create_future()

    async def serve() -> None:
        async with _served(app) as service:
            started.set_result(service)
            await stop.wait()

    async def until_started() -> Running:
        return await started

    serving = asyncio.run_coroutine_threadsafe(serve(), loop)
    try:
        yield asyncio.run_coroutine_threadsafe(until_started(), loop).result(TIMEOUT)
    finally:
        loop.call_soon_threadsafe(stop.set)
        serving.result(TIMEOUT)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(TIMEOUT)
        loop.close()
