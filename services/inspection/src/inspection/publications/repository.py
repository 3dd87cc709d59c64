"""The SQL of publication: a published version is added, or kept and followed by the next; none is changed."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.rows import Row

_JSON: Final = frozenset({"grades", "judged_on", "narratives"})
_JSONB: Final = frozenset({"evidence_references"})
_SELECT: Final = """
SELECT i.*, s.low_age, s.high_age, s.sixth_form FROM inspections i JOIN schools s ON s.urn = i.urn"""


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


async def hold(session: AsyncSession, inspection_id: UUID) -> Row | None:
    """Return a published inspection with the facts of its school, held till the end of the transaction."""
    found = await session.execute(text(f"{_SELECT} WHERE i.id = :id FOR UPDATE OF i"), {"id": inspection_id})
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


_LATEST_GRADED: Final = f"""
{_SELECT}
WHERE i.urn = :urn AND i.evidence AND i.kind = 'graded' AND i.starts_on <= :starts_on
    AND coalesce(i.published_on, i.starts_on) <= current_date
ORDER BY i.starts_on DESC, i.id DESC LIMIT 1
FOR UPDATE OF i"""


async def hold_latest_graded(session: AsyncSession, urn: int, starts_on: str) -> Row | None:
    """Return the graded inspection that stood when another one began, held till the end of the transaction."""
    found = await session.execute(text(_LATEST_GRADED), {"urn": urn, "starts_on": starts_on})
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


_KEEP: Final = text(
    "INSERT INTO inspection_versions (inspection_id, version, content, reason, source_id)"
    " SELECT id, version, to_jsonb(i), :reason, source_id FROM inspections i WHERE id = :id"
)


async def follow(session: AsyncSession, inspection_id: UUID, values: Mapping[str, Any], reason: str) -> None:
    """Keep the present version with the reason it is replaced for, and put the next one in its place."""
    await session.execute(_KEEP, {"id": inspection_id, "reason": reason})
    changes = ", ".join(f"{name} = {_mark(name)}" for name in values)
    await session.execute(
        text(
            f"UPDATE inspections SET {changes}, version = version + 1, source_id = NULL, recorded_at = now()"
            " WHERE id = :id"
        ),
        {**_bound(values), "id": inspection_id},
    )
