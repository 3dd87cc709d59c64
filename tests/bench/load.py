"""A small HTTP/1.1 load generator over raw sockets, so that the client costs little beside the server measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from itertools import cycle
from urllib.parse import urlsplit

CONNECTIONS = 16


async def requests_per_second(base_url: str, paths: Sequence[str], headers: Mapping[str, str], seconds: float) -> float:
    """Ask for `paths` in turn on kept connections; successful answers per second. RuntimeError for any other answer."""
    parts = urlsplit(base_url)
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": parts.netloc, **headers}.items())
    requests = [f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode() for path in paths]
    began = time.perf_counter()
    counts = await asyncio.gather(
        *(
            _connection(str(parts.hostname), int(parts.port or 80), requests[at:] + requests[:at], began + seconds)
            for at in range(CONNECTIONS)
        )
    )
    return sum(counts) / (time.perf_counter() - began)


async def _connection(host: str, port: int, requests: Sequence[bytes], deadline: float) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    answered = 0
    try:
        for request in cycle(requests):
            if time.perf_counter() > deadline:
                break
            writer.write(request)
            await _answer(reader)
            answered += 1
    finally:
        writer.close()
    return answered


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.split(b"\r\n", 1)[0].decode())
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at < 0:
        raise RuntimeError("an answer without a length")
    await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
