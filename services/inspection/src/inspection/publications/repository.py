"""The SQL of publication: a published version is added, or kept and followed by the next; none is changed."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.inspections.standing_sql import NEXT_VERSION, VISIBLE
from inspection.rows import Row

_JSON: Final = frozenset({"grades", "judged_on", "narratives"})
_JSONB: Final = frozenset({"evidence_references", "own_judgements"})
_SELECT: Final = "SELECT i.* FROM inspections i"


def _bound(values: Mapping[str, Any]) -> dict[str, Any]:
    documents = _JSON | _JSONB
    return {
        name: orjson.dumps(value).decode() if name in documents and value is not None else value
        for name, value in values.items()
    }


def _mark(name: str) -> str:
    kind = "json" if name in _JSON else "jsonb" if name in _JSONB else None
    return f"CAST(:{name} AS {kind})" if kind else f":{name}"


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store the first published version of an inspection."""
    names = ", ".join(values)
    marks = ", ".join(map(_mark, values))
    await session.execute(
        text(f"INSERT INTO inspections ({names}, recorded_at) VALUES ({marks}, now())"), _bound(values)
    )


async def urn_of(session: AsyncSession, inspection_id: UUID) -> int | None:
    """Return the school that a published inspection is about."""
    urn: int | None = await session.scalar(text("SELECT urn FROM inspections WHERE id = :id"), {"id": inspection_id})
    return urn


async def hold(session: AsyncSession, inspection_id: UUID) -> Row | None:
    """Return a published inspection held till the end of the transaction."""
    found = await session.execute(text(f"{_SELECT} WHERE i.id = :id FOR UPDATE OF i"), {"id": inspection_id})
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


_HOLD_SCHOOL: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def hold_school(session: AsyncSession, urn: int) -> None:
    """Wait for other publications about this school: from now till the end of the transaction it is ours."""
    await session.execute(_HOLD_SCHOOL, {"name": f"publication {urn}"})


_STANDING: Final = f"""
{_SELECT}
WHERE i.urn = :urn AND i.evidence AND i.kind IN ('graded', 'monitoring') AND {VISIBLE}
ORDER BY i.starts_on, i.id
FOR UPDATE OF i"""


async def hold_standing(session: AsyncSession, urn: int) -> list[Row]:
    """Return the graded and monitoring inspections of a school that are to be seen, held till the end."""
    found = await session.execute(text(_STANDING), {"urn": urn})
    return [dict(row) for row in found.mappings()]


_KEEP: Final = text(
    "INSERT INTO inspection_versions (inspection_id, version, content, reason, source_id)"
    " SELECT id, version, to_jsonb(i), :reason, source_id FROM inspections i WHERE id = :id"
)


async def follow(session: AsyncSession, inspection_id: UUID, values: Mapping[str, Any], reason: str) -> int:
    """Keep the present version with the reason it is replaced for, put the next one in its place, return its number."""
    await session.execute(_KEEP, {"id": inspection_id, "reason": reason})
    changes = ", ".join(f"{name} = {_mark(name)}" for name in values)
    version = await session.scalar(
        text(
            f"UPDATE inspections i SET {changes}, version = {NEXT_VERSION}, source_id = NULL, recorded_at = now()"
            " WHERE id = :id RETURNING version"
        ),
        {**_bound(values), "id": inspection_id},
    )
    return int(version)
