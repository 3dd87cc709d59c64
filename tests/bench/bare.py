"""The rival of a read: an ASGI application and a driver, nothing between. `uvicorn tests.bench.bare:application`."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
QUERY = "SELECT body FROM bare_documents WHERE id = %s"

pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[bytes]]] = AsyncConnectionPool(
    os.environ.get("BARE_DATABASE_URL", ""), min_size=4, max_size=10, open=False, kwargs={"autocommit": True}
)


async def application(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer `/<id>` with the stored bytes."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    async with pool.connection() as connection:
        cursor = await connection.execute(QUERY, (int(scope["path"].rsplit("/", 1)[1]),), binary=True)
        row = await cursor.fetchone()
    body = row[0] if row else b"{}"
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await pool.open(wait=True)
        else:
            await pool.close()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
