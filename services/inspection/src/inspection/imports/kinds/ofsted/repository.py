"""Statements of the load of Ofsted's file."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from inspection.imports.kinds import repository, told_sql
from inspection.imports.kinds.model import Provenance
from inspection.imports.kinds.ofsted import blocks, judgements, register, versions_sql
from inspection.imports.kinds.ofsted.merging import KEPT, Stored
from inspection.imports.kinds.packing import number_array, written
from inspection.inspections.standing_sql import NEXT_VERSION, STANDING, STOOD

_TOLD_OTHERWISE = {"grades", "judged_on"}
SCHOOL_COLUMNS = (*register.COLUMNS, "content_hash", "source_id", "missing_since", "register_source_id", "overlaid")
CONTENT_COLUMNS = (*blocks.COLUMNS, *judgements.COLUMNS, "content_hash", "source_id")
_TOLD = tuple(name for name in (*blocks.COLUMNS, *judgements.COLUMNS, "version") if name not in _TOLD_OTHERWISE)
_KEPT = ", ".join(f"i.{name}::text" if name == "judged_on" else f"i.{name}" for name in KEPT)
_JUDGED = ("overall", "category_of_concern", "safeguarding", "grades")
_MADE_ON = "CASE WHEN i.source_id IS NULL THEN CAST(i.recorded_at AT TIME ZONE 'UTC' AS date) END"
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
            f"SELECT i.id, i.urn, i.number, i.starts_on::text, i.kind, i.content_hash, s.as_at, {_KEPT}, {_MADE_ON}"  # noqa: S608 - names of ours
            " FROM inspections i LEFT JOIN sources s ON s.id = i.source_id WHERE i.urn = ANY(CAST(:urns AS int[]))"
        ),
        {"urns": number_array(urns)},
    )
    known: dict[int, list[Stored]] = {}
    for row in rows:
        *told, made_on = row
        kept = tuple(map(written, told[_FIRST_KEPT:]))
        known.setdefault(row[1], []).append(Stored._make([*told[:_FIRST_KEPT], kept, made_on]))
    return known


def published_here(connection: Connection, ids: Collection[UUID], as_at: date) -> dict[UUID, Any]:
    """Return the judgements of inspections that were published here, as they stood on a day.

    As they stand now of those that only a file had told of by then.
    """
    stood = ", ".join(f"CASE WHEN i.source_id IS NULL THEN i.{name} ELSE now.{name} END AS {name}" for name in _JUDGED)
    rows = connection.execute(
        text(f"SELECT now.id, {stood} FROM {STANDING} WHERE now.id = ANY(:ids) AND {STOOD}"),  # noqa: S608 - fragments of ours
        {"ids": list(ids), "as_of": as_at},
    )
    return {row["id"]: row for row in rows.mappings()}


def refresh_inspections(connection: Connection, packed: Sequence[str], corrected: Collection[UUID]) -> list[int]:
    """Change inspections, keeping the version before of those `corrected`; return the schools of which any differs.

    Of the others what is added belongs to the version that there is: it stays that of the file which told it first.
    """
    versions_sql.keep(connection, corrected)
    repository.stage(connection, "inspections", INSPECTION_COLUMNS, packed)
    changes = ", ".join(f"{name} = n.{name}" for name in CONTENT_COLUMNS if name != "source_id")
    differing = connection.scalars(
        text(
            f"WITH written AS (UPDATE inspections i SET {changes},"  # noqa: S608 - names of ours
            f" (version, source_id) = (SELECT CASE WHEN c THEN {NEXT_VERSION} ELSE i.version END,"
            " CASE WHEN c THEN n.source_id ELSE i.source_id END FROM (SELECT i.id = ANY(:corrected)) AS x (c))"
            " FROM incoming n WHERE n.id = i.id RETURNING i.*)"
            f" {told_sql.of_written_inspections(_TOLD)} RETURNING urn"
        ),
        {"corrected": list(corrected)},
    )
    return list(differing)


def is_late(connection: Connection, source: Provenance) -> bool:
    """Tell whether a file of this kind for a later day has been loaded."""
    newest = newest_as_at(connection, source.name)
    return newest is not None and newest > source.as_at


def missing_earlier(connection: Connection, listed: Collection[int], source: Provenance) -> list[int]:
    """Let schools that newer files miss be missing since this one, which does not list them either; return them."""
    return list(
        connection.scalars(
            text(
                "UPDATE schools h SET missing_since = :as_at FROM sources s WHERE s.id = h.source_id"
                " AND h.missing_since > :as_at AND s.name = :kind AND s.as_at < :as_at"
                " AND h.urn <> ALL(CAST(:listed AS int[])) RETURNING h.urn"
            ),
            {"kind": source.name, "as_at": source.as_at, "listed": number_array(listed)},
        )
    )


def next_whole(connection: Connection, source: Provenance) -> Provenance | None:
    """Return the first whole file of this kind for a later day."""
    row = connection.execute(
        text(
            "SELECT source_id, as_at FROM imports WHERE kind = :kind AND as_at > :as_at AND row_digests IS NOT NULL"
            " ORDER BY as_at, source_id LIMIT 1"
        ),
        {"kind": source.name, "as_at": source.as_at},
    ).one_or_none()
    return None if row is None else Provenance(row.source_id, source.name, row.as_at)


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
