"""Statements of the load of Ofsted's file."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from inspection.imports.kinds import repository, told_sql
from inspection.imports.kinds.ofsted import blocks, judgements, register
from inspection.imports.kinds.ofsted.merging import KEPT, Stored
from inspection.imports.kinds.packing import number_array, written
from inspection.inspections.standing_sql import NEXT_VERSION

_TOLD_OTHERWISE = {"grades", "judged_on"}
SCHOOL_COLUMNS = (*register.COLUMNS, "content_hash", "source_id", "missing_since", "register_source_id", "overlaid")
CONTENT_COLUMNS = (*blocks.COLUMNS, *judgements.COLUMNS, "content_hash", "source_id")
_TOLD = tuple(name for name in (*blocks.COLUMNS, *judgements.COLUMNS, "version") if name not in _TOLD_OTHERWISE)
_KEPT = ", ".join(f"i.{name}::text" if name == "judged_on" else f"i.{name}" for name in KEPT)
_FIRST_KEPT = Stored._fields.index("kept")
INSPECTION_COLUMNS = ("id", "urn", *CONTENT_COLUMNS)


class KnownSchool(NamedTuple):
    """What is known of a school's row in the register: `as_at` of the newest of Ofsted's files that listed it."""

    content_hash: bytes
    as_at: date
    missing: bool


def lock_inspections(connection: Connection) -> None:
    """Keep others from publishing an inspection while a file is merged; reading goes on."""
    connection.execute(text("LOCK TABLE inspections IN SHARE ROW EXCLUSIVE MODE"))


def known_schools(connection: Connection, urns: Collection[int], kind: str) -> dict[int, KnownSchool]:
    """Return what is known of these schools; of one that the register alone has named, any file says something new."""
    rows = connection.execute(
        text(
            "SELECT h.urn, h.content_hash, s.as_at, h.missing_since IS NOT NULL, s.name = :kind"
            " FROM schools h JOIN sources s ON s.id = h.source_id WHERE h.urn = ANY(CAST(:urns AS int[]))"
        ),
        {"urns": number_array(urns), "kind": kind},
    )
    return {
        urn: KnownSchool(bytes(digest), as_at if listed else date.min, missing)
        for urn, digest, as_at, missing, listed in rows
    }


def known_inspections(connection: Connection, urns: Collection[int]) -> dict[int, list[Stored]]:
    """Return what is stored of these schools' inspections, by URN."""
    rows = connection.execute(
        text(
            f"SELECT i.id, i.urn, i.number, i.starts_on::text, i.kind, i.content_hash, s.as_at, {_KEPT}"  # noqa: S608 - names of ours
            " FROM inspections i LEFT JOIN sources s ON s.id = i.source_id WHERE i.urn = ANY(CAST(:urns AS int[]))"
        ),
        {"urns": number_array(urns)},
    )
    known: dict[int, list[Stored]] = {}
    for row in rows:
        known.setdefault(row[1], []).append(Stored._make([*row[:_FIRST_KEPT], tuple(map(written, row[_FIRST_KEPT:]))]))
    return known


def published_here(connection: Connection, ids: Collection[UUID], as_at: date) -> dict[UUID, Any]:
    """Return the judgements of inspections that were published here, as they have stood since `as_at` at the latest."""
    rows = connection.execute(
        text(
            "SELECT id, overall, category_of_concern, safeguarding, grades FROM inspections"
            " WHERE id = ANY(:ids) AND source_id IS NULL AND CAST(recorded_at AT TIME ZONE 'UTC' AS date) <= :as_at"
        ),
        {"ids": list(ids), "as_at": as_at},
    )
    return {row["id"]: row for row in rows.mappings()}


def refresh_inspections(connection: Connection, packed: Sequence[str], corrected: Collection[UUID]) -> list[int]:
    """Change inspections, keeping the version before of those `corrected`; return the schools of which any differs."""
    _keep_versions(connection, corrected)
    repository.stage(connection, "inspections", INSPECTION_COLUMNS, packed)
    changes = ", ".join(f"{name} = n.{name}" for name in CONTENT_COLUMNS)
    differing = connection.scalars(
        text(
            f"WITH written AS (UPDATE inspections i SET {changes},"  # noqa: S608 - names of ours
            f" version = CASE WHEN i.id = ANY(:corrected) THEN {NEXT_VERSION} ELSE i.version END"
            " FROM incoming n WHERE n.id = i.id RETURNING i.*)"
            f" {told_sql.of_written_inspections(_TOLD)} RETURNING urn"
        ),
        {"corrected": list(corrected)},
    )
    return list(differing)


def _keep_versions(connection: Connection, ids: Collection[UUID]) -> None:
    connection.execute(
        text(
            "INSERT INTO inspection_versions (inspection_id, version, content, reason, source_id)"
            " SELECT id, version, to_jsonb(i), 'newer_file', source_id FROM inspections i WHERE id = ANY(:ids)"
        ),
        {"ids": list(ids)},
    )


_RECALL = text(
    f"""
    INSERT INTO inspection_versions (inspection_id, version, content, reason, source_id)
    SELECT i.id, greatest(i.version + 1, {NEXT_VERSION}), CAST(:content AS jsonb), 'older_file', :source
    FROM inspections i WHERE i.id = :id AND NOT EXISTS (
        SELECT FROM inspection_versions v WHERE v.inspection_id = i.id AND v.content ->> 'content_hash' = :digest)
    """  # noqa: S608 - names of ours
)


def recall(connection: Connection, inspection_id: UUID, content: Mapping[str, Any], source_id: int) -> bool:
    """Keep what an older file said as one more version, in force from that file's date; False where it is known."""
    values = {
        "id": inspection_id,
        "content": orjson.dumps(content).decode(),
        "digest": content["content_hash"],
        "source": source_id,
    }
    if not connection.execute(_RECALL, values).rowcount:
        return False
    told_sql.recalled_inspection(connection, inspection_id)
    return True


def newest_as_at(connection: Connection, kind: str) -> date | None:
    """Return the date of the newest file of this kind that was loaded."""
    newest: date | None = connection.scalar(text("SELECT max(as_at) FROM sources WHERE name = :kind"), {"kind": kind})
    return newest


def listed(connection: Connection, kind: str) -> set[int]:
    """Return the schools that a file of this kind listed and none has marked as missing."""
    urns: str | None = connection.scalar(  # one value of them all: to fetch a row for each takes five times as long
        text(
            "SELECT string_agg(h.urn::text, ' ') FROM schools h JOIN sources s ON s.id = h.source_id AND s.name = :kind"
            " WHERE h.missing_since IS NULL"
        ),
        {"kind": kind},
    )
    return {*map(int, (urns or "").split())}
