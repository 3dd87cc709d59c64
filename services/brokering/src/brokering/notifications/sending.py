"""Sends what is queued, at least once: a notification is leased, handed over, and only then marked as sent."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError

from brokering.clients.mail import Mail, Mailer, MailFailed
from brokering.notifications import repository
from brokering.notifications.messages import filled_in, roles_of
from shared.clock import utc_now
from shared.db.session import Database

EVERY_SECONDS = 2.0
AT_ONCE = 20
LEASE = timedelta(minutes=2)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
GIVES_UP_AFTER = timedelta(days=3)

_log = structlog.get_logger()


class Sender:
    """Sends by one mailer."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    async def send_due(self, database: Database, now: datetime) -> int:
        """Send up to twenty notifications that are due; return how many were taken up."""
        async with database.system_session() as session:
            taken = await repository.lease(session, now, limit=AT_ONCE, lease_for=LEASE)
            known = await repository.addresses(session, [row.recipient for row in taken]) if taken else {}
        for row in taken:
            values = await self._outcome(row, known, now)
            async with database.system_session() as session:
                await repository.write(session, row.id, values)
        return len(taken)

    async def send_forever(self, database: Database) -> None:
        """Look for due notifications every few seconds until cancelled; a database that is away is asked again."""
        while True:
            try:
                taken = await self.send_due(database, utc_now())
            except DBAPIError as error:
                _log.warning("sending_failed", error=type(error).__name__)
                taken = 0
            if taken < AT_ONCE:
                await asyncio.sleep(EVERY_SECONDS)

    async def _outcome(self, row: Row[Any], known: dict[tuple[str, str], str], now: datetime) -> dict[str, Any]:
        address = _address(row.recipient, known)
        if address is None:
            return {"state": "no_contact", "problem": "no contact of the organisation is known"}
        title, text = filled_in(row.kind, row.about)
        try:
            reference = await self._mailer.send(Mail(str(row.id), address, title, text))
        except MailFailed as error:
            return _after_failure(row, error, now)
        return {"state": "sent", "sent_at": now, "reference": reference, "problem": None}


def _address(org: str, known: dict[tuple[str, str], str]) -> str | None:
    roles = roles_of(org.partition(":")[0])
    return next((known[org, role] for role in roles if (org, role) in known), None)


def _after_failure(row: Row[Any], error: MailFailed, now: datetime) -> dict[str, Any]:
    if not error.again or now - row.created_at >= GIVES_UP_AFTER:
        return {"state": "failed", "problem": error.problem}
    wait = min(FIRST_WAIT * 2 ** min(row.attempts - 1, 20), LONGEST_WAIT)
    return {"problem": error.problem, "next_attempt_at": now + wait}
