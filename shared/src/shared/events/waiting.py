"""Waiting that ends early when the process is told to stop, and waits that grow while something is down."""

import asyncio
import random
from typing import Final


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait `seconds`, or less when `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


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
