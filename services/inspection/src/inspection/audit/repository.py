"""The SQL of the audit of inspections: rows are only ever added."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.rows import Row


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Write one entry."""
    await session.execute(
        text(
            "INSERT INTO inspection_audit (inspection_id, by, step, reason, changes, tenancy_orgs)"
            " VALUES (:inspection_id, :by, :step, :reason, CAST(:changes AS jsonb), :orgs)"
        ),
        {**values, "changes": orjson.dumps(values["changes"]).decode()},
    )


async def entries(session: AsyncSession, inspection_id: UUID) -> Sequence[Row]:
    """Return the entries of an inspection that the bound organisation may see, newest first."""
    rows = await session.execute(
        text(
            "SELECT id, at, by, step, reason, changes FROM inspection_audit"
            " WHERE inspection_id = :id ORDER BY at DESC, id DESC"
        ),
        {"id": inspection_id},
    )
    return [dict(row) for row in rows.mappings()]
