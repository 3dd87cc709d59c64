"""Periodic work of a worker process, kept running whatever it meets."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from shared.db.session import Database
from shared.events.waiting import Backoff, pause
from shared.idempotency import forget_old_keys

FORGET_EVERY_SECONDS: Final = 3600.0

Work = Callable[[Database], Awaitable[None]]
"""Runs until it is cancelled, or until there is nothing left for it to do."""

_log = logging.getLogger(__name__)


def kept_running(work: Work, database: Database, name: str) -> Callable[[asyncio.Event], Coroutine[Any, Any, None]]:
    """Return a loop that runs `work` until told to stop; work that fails is logged once and begun again."""

    async def loop(stop: asyncio.Event) -> None:
        backoff = Backoff(first=1.0, most=60.0)
        failed: str | None = None
        while not stop.is_set():
            error = await _until_stop(work, database, stop)
            if error is None:
                await stop.wait()
                return
            if failed != type(error).__name__:
                _log.error("the background work %s failed and is begun again", name, exc_info=error)
            failed = type(error).__name__
            await pause(stop, backoff.next())

    return loop


async def _until_stop(work: Work, database: Database, stop: asyncio.Event) -> BaseException | None:
    working = asyncio.ensure_future(work(database))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
    (outcome,) = await asyncio.gather(working, return_exceptions=True)
    return outcome if isinstance(outcome, Exception) else None


async def forget_old_keys_hourly(database: Database) -> None:
    """Delete idempotency keys that are no longer honoured."""
    while True:
        async with database.system_session() as session:
            await forget_old_keys(session)
        await asyncio.sleep(FORGET_EVERY_SECONDS)
