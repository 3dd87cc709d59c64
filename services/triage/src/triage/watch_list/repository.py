"""The SQL of watch lists, notes and reminders."""

# ruff: noqa: S608 - statements are put together from fixed fragments; every value is bound

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Principal
from shared.auth.tenancy import visible_sql

_NOTE: Final = "id, urn, author, author_role, private, text, created_at"
_REMINDER: Final = "id, urn, due_on, text, raised_at, created_at"
_LIST = text("SELECT version, urns, updated_at FROM watch_lists WHERE owner = :owner")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('watch list ' || :owner, 0))")
_PUT = text(
    """
    INSERT INTO watch_lists (owner, version, urns) VALUES (:owner, 1, :urns)
    ON CONFLICT (owner) DO UPDATE SET version = watch_lists.version + 1, urns = excluded.urns, updated_at = now()
    """
)
_WATCHED = text(
    """
    SELECT school.urn, school.name, school.region, made.result AS proposed, decided.tier AS decided_tier
    FROM unnest(CAST(:urns AS bigint[])) WITH ORDINALITY AS wanted (urn, place)
    JOIN school_facts AS school ON school.urn = wanted.urn
    LEFT JOIN assessments AS made ON made.urn = school.urn AND made.scheme = :scheme AND made.series = 'current'
        AND made.superseded_at IS NULL
    LEFT JOIN decisions AS decided ON decided.urn = school.urn AND decided.scheme = :scheme
        AND decided.superseded_at IS NULL
    ORDER BY wanted.place
    """
)
_KNOWN = text("SELECT urn, region FROM school_facts WHERE urn = ANY (:urns)")
_ADD_NOTE = text(
    f"""
    INSERT INTO school_notes (id, urn, author, author_role, private, text, tenancy_orgs, tenancy_region)
    VALUES (:id, :urn, :author, :author_role, :private, :text, '{{}}', :region) RETURNING {_NOTE}
    """
)
_ADD_REMINDER = text(
    f"""
    INSERT INTO reminders (id, owner, urn, due_on, text) VALUES (:id, :owner, :urn, :due_on, :text)
    RETURNING {_REMINDER}
    """
)
_REMINDERS = text(
    f"SELECT {_REMINDER} FROM reminders WHERE owner = :owner"
    " AND (CAST(:after AS uuid) IS NULL OR id < :after) ORDER BY id DESC LIMIT :limit"
)
_REMINDERS_COUNT = text("SELECT count(*) FROM reminders WHERE owner = :owner")
_DROP_REMINDER = text("DELETE FROM reminders WHERE id = :id AND owner = :owner RETURNING id")
_RAISE = text(
    """
    WITH due AS (
        SELECT id FROM reminders WHERE due_on <= :on AND raised_at IS NULL ORDER BY due_on, id LIMIT :batch
        FOR UPDATE SKIP LOCKED
    ), raised AS (
        UPDATE reminders SET raised_at = now() FROM due WHERE reminders.id = due.id
        RETURNING reminders.id, reminders.urn, reminders.due_on
    ), told AS (
        INSERT INTO outbox (type, subject, data)
        SELECT :type, urn::text, jsonb_build_object('reminder_id', id, 'urn', urn, 'due_on', due_on) FROM raised
        ORDER BY due_on, id RETURNING 1
    )
    SELECT count(*) FROM raised
    """
)


async def watch_list(session: AsyncSession, owner: str, *, held: bool = False) -> RowMapping | None:
    """Return a person's list; `held` keeps other changes of it waiting."""
    if held:
        await session.execute(_LOCK, {"owner": owner})
    return (await session.execute(_LIST, {"owner": owner})).mappings().one_or_none()


async def put(session: AsyncSession, owner: str, urns: Sequence[int]) -> None:
    """Put a list in the place of the one before."""
    await session.execute(_PUT, {"owner": owner, "urns": list(urns)})


async def watched(session: AsyncSession, urns: Sequence[int], scheme: str) -> Sequence[RowMapping]:
    """Return these schools in their order, with what the client may see of their cases."""
    return (await session.execute(_WATCHED, {"urns": list(urns), "scheme": scheme})).mappings().all()


async def regions(session: AsyncSession, urns: Sequence[int]) -> dict[int, str | None]:
    """Return the regions of those of these schools that are known."""
    return {row.urn: row.region for row in await session.execute(_KNOWN, {"urns": list(urns)})}


async def add_note(session: AsyncSession, values: Mapping[str, Any]) -> RowMapping:
    """Store a note."""
    return (await session.execute(_ADD_NOTE, dict(values))).mappings().one()


def _notes(principal: Principal) -> tuple[str, dict[str, Any]]:
    seen, claims = visible_sql(principal, "note")
    sql = f"FROM school_notes AS note WHERE note.urn = :urn AND {seen} AND (NOT note.private OR note.author = :me)"
    return sql, {**claims, "me": principal.subject}


async def notes(
    session: AsyncSession, principal: Principal, *, urn: int, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return the notes on a school, newest first."""
    found, values = _notes(principal)
    sql = text(
        f"SELECT {_NOTE} {found} AND (CAST(:after AS uuid) IS NULL OR note.id < :after)"
        " ORDER BY note.id DESC LIMIT :limit"
    )
    return (await session.execute(sql, {**values, "urn": urn, "after": after, "limit": limit})).mappings().all()


async def count_notes(session: AsyncSession, principal: Principal, urn: int) -> int:
    """Count the notes on a school."""
    found, values = _notes(principal)
    return int(await session.scalar(text(f"SELECT count(*) {found}"), {**values, "urn": urn}) or 0)


async def add_reminder(session: AsyncSession, values: Mapping[str, Any]) -> RowMapping:
    """Store a reminder."""
    return (await session.execute(_ADD_REMINDER, dict(values))).mappings().one()


async def reminders(session: AsyncSession, owner: str, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    """Return a person's reminders, newest first."""
    return (await session.execute(_REMINDERS, {"owner": owner, "after": after, "limit": limit})).mappings().all()


async def count_reminders(session: AsyncSession, owner: str) -> int:
    """Count a person's reminders."""
    return int(await session.scalar(_REMINDERS_COUNT, {"owner": owner}) or 0)


async def drop_reminder(session: AsyncSession, reminder_id: UUID, owner: str) -> bool:
    """Delete a person's reminder; False where there is none."""
    return await session.scalar(_DROP_REMINDER, {"id": reminder_id, "owner": owner}) is not None


async def raise_due(session: AsyncSession, on: date, kind: str, batch: int) -> int:
    """Tell of reminders that are due, each once, in the transaction that notes it; return how many."""
    return int(await session.scalar(_RAISE, {"on": on, "type": kind, "batch": batch}) or 0)
