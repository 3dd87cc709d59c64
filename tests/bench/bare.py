"""The rival of a read or a write: an ASGI application and a driver, nothing between.

`uvicorn tests.bench.bare:application`
"""

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
WRITE = """
    WITH moved AS (UPDATE bare_accounts SET entries = entries + 1 WHERE id = %s RETURNING id)
    INSERT INTO bare_entries (account, entry) SELECT id, %s FROM moved RETURNING entry
"""

pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[bytes]]] = AsyncConnectionPool(
    os.environ.get("BARE_DATABASE_URL", ""), min_size=4, max_size=10, open=False, kwargs={"autocommit": True}
)


async def application(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer `GET /<id>` with the stored bytes; for `POST /<id>` count and store the body, and answer with it."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    key = int(scope["path"].rsplit("/", 1)[1])
    asked = (QUERY, (key,)) if scope["method"] == "GET" else (WRITE, (key, await _body(receive)))
    async with pool.connection() as connection:
        cursor = await connection.execute(*asked, binary=True)
        row = await cursor.fetchone()
    body = row[0] if row else b"{}"
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


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
