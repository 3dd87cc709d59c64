"""A circuit breaker: what fails again and again is not asked for a while."""

import time
from collections.abc import Callable


class CircuitBreaker:
    """Opens after `failures` failures in a row; `reset_seconds` later one probe decides whether it closes again."""

    def __init__(
        self, failures: int = 5, reset_seconds: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = failures
        self._reset_seconds = reset_seconds
        self._clock = clock
        self._failures = 0
        self._closed_until_probe: float | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether calls are refused at this moment."""
        return self._closed_until_probe is not None and (self._probing or self._clock() < self._closed_until_probe)

    def enter(self) -> bool:
        """Ask for leave to call; every leave given must be followed by `succeeded`, `failed` or `abandoned`."""
        if self.is_open:
            return False
        self._probing = self._closed_until_probe is not None
        return True

    def succeeded(self) -> None:
        """The call was answered."""
        self._failures = 0
        self._closed_until_probe = None
        self._probing = False

    def failed(self) -> None:
        """The call was not answered, or the other service said that it cannot."""
        self._failures += 1
        if self._probing or self._failures >= self._limit:
            self._closed_until_probe = self._clock() + self._reset_seconds
        self._probing = False

    def abandoned(self) -> None:
        """The caller went away before there was an answer: it tells nothing of the other service."""
        self._probing = False
