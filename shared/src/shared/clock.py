"""The one place that asks the machine for the time."""

from collections.abc import Callable
from datetime import UTC, date, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the current time in UTC, with its zone."""
    return datetime.now(UTC)


async def request_time() -> datetime:
    """Return the current time for a request (a dependency that is not async would be sent to a thread)."""
    return utc_now()


async def request_day() -> date:
    """Return the current date in UTC for a request; async for the reason that `request_time` gives."""
    return today()


def today() -> date:
    """Return the current date in UTC."""
    return utc_now().date()
