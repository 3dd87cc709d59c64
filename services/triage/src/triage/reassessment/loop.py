"""The worker's loop: looks for marks often, and assesses what it finds until none is left."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import date
from typing import Final

from prometheus_client import Counter, Gauge

from shared.clock import today
from shared.db.session import DATABASE_LOST, Database
from shared.events.waiting import Backoff, Pace
from triage.domain.errors import PolicyInvalid
from triage.reassessment import repository
from triage.reassessment.service import assess_marked, turn_day
from triage.runs.judges import Judges

BUSY_SECONDS: Final = 0.01
IDLE_SECONDS: Final = 0.04
TURN_EVERY_SECONDS: Final = 1.0
"""How soon after midnight, or after a version was brought into force, its change-over begins."""

_log = logging.getLogger(__name__)
_taken = Counter("triage_schools_reassessed", "Schools assessed again by themselves", ["scheme"])
_oldest = Gauge("triage_oldest_school_to_assess_seconds", "Age of the oldest change that is not assessed yet")


class Reassessment:
    """Assesses what changed, beside the runs. `clock` tells the day of the assessments."""

    def __init__(self, database: Database, clock: Callable[[], date] = today) -> None:
        self._database = database
        self._clock = clock
        self._judges = Judges()
        self._broken: set[str] = set()
        self._engine = database.system_engine(pool_size=1)

    async def drain(self) -> int:
        """Assess all that is marked, but for schemes that a run writes to; return how many marks were taken."""
        total = 0
        waiting = await repository.waiting(self._database.polls)
        _oldest.set(max(waiting.values(), default=0))
        for scheme in waiting:
            try:
                total += await self._drain_scheme(scheme)
            except PolicyInvalid:
                self._tell_of(scheme)
        return total

    async def _drain_scheme(self, scheme: str) -> int:
        total = 0
        while taken := await asyncio.to_thread(assess_marked, self._engine, scheme, self._clock(), self._judges):
            _taken.labels(scheme).inc(taken)
            total += taken
            if scheme not in await repository.waiting(self._database.polls):
                break
        return total

    def _tell_of(self, scheme: str) -> None:
        if scheme not in self._broken:
            _log.exception("the version of %s in force cannot be run; its schools wait", scheme)
        self._broken.add(scheme)

    async def turn_day(self) -> int:
        """Mark what a new day or a new version touches; return how many marks were made."""
        return await asyncio.to_thread(turn_day, self._engine, self._clock())

    async def run(self) -> None:
        """Assess for ever; a database that goes away is waited for."""
        backoff, pace, turned = Backoff(), Pace(busy=BUSY_SECONDS, idle=IDLE_SECONDS), float("-inf")
        try:
            while True:
                try:
                    if time.monotonic() - turned > TURN_EVERY_SECONDS:
                        await self.turn_day()
                        turned = time.monotonic()
                    taken = await self.drain()
                except DATABASE_LOST:
                    _log.warning("changed schools cannot be assessed at the moment", exc_info=True)
                    await asyncio.sleep(backoff.next())
                else:
                    backoff.reset()
                    await asyncio.sleep(pace.after(found=taken > 0))
        finally:
            self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._engine.dispose()


async def reassess_what_changed(database: Database) -> None:
    """Be the background work of the worker."""
    await Reassessment(database).run()
