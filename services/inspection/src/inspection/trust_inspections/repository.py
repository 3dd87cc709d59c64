"""The SQL of inspections of trusts: every version is a row, and rows are only ever added."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from inspection.rows import Row, fetch_all, fetch_count, fetch_first

_COLUMNS: Final = "id, version, trust_uid, number, starts_on, published_on, content, made_by, made_at, reason"

# what was published by a day, each inspection in the version of that day
_STANDING: Final = f"""
SELECT DISTINCT ON (id) {_COLUMNS} FROM trust_inspections
WHERE trust_uid = :uid AND published_on <= :day
    AND (version = 1 OR CAST(made_at AT TIME ZONE 'UTC' AS date) <= :day)
ORDER BY id, version DESC"""  # noqa: S608 - made of constants

_ADD: Final = text(
    f"""
    INSERT INTO trust_inspections ({_COLUMNS})
    VALUES (:id, :version, :trust_uid, :number, :starts_on, :published_on, CAST(:content AS jsonb), :made_by, now(),
        :reason)
    """  # noqa: S608 - made of constants
)


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store a version; two at once of one number collide on the key."""
    await session.execute(_ADD, {**values, "content": orjson.dumps(values["content"]).decode()})


async def page(
    reads: AsyncConnection, uid: str, day: date, *, after: tuple[date, UUID] | None, limit: int | None
) -> list[Row]:
    """Return up to `limit` of a trust's inspections (None: all) as they stood on a day, newest first."""
    further = "WHERE (starts_on, id) < (:after_date, :after_id)" if after else ""
    sql = f"SELECT * FROM ({_STANDING}) t {further} ORDER BY starts_on DESC, id DESC LIMIT :limit"  # noqa: S608 - constants
    position = {"after_date": after[0], "after_id": after[1]} if after else {}
    return await fetch_all(reads, sql, {"uid": uid, "day": day, "limit": limit, **position})


async def count(reads: AsyncConnection, uid: str, day: date) -> int:
    """Count a trust's inspections that were published by a day."""
    return await fetch_count(reads, f"SELECT count(*) FROM ({_STANDING}) t", {"uid": uid, "day": day})  # noqa: S608 - constants


async def find(reads: AsyncConnection, uid: str, inspection_id: UUID, day: date) -> Row | None:
    """Return an inspection as it stood on a day."""
    sql = f"SELECT * FROM ({_STANDING}) t WHERE id = :id"  # noqa: S608 - made of constants
    return await fetch_first(reads, sql, {"uid": uid, "id": inspection_id, "day": day})


async def versions(reads: AsyncConnection, uid: str, inspection_id: UUID) -> Sequence[Row]:
    """Return all versions of an inspection, newest first, whether or not they are to be seen yet."""
    sql = f"SELECT {_COLUMNS} FROM trust_inspections WHERE id = :id AND trust_uid = :uid ORDER BY version DESC"  # noqa: S608 - constants
    return await fetch_all(reads, sql, {"uid": uid, "id": inspection_id})
