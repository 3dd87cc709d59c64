"""Holds an offer until the responsible body, if it was asked, has been heard or its time is over."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from brokering.conflict_checks import repository
from brokering.conflict_checks.errors import BodyNotHeard, BodyObjects


async def refuse_unheard(session: AsyncSession, need_id: UUID, leader_id: UUID, today: date) -> None:
    """Raise BodyObjects where the responsible body objects to the pair, BodyNotHeard while it has time to answer."""
    for row in await repository.of_pair(session, need_id, leader_id):
        if row["state"] == "objected":
            raise BodyObjects(f"The responsible body objects: {row['answer']['reason']}")
        if row["state"] == "waiting" and today <= row["due_on"]:
            raise BodyNotHeard(f"The responsible body was asked, and may answer until {row['due_on']}.")
