"""Writing the trail of inspections."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from inspection.audit import repository
from inspection.domain.changes import Change
from shared.auth import Principal


@dataclass(frozen=True, slots=True)
class Entry:
    """One step on an inspection; a confidential one is seen by the organisation that took it alone."""

    inspection_id: UUID
    step: str
    changes: Sequence[Change] = ()
    reason: str | None = None
    confidential: bool = False


async def record(session: AsyncSession, principal: Principal, entry: Entry) -> None:
    """Write an entry in the transaction of the step itself."""
    await repository.add(
        session,
        {
            "inspection_id": entry.inspection_id,
            "by": principal.subject,
            "step": entry.step,
            "reason": entry.reason,
            "changes": [change.document() for change in entry.changes],
            "orgs": [str(principal.org)] if entry.confidential else None,
        },
    )
