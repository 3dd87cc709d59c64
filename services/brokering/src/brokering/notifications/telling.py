"""Writes notifications in the transaction of what they tell of; sending them comes afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from brokering.notifications import repository
from brokering.notifications.messages import messages
from shared.ids import new_id

BODIES = ("school:", "trust:", "la:")


async def notify(
    session: AsyncSession,
    kind: str,
    *,
    orgs: Sequence[str],
    region: str | None,
    about: Mapping[str, Any],
    now: datetime,
) -> None:
    """Queue a message of this kind for its parties among the organisations that what it tells of names.

    `about` has the subject's name and ids only: no names of people, and nothing undecided. Unknown kinds tell nobody.
    """
    message = messages().get(kind)
    if message is None:
        return
    recipients = [org for party in message.parties for org in await _organisations(session, party, orgs, region)]
    rows = [
        {
            "id": new_id(),
            "kind": kind,
            "recipient": org,
            "about": dict(about),
            "state": "queued",
            "next_attempt_at": now,
            "created_at": now,
            "tenancy_orgs": [org],
            "tenancy_region": region,
        }
        for org in dict.fromkeys(recipients)
    ]
    await repository.add(session, rows)


async def _organisations(session: AsyncSession, party: str, orgs: Sequence[str], region: str | None) -> Sequence[str]:
    if party == "leader":
        return [org for org in orgs if org.startswith("leader:")][:1]
    if party == "body":
        return [org for org in orgs if org.startswith(BODIES)]
    if party == "partner":
        return await repository.partners_of(session, region)
    return [] if region is None else [f"region:{region}"]
