"""Waiting: it ends early at a stop, is short where much goes on, and grows while something is down."""

import asyncio
import random
import time
from typing import Final

_LIVELY_SECONDS: Final = 1.0


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait `seconds`, or less when `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


class Pace:
    """How long to wait between looks: `busy` seconds up to a second after something was found, else `idle` seconds."""

    def __init__(self, *, busy: float, idle: float) -> None:
        self._busy: Final = busy
        self._idle: Final = idle
        self._found_at = float("-inf")

    def after(self, *, found: bool) -> float:
        """Return how long to wait after a look that found something or nothing."""
        now = time.monotonic()
        if found:
            self._found_at = now
        return self._busy if now - self._found_at < _LIVELY_SECONDS else self._idle


class Backoff:
    """Waits that double from `first` to `most` seconds, each shortened at random by up to a half."""

    def __init__(self, first: float = 0.2, most: float = 10.0) -> None:
        self._first: Final = first
        self._most: Final = most
        self._failures = 0

    def next(self) -> float:
        """Return how long to wait after one more failure."""
        wait = min(self._first * 2.0 ** min(self._failures, 16), self._most)
        self._failures += 1
        return wait * random.uniform(0.5, 1.0)  # noqa: S311 - spreads clients out, guards nothing

    def reset(self) -> None:
        """Begin again with the shortest wait."""
        self._failures = 0
