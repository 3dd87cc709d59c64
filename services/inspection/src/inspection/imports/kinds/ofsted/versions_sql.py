"""Statements on the versions of inspections that files told, for a file that comes late."""

# ruff: noqa: S608 - statements are put together from names of ours; every value is bound

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from inspection.imports.kinds import told_sql
from inspection.imports.kinds.model import Provenance
from inspection.imports.kinds.ofsted.late import Next, Repeated, Told
from inspection.imports.kinds.ofsted.merging import KEPT, Stored
from inspection.imports.kinds.packing import written
from inspection.inspections.standing_sql import NEXT_VERSION

_MADE_ON: Final = "CAST(CAST(v.content ->> 'recorded_at' AS timestamptz) AT TIME ZONE 'UTC' AS date)"
_DOCUMENTS: Final = {"judged_on"}


def told(connection: Connection, inspections: Mapping[UUID, Stored]) -> dict[UUID, list[Told]]:
    """Return of each of these inspections what was told of it, by day and version, as it is stored now last."""
    if not inspections:
        return {}
    rows = connection.execute(
        text(
            f"SELECT v.inspection_id, s.as_at, {_MADE_ON}, v.version, v.content"
            " FROM inspection_versions v LEFT JOIN sources s ON s.id = v.source_id WHERE v.inspection_id = ANY(:ids)"
            f" ORDER BY coalesce(s.as_at, {_MADE_ON}), v.version"
        ),
        {"ids": list(inspections)},
    )
    found: dict[UUID, list[Told]] = {}
    for inspection_id, as_at, made_on, version, content in rows:
        earlier = _stored(inspections[inspection_id], content)._replace(as_at=as_at, made_on=made_on)
        found.setdefault(inspection_id, []).append(Told(as_at or made_on, version, earlier))
    for inspection_id, stored in inspections.items():
        day = stored.as_at or stored.made_on
        assert day is not None  # noqa: S101 - told by a file, or made here
        found.setdefault(inspection_id, []).append(Told(day, None, stored))
    return found


def _stored(now: Stored, content: Mapping[str, Any]) -> Stored:
    kept = tuple(_written(name, content.get(name)) for name in KEPT)
    digest = bytes.fromhex(content["content_hash"].removeprefix("\\x"))
    return now._replace(
        number=content["number"],
        starts_on=content["starts_on"],
        kind=content["kind"],
        content_hash=digest,
        kept=kept,
    )


def _written(name: str, value: Any) -> str | None:
    if name in _DOCUMENTS:
        return orjson.dumps(value).decode() if value else None
    return written(value)


_FOLLOWING: Final = """
WITH
    later AS MATERIALIZED (
        SELECT s.id, s.as_at, g.urns, g.passed
        FROM sightings g JOIN sources s ON s.id = g.source_id
        WHERE s.name = :kind AND s.as_at > :as_at),
    passed AS MATERIALIZED (SELECT later.id AS source_id, p.id FROM later CROSS JOIN LATERAL unnest(passed) AS p (id))
SELECT DISTINCT ON (i.id) i.id, later.as_at, later.id
FROM later
CROSS JOIN LATERAL unnest(later.urns) AS t (urn)
JOIN inspections i ON i.urn = t.urn AND i.id = ANY(:ids)
LEFT JOIN passed ON passed.source_id = later.id AND passed.id = i.id
WHERE passed.id IS NULL
ORDER BY i.id, later.as_at, later.id DESC"""


def following(connection: Connection, ids: Collection[UUID], source: Provenance) -> dict[UUID, Next]:
    """Return of each of these inspections the first file of this kind, for a later day, that tells of it."""
    values = {"kind": source.name, "as_at": source.as_at, "ids": list(ids)}
    rows = connection.execute(text(_FOLLOWING), values)
    return {inspection_id: Next(day, source_id) for inspection_id, day, source_id in rows}


_NUMBER: Final = f"greatest(i.version + 1, {NEXT_VERSION})"
_KEEP_NOW: Final = """
INSERT INTO inspection_versions (inspection_id, version, content, reason, source_id)
SELECT id, version, to_jsonb(i), 'newer_file', source_id FROM inspections i WHERE id = ANY(:ids)"""
_ADD: Final = f"""
INSERT INTO inspection_versions (inspection_id, version, content, reason, source_id)
SELECT i.id, {_NUMBER}, CAST(:content AS jsonb), 'older_file', :source FROM inspections i WHERE i.id = :id"""
_REPEAT: Final = f"""
INSERT INTO inspection_versions (inspection_id, version, content, reason, source_id)
SELECT i.id, {_NUMBER}, v.content, 'newer_file', :source
FROM inspections i JOIN inspection_versions v ON v.inspection_id = i.id AND v.version = :version
WHERE i.id = :id"""
_REPEAT_NOW: Final = f"UPDATE inspections i SET version = {NEXT_VERSION}, source_id = :source WHERE i.id = :id"


def told_earlier(connection: Connection, ids: Collection[UUID], source_id: int) -> None:
    """Let the only version of these inspections be that of an older file, which was the first to tell it."""
    if ids:
        query = "UPDATE inspections SET source_id = :source WHERE id = ANY(:ids)"
        connection.execute(text(query), {"ids": list(ids), "source": source_id})


def keep(connection: Connection, ids: Collection[UUID]) -> None:
    """Keep the versions of these inspections that are in force now, before others take their place."""
    connection.execute(text(_KEEP_NOW), {"ids": list(ids)})


def recall(
    connection: Connection,
    inspection_id: UUID,
    content: Mapping[str, Any],
    source_id: int,
    repeated: Repeated | None,
) -> None:
    """Keep what an older file said as one more version, in force from that file's date, before what is repeated."""
    is_now = repeated is not None and repeated.told.version is None
    if is_now:
        keep(connection, [inspection_id])
    values = {"id": inspection_id, "content": orjson.dumps(content).decode(), "source": source_id}
    connection.execute(text(_ADD), values)
    told_sql.recalled_inspection(connection, inspection_id)
    if repeated is not None:
        again = {"id": inspection_id, "source": repeated.source_id}
        if is_now:
            connection.execute(text(_REPEAT_NOW), again)
        else:
            connection.execute(text(_REPEAT), {**again, "version": repeated.told.version})
