"""The trail of inspections: written with each step, and read together with what files changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.audit import repository, table
from inspection.domain.changes import Change, changes
from inspection.drafts import repository as drafts
from inspection.drafts import rules
from inspection.inspections import repository as inspections
from inspection.inspections.service import made_because, source_document, succession
from inspection.inspectorate import is_inspectorate
from inspection.problems import InspectionNotFound
from inspection.publications.content import content_of
from inspection.rows import Row
from inspection.trust_inspections import repository as trust_inspections
from shared.auth import Principal
from shared.pagination import CursorKey, PageParameters, page_of
from shared.responses import page_response

Document = dict[str, Any]

LOADED: Final = "loaded"


@dataclass(frozen=True, slots=True)
class Entry:
    """One step on an inspection; a confidential one is seen by the organisation that took it alone."""

    inspection_id: UUID
    step: str
    changes: Sequence[Change] = ()
    reason: str | None = None
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class TrustInspectionRef:
    """An inspection of a trust, on the day that it is asked for."""

    trust_uid: str
    id: UUID
    day: date


async def record(session: AsyncSession, principal: Principal, entry: Entry) -> None:
    """Write an entry in the transaction of the step itself."""
    await record_step(session, principal.subject, entry, orgs=[str(principal.org)] if entry.confidential else None)


async def record_step(session: AsyncSession, by: str, entry: Entry, orgs: Sequence[str] | None = None) -> None:
    """Write an entry about a step that was taken, or caused, by this subject; `orgs` alone see it where given."""
    await repository.add(
        session,
        {
            "inspection_id": entry.inspection_id,
            "by": by,
            "step": entry.step,
            "reason": entry.reason,
            "changes": [change.document() for change in entry.changes],
            "orgs": orgs,
        },
    )


async def of_inspection(
    request: Request, session: AsyncSession, principal: Principal, inspection_id: UUID, page: PageParameters
) -> Response:
    """Answer with the trail of an inspection, newest first; steps before publication for the inspectorate alone."""
    await drafts.bind_organisation(session, principal)
    reads = await session.connection()
    current = await inspections.find(reads, inspection_id)
    if current is None and is_inspectorate(principal):
        current = await inspections.find_stored(reads, inspection_id)
    written = [_written(row) for row in await repository.entries(session, inspection_id)]
    if current is None and not (written and is_inspectorate(principal)):
        raise InspectionNotFound(f"There is no inspection {inspection_id}.")
    versions = [current, *await inspections.earlier_versions(reads, inspection_id)] if current else []
    return _answer(request, [*written, *_loaded(versions)], page)


async def of_trust_inspection(
    request: Request, session: AsyncSession, principal: Principal, of: TrustInspectionRef, page: PageParameters
) -> Response:
    """Answer with the trail of an inspection of a trust, newest first, as that of a school's."""
    await drafts.bind_organisation(session, principal)
    reads = await session.connection()
    held: object = await trust_inspections.find(reads, of.trust_uid, of.id, of.day)
    if held is None and is_inspectorate(principal):
        held = await trust_inspections.versions(reads, of.trust_uid, of.id)
        held = held or await drafts.find(session, of.id, trust_uid=of.trust_uid)
    if not held:
        raise InspectionNotFound(f"There is no inspection {of.id} of this trust.")
    return _answer(request, [_written(row) for row in await repository.entries(session, of.id)], page)


def _answer(request: Request, entries: list[tuple[CursorKey, Document]], page: PageParameters) -> Response:
    trail = sorted(entries, key=lambda each: each[0], reverse=True)
    if table.wants_all(request):
        return table.whole(request, [document for _, document in trail])
    after = page.key(str, int)
    rest = trail if after is None else [each for each in trail if each[0] < (str(after[0]), after[1])]
    total = len(trail) if page.include_total else None
    body = page_of(request, page, rest[: page.limit + 1], lambda each: each[0], total=total)
    return page_response(request, {**body, "data": [document for _, document in body["data"]]})


def _written(row: Row) -> tuple[CursorKey, Document]:
    names = ("at", "by", "step", "reason", "changes")
    return _place(row["at"], row["id"]), {**{name: row[name] for name in names}, "source": None}


def _loaded(versions: Sequence[Row]) -> Iterator[tuple[CursorKey, Document]]:
    """Yield what files brought, of versions newest first; what was written here has entries of its own."""
    for version, before in succession(versions):
        if version["source_name"] is None:
            continue
        old = rules.audited(content_of(before)) if before else {}
        told = [change.document() for change in changes(old, rules.audited(content_of(version)))]
        at, by = version["source_loaded_at"], version["source_sent_by"]
        reason = made_because(version, before)
        document = {"at": at, "by": by, "step": LOADED, "reason": reason, "changes": told}
        yield _place(at, version["version"]), {**document, "source": source_document(version)}


def _place(at: datetime, number: int) -> CursorKey:
    return (at.isoformat(), number)
