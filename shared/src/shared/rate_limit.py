"""How fast one client may ask: so many requests a minute of each process, told in the headers of every answer.

Headers as in draft-ietf-httpapi-ratelimit-headers-10. The count is kept in memory: it stops a client that has run wild
without a word to the database; fairness between clients over all pods is the gateway's.
"""

import math
import time
from collections import Counter
from collections.abc import Callable

from fastapi import Request

from shared.auth.authenticator import principal_of
from shared.errors import TooManyRequests, Unauthenticated

WINDOW_SECONDS = 60.0


class RateLimiter:
    """Counts requests by client in windows of a minute; what it remembers is forgotten with the window."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = per_minute
        self._clock = clock
        self._began = clock()
        self._taken: Counter[str] = Counter()
        self._policy = f'"client";q={per_minute};w={WINDOW_SECONDS:.0f}'

    def take(self, client: str) -> dict[str, str]:
        """Count one request and return the headers that tell where the client stands; raises TooManyRequests."""
        now = self._clock()
        if now - self._began >= WINDOW_SECONDS:
            self._began = now
            self._taken.clear()
        self._taken[client] += 1
        left = self._limit - self._taken[client]
        seconds = math.ceil(self._began + WINDOW_SECONDS - now)
        headers = {"RateLimit-Policy": self._policy, "RateLimit": f'"client";r={max(left, 0)};t={seconds}'}
        if left < 0:
            raise TooManyRequests(
                f"A client may send {self._limit} requests a minute; go on in {seconds} seconds.",
                headers={**headers, "Retry-After": str(seconds)},
            )
        return headers


async def count_request(request: Request) -> None:
    """Count a request against its client: the token's, or without one that holds the address (a FastAPI dependency)."""
    limiter: RateLimiter = request.app.state.rate_limiter
    address = request.client.host if request.client else ""
    try:
        principal = await principal_of(request)
    except Unauthenticated:
        limiter.take(address)
        raise
    client = f"{principal.client_id} {principal.subject}" if principal else address
    request.scope["state"]["rate_limit"] = limiter.take(client)
