"""The SQL of drafts. Row-level security shows them to the organisation that is bound, which is the inspectorate."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.rows import Row
from inspection.schools.history_sql import schools_then
from shared.auth import Principal

_COLUMNS: Final = """
    d.id, d.urn, d.trust_uid, d.number, d.state, d.content, d.created_by, d.created_at, d.changed_by, d.changed_at"""
_SELECT: Final = f"SELECT {_COLUMNS} FROM inspection_drafts d"


@dataclass(frozen=True, slots=True)
class Subject:
    """What an inspection is of: a school or a trust."""

    urn: int | None = None
    trust_uid: str | None = None

    def path(self, inspection_id: UUID) -> str:
        """Return where an inspection of it is to be had."""
        root = "/v1" if self.trust_uid is None else f"/v1/trusts/{self.trust_uid}"
        return f"{root}/inspections/{inspection_id}"


_BIND: Final = text("SELECT set_config('app.organisation', :organisation, true)")


async def bind_organisation(session: AsyncSession, principal: Principal) -> None:
    """Tell the database, for this transaction only, which organisation asks."""
    await session.execute(_BIND, {"organisation": str(principal.org)})


async def find(
    session: AsyncSession, draft_id: UUID, *, hold: bool = False, trust_uid: str | None = None
) -> Row | None:
    """Return a draft about a school, or one about a trust; with `hold` it is ours till the end."""
    lock = " FOR UPDATE OF d" if hold else ""
    about = "d.urn IS NOT NULL" if trust_uid is None else "d.trust_uid = :trust_uid"
    sql = f"{_SELECT} WHERE d.id = :id AND {about}{lock}"
    found = await session.execute(text(sql), {"id": draft_id, "trust_uid": trust_uid})
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


@dataclass(frozen=True, slots=True)
class DraftFilters:
    """What a list of drafts is narrowed by; None leaves a filter out. `about`: school or trust."""

    state: str | None = None
    about: str | None = None


_MATCHES: Final = (
    "(CAST(:state AS text) IS NULL OR d.state = :state)"
    " AND (CAST(:about AS text) IS NULL OR (d.trust_uid IS NULL) = (:about = 'school'))"
)


async def page(session: AsyncSession, filters: DraftFilters, *, after: UUID | None, limit: int) -> Sequence[Row]:
    """Return up to `limit` drafts, newest first."""
    rows = await session.execute(
        text(
            f"{_SELECT} WHERE {_MATCHES} AND (CAST(:after AS uuid) IS NULL OR d.id < :after)"
            " ORDER BY d.id DESC LIMIT :limit"
        ),
        {**asdict(filters), "after": after, "limit": limit},
    )
    return [dict(row) for row in rows.mappings()]


async def count(session: AsyncSession, filters: DraftFilters) -> int:
    """Count the drafts."""
    sql = f"SELECT count(*) FROM inspection_drafts d WHERE {_MATCHES}"
    return int(await session.scalar(text(sql), asdict(filters)) or 0)


async def add(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Store a new draft."""
    await session.execute(
        text(
            "INSERT INTO inspection_drafts (id, urn, trust_uid, number, content, created_by, changed_by, tenancy_orgs)"
            " VALUES (:id, :urn, :trust_uid, :number, CAST(:content AS jsonb), :by, :by, :orgs)"
        ),
        {**values, "content": orjson.dumps(values["content"]).decode()},
    )


_WRITTEN_AS: Final = text(
    "SELECT id FROM inspection_drafts WHERE (urn = :urn OR trust_uid = :trust_uid) AND number = :number AND id <> :but"
)


async def written_as(session: AsyncSession, subject: Subject, number: str | None, but: UUID) -> UUID | None:
    """Return another draft about this school or trust that has this number."""
    found: UUID | None = await session.scalar(_WRITTEN_AS, {**asdict(subject), "number": number, "but": but})
    return found


async def change(session: AsyncSession, draft_id: UUID, content: Mapping[str, Any], by: str) -> None:
    """Store what a draft says now."""
    await session.execute(
        text(
            "UPDATE inspection_drafts SET content = CAST(:content AS jsonb), number = :number, changed_by = :by,"
            " changed_at = now() WHERE id = :id"
        ),
        {"id": draft_id, "content": orjson.dumps(content).decode(), "number": content["number"], "by": by},
    )


async def move(session: AsyncSession, draft_id: UUID, state: str, by: str) -> None:
    """Store the state that a draft is in now."""
    await session.execute(
        text("UPDATE inspection_drafts SET state = :state, changed_by = :by, changed_at = now() WHERE id = :id"),
        {"id": draft_id, "state": state, "by": by},
    )


async def remove(session: AsyncSession, draft_id: UUID) -> None:
    """Take a draft away: it was discarded, or published."""
    await session.execute(text("DELETE FROM inspection_drafts WHERE id = :id"), {"id": draft_id})


_FACTS: Final = "s.low_age, s.high_age, s.sixth_form, s.open_date, s.close_date"
_SCHOOL: Final = {
    False: text(f"SELECT {_FACTS} FROM schools s WHERE urn = :urn"),
    True: text(f"SELECT {_FACTS} FROM {schools_then(one=True)} s"),
}


async def school(session: AsyncSession, urn: int, as_of: date | None = None) -> Row | None:
    """Return the facts of a school that the rules look at, of today or of a day; None where it was not known then."""
    row = (await session.execute(_SCHOOL[as_of is not None], {"urn": urn, "as_of": as_of})).mappings()
    found = row.one_or_none()
    return None if found is None else dict(found)


_PUBLISHED: Final = {
    True: text("SELECT true FROM inspections WHERE id = :id"),
    False: text("SELECT true FROM trust_inspections WHERE id = :id AND trust_uid = :trust_uid LIMIT 1"),
}


async def is_published(session: AsyncSession, inspection_id: UUID, trust_uid: str | None = None) -> bool:
    """Tell whether an inspection, of a school or of this trust, is published."""
    return bool(await session.scalar(_PUBLISHED[trust_uid is None], {"id": inspection_id, "trust_uid": trust_uid}))


_THE_SAME: Final = text(
    "SELECT id, number FROM inspections WHERE urn = :urn AND (number = :number OR"
    " (number IS NULL OR CAST(:number AS text) IS NULL) AND starts_on = :starts_on AND kind = :kind)"
    " UNION ALL"
    " SELECT id, number FROM trust_inspections WHERE trust_uid = :trust_uid AND version = 1 AND (number = :number OR"
    " (number IS NULL OR CAST(:number AS text) IS NULL) AND starts_on = :starts_on) LIMIT 1"
)


async def published_as(
    session: AsyncSession, subject: Subject, content: Mapping[str, Any]
) -> tuple[UUID, str | None] | None:
    """Return (id, number) of the published inspection that this is: by number, or where one has none by its start."""
    identity = {name: content[name] for name in ("number", "starts_on", "kind")}
    found = (await session.execute(_THE_SAME, {**asdict(subject), **identity})).one_or_none()
    return None if found is None else (found.id, found.number)


_LATEST_GRADED: Final = """
SELECT framework FROM inspections
WHERE urn = :urn AND evidence AND kind = 'graded' AND starts_on <= :starts_on
    AND coalesce(published_on, starts_on) <= current_date
ORDER BY starts_on DESC, id DESC LIMIT 1"""


async def latest_graded_framework(session: AsyncSession, urn: int, starts_on: object) -> str | None:
    """Return the framework of the graded inspection that stood when another one began."""
    framework: str | None = await session.scalar(text(_LATEST_GRADED), {"urn": urn, "starts_on": starts_on})
    return framework
