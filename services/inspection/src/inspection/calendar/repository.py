"""The SQL of publications that are awaited."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncSession

_AWAIT: Final = text(
    "INSERT INTO awaited_publications (inspection_id, urn, trust_uid, seen_from)"
    " VALUES (:inspection_id, :urn, :trust_uid, :seen_from)"
    " ON CONFLICT (inspection_id) DO UPDATE SET seen_from = excluded.seen_from"
)
_AWAIT_LOADED: Final = text(
    "INSERT INTO awaited_publications (inspection_id, urn, seen_from)"
    " SELECT id, urn, coalesce(published_on, starts_on) FROM inspections"
    " WHERE source_id = :source AND coalesce(published_on, starts_on) > current_date"
    " ON CONFLICT (inspection_id) DO UPDATE SET seen_from = excluded.seen_from"
)
_NO_MORE: Final = text("DELETE FROM awaited_publications WHERE inspection_id = :id")
_NEXT: Final = text(
    "SELECT inspection_id, urn, trust_uid FROM awaited_publications WHERE seen_from <= :day"
    " ORDER BY seen_from, inspection_id LIMIT 1"
)
_TAKE: Final = text("DELETE FROM awaited_publications WHERE inspection_id = :id AND seen_from <= :day")


@dataclass(frozen=True, slots=True)
class Awaited:
    """An inspection, of a school or of a trust, that is first to be seen on some day."""

    inspection_id: UUID
    urn: int | None
    trust_uid: str | None


async def await_day(
    session: AsyncSession, inspection_id: UUID, seen_from: date, *, urn: int | None = None, trust_uid: str | None = None
) -> None:
    """Note the day from which an inspection is to be seen."""
    about: dict[str, Any] = {"urn": urn, "trust_uid": trust_uid}
    await session.execute(_AWAIT, {"inspection_id": inspection_id, "seen_from": seen_from, **about})


def await_loaded(connection: Connection, source_id: int) -> None:
    """Note the inspections of a file that are not to be seen yet."""
    connection.execute(_AWAIT_LOADED, {"source": source_id})


async def await_no_more(session: AsyncSession, inspection_id: UUID) -> bool:
    """Forget the day of an inspection; True where it was awaited, and so has not been told of."""
    forgotten = await session.execute(_NO_MORE, {"id": inspection_id})
    return bool(getattr(forgotten, "rowcount", 0))


async def next_due(session: AsyncSession, day: date) -> Awaited | None:
    """Return the first inspection that is to be seen by this day and has not been told of."""
    row = (await session.execute(_NEXT, {"day": day})).one_or_none()
    return None if row is None else Awaited(row.inspection_id, row.urn, row.trust_uid)


async def take(session: AsyncSession, inspection_id: UUID, day: date) -> bool:
    """Take an inspection off the list; False where another process has, or where its day was changed."""
    taken = await session.execute(_TAKE, {"id": inspection_id, "day": day})
    return bool(getattr(taken, "rowcount", 0))
