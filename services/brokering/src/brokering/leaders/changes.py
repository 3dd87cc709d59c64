"""The trail of a leader's record: who changed what, from what to what. Entries are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

from brokering.models.leader_records import LeaderChange
from shared.auth.principal import Principal
from shared.ids import new_id

CHANGES: Table = LeaderChange.metadata.tables["leader_changes"]
Values = Mapping[str, Any]


def entry(
    principal: Principal, leader_id: UUID, subject: tuple[str, UUID], before: Values | None, after: Values | None
) -> dict[str, Any]:
    """Return the row of a change: of two documents only what differs is kept."""
    if before is not None and after is not None:
        names = [name for name in after if before.get(name) != after[name]]
        before, after = {name: before.get(name) for name in names}, {name: after[name] for name in names}
    return {
        "id": new_id(),
        "leader_id": leader_id,
        "subject": subject[0],
        "subject_id": subject[1],
        "action": "added" if before is None else "removed" if after is None else "changed",
        "before": to_jsonable_python(before),
        "after": to_jsonable_python(after),
        "by": principal.subject,
        "role": principal.role,
        "org": str(principal.org),
    }


async def record(session: AsyncSession, entries: Sequence[Values]) -> None:
    """Add changes to the trail, in the transaction that makes them; one that changed nothing is left out."""
    told = [dict(each) for each in entries if each["action"] != "changed" or each["after"]]
    if told:
        await session.execute(insert(CHANGES), told)
