"""The worker's part: due reminders become events."""

import asyncio
from typing import Final

from shared.clock import today
from shared.db.session import Database
from triage.watch_list import repository

REMINDER_DUE: Final = "triage.reminder.due"
LOOK_EVERY_SECONDS: Final = 30.0
BATCH: Final = 500


async def raise_due_reminders(database: Database) -> None:
    """Look for due reminders for as long as the process runs."""
    while True:
        await raise_once(database)
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def raise_once(database: Database) -> int:
    """Raise all reminders that are due; return how many."""
    raised = 0
    while True:
        async with database.system_session() as session:
            found = await repository.raise_due(session, today(), REMINDER_DUE, BATCH)
        raised += found
        if found < BATCH:
            return raised
