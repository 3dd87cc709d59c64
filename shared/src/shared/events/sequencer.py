"""The sequencer gives every committed outbox row the ticket under which the feed serves it.

A cursor over `id` would skip rows: a transaction that took a lower id may commit later. A ticket is taken after the
commit, one sequencer at a time, so whoever has read up to a ticket has read all there will ever be below it. It waits
for no transaction but the writer's own. It needs READ COMMITTED: the numbering statement must see what
the holder of the lock before it committed, so it is a statement of its own after the lock is held.
"""

import asyncio
import logging
import time
from typing import Final

from prometheus_client import Counter, Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.hot_reads import HotReads
from shared.db.session import DATABASE_LOST, Database
from shared.events.waiting import Pace, pause

BATCH: Final = 1000
"""Rows numbered in one transaction, at most."""

_LOCK_KEY: Final = 7_311_052_846_190_377
"""The advisory lock of the sequencer; a constant of this schema, local to one database."""

_BUSY_SECONDS: Final = 0.01
_IDLE_SECONDS: Final = 0.04
_MEASURE_EVERY_SECONDS: Final = 5.0
_RETRY_SECONDS: Final = 0.5
_SETTLE_SECONDS: Final = 2.0

_LOCK = text("SELECT pg_try_advisory_xact_lock(:key)")
_NUMBER = text(
    """
    WITH waiting AS MATERIALIZED (
        SELECT id FROM outbox WHERE pos IS NULL ORDER BY id LIMIT :batch FOR UPDATE
    ), numbered AS MATERIALIZED (
        SELECT id, nextval('outbox_pos_seq') AS pos FROM (SELECT id FROM waiting ORDER BY id) AS in_order
    )
    UPDATE outbox SET pos = numbered.pos FROM numbered WHERE outbox.id = numbered.id
    """
)
_LAST_WAITING: Final = "SELECT max(id) AS answer FROM outbox WHERE pos IS NULL"
_FIRST_WAITING: Final = "SELECT min(id) AS answer FROM outbox WHERE pos IS NULL"
_OLDEST_AGE: Final = """
    SELECT CAST(extract(epoch FROM clock_timestamp() - created_at) AS double precision) AS answer
    FROM outbox WHERE pos IS NULL ORDER BY id LIMIT 1
"""

_log = logging.getLogger(__name__)
_oldest = Gauge("outbox_oldest_unnumbered_seconds", "Age of the oldest committed outbox row that has no ticket yet")
_numbered = Counter("outbox_numbered", "Outbox rows numbered by this process")


async def number(engine: AsyncEngine) -> int | None:
    """Number up to BATCH waiting rows; return how many, or None when another sequencer holds the lock."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="READ COMMITTED")
        async with connection.begin():
            if not (await connection.execute(_LOCK, {"key": _LOCK_KEY})).scalar_one():
                return None
            result = await connection.execute(_NUMBER, {"batch": BATCH})
    _numbered.inc(result.rowcount)
    return int(result.rowcount)


async def settle(database: Database, *, within: float = _SETTLE_SECONDS) -> bool:
    """See to it that every row committed before the call has its ticket; False when that took longer than `within`.

    Where another sequencer is at work this waits for it, else it does the work.
    """
    last = await _ask(database.polls, _LAST_WAITING)
    deadline = time.monotonic() + within
    while last is not None:
        if await number(database.numbering) is None:
            await asyncio.sleep(_BUSY_SECONDS / 2)
        first = await _ask(database.polls, _FIRST_WAITING)
        if first is None or first > last:
            return True
        if time.monotonic() > deadline:
            return False
    return True


async def _ask(polls: HotReads, question: str) -> float | None:
    row = (await polls.fetch(question)).first()
    return None if row is None else row["answer"]


async def oldest_unnumbered_seconds(polls: HotReads) -> float:
    """Return the age, in seconds, of the oldest row that waits for its ticket; 0 when none waits."""
    return float(await _ask(polls, _OLDEST_AGE) or 0.0)


class Sequencer:
    """The loop that numbers rows: often while there are some, less often while there are none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._measured = 0.0
        self._failing = False
        self._pace = Pace(busy=_BUSY_SECONDS, idle=_IDLE_SECONDS)

    async def run(self, stop: asyncio.Event) -> None:
        """Number rows until `stop` is set; a database that goes away is waited for."""
        while not stop.is_set():
            await pause(stop, await self._step())

    async def _step(self) -> float:
        try:
            count = await self._number_if_waiting()
            await self._measure()
        except DATABASE_LOST:
            if not self._failing:
                _log.warning("the sequencer lost its database and keeps trying", exc_info=True)
            self._failing = True
            return _RETRY_SECONDS
        if self._failing:
            _log.info("the sequencer has its database again")
        self._failing = False
        wait = self._pace.after(found=count > 0)
        return 0.0 if count == BATCH else wait

    async def _number_if_waiting(self) -> int:
        if await _ask(self._database.polls, _FIRST_WAITING) is None:
            return 0
        return await number(self._database.numbering) or 0

    async def _measure(self) -> None:
        if time.monotonic() - self._measured < _MEASURE_EVERY_SECONDS:
            return
        _oldest.set(await oldest_unnumbered_seconds(self._database.polls))
        self._measured = time.monotonic()
