"""What a file of the register that comes late says of schools: it held from the day of the file until the next one's.

The fields as they are now stay as they are. What held before the file is taken up again by the next file that speaks of
a field: by a change of that day which comes before all others of it, so that no change that is kept needs another word.
"""

# ruff: noqa: S608 - statements are put together from names of ours; every value is bound

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from inspection.domain.register import BODY, CLOSED, CLOSURE, LISTING_ONLY, REGISTER_ONLY, SHARED
from inspection.imports.kinds import repository
from inspection.imports.kinds.model import Provenance, Warnings
from inspection.imports.kinds.packing import number_array
from inspection.imports.kinds.register_sql import keep_closures
from inspection.schools.history_sql import IN_ORDER

REGISTER: Final = "gias-establishments"
LISTING: Final = "ofsted-latest-inspections"
KINDS: Final = (LISTING, REGISTER)
_ANY, _ITS_OWN, _LISTING = "any", "its own", "listing"

_LISTED: Final = tuple(name for name in LISTING_ONLY if name != "missing_since")
_SPOKEN: Final = {
    LISTING: dict.fromkeys(SHARED, _ANY) | dict.fromkeys(_LISTED, _ITS_OWN),
    REGISTER: dict.fromkeys(SHARED, _ANY) | dict.fromkeys(REGISTER_ONLY, _ITS_OWN) | dict.fromkeys(_LISTED, _LISTING),
}
"""The fields that each kind of file speaks of, and whose next word on a field counts: that of any kind, or its own.

Of those of Ofsted's file the register tells, by its silence, that they were not known before the first of these files.
"""


def _listed(fields: Collection[str], alias: str | None = None) -> str:
    return ", ".join(f"{alias}.{name}" if alias else name for name in fields)


def _names(fields: Collection[str]) -> str:
    return "(" + ", ".join(f"'{name}'" for name in fields) + ")"


# on one day the register is believed; what it leaves blank says nothing, and of a school that has closed it says that
_SAID: Final = {
    LISTING: f"(f.speaks = '{_ITS_OWN}' OR i.urn NOT IN (SELECT urn FROM shown_that_day))",
    REGISTER: f"CASE WHEN f.speaks = '{_LISTING}' THEN s.known_since > :as_at"
    f" ELSE f.value IS NOT NULL OR f.field IN {_names(BODY)} END"
    f" AND (i.status <> '{CLOSED}' OR f.field NOT IN {_names(SHARED)})",
}


def _statement(kind: str) -> str:
    fields = ", ".join(
        f"('{name}', '{speaks}', {'NULL' if speaks == _LISTING else f'to_jsonb(i.{name})'}, to_jsonb(s.{name}))"
        for name, speaks in _SPOKEN[kind].items()
    )
    return f"""
WITH
    shown_that_day AS MATERIALIZED (
        SELECT t.urn
        FROM sightings g JOIN sources f ON f.id = g.source_id
        CROSS JOIN LATERAL unnest(g.urns) AS t (urn)
        WHERE f.name = '{REGISTER}' AND f.as_at = :as_at),
    words AS MATERIALIZED (
        SELECT i.urn, f.field, f.speaks, f.value, f.now,
            CASE WHEN f.field IN {_names(REGISTER_ONLY)} THEN e.known_since ELSE s.known_since END AS since
        FROM incoming i
        JOIN schools s ON s.urn = i.urn
        LEFT JOIN establishments e ON e.urn = i.urn
        CROSS JOIN LATERAL (VALUES {fields}) AS f (field, speaks, value, now)
        WHERE f.field <> ALL(CAST(:left AS text[])) AND {_SAID[kind]}),
    listing AS MATERIALIZED (
        SELECT DISTINCT ON (l.urn, k.speaks) l.urn, k.speaks, f.as_at, f.id
        FROM (
            SELECT t.urn, g.source_id, false AS closed FROM sightings g CROSS JOIN LATERAL unnest(g.urns) AS t (urn)
            UNION ALL
            SELECT urn, source_id, false FROM schools
            UNION ALL
            SELECT urn, source_id, status = '{CLOSED}' FROM establishments) l
        JOIN sources f ON f.id = l.source_id
        CROSS JOIN LATERAL (VALUES ('{_ANY}'), ('{_ITS_OWN}'), ('{_LISTING}')) AS k (speaks)
        WHERE f.as_at > :as_at AND CASE k.speaks
            WHEN '{_ANY}' THEN NOT l.closed AND f.name = ANY(:kinds)
            WHEN '{_ITS_OWN}' THEN f.name = :kind ELSE f.name = '{LISTING}' END
        ORDER BY l.urn, k.speaks, f.as_at, f.name = '{REGISTER}' DESC, f.id),
    later AS MATERIALIZED (
        SELECT DISTINCT ON (c.urn, c.field) c.urn, c.field, c.as_at, c.before
        FROM school_changes c JOIN incoming i ON i.urn = c.urn
        WHERE c.as_at > :as_at
        ORDER BY c.urn, c.field, {IN_ORDER.format("c")}),
    told AS (
        SELECT w.urn, w.field, w.value, w.since, o.stood, n.id AS next_id, least(n.as_at, l.as_at) AS until
        FROM words w
        LEFT JOIN later l ON l.urn = w.urn AND l.field = w.field
        CROSS JOIN LATERAL (SELECT CASE WHEN l.urn IS NULL THEN w.now ELSE l.before END) AS o (stood)
        JOIN listing n ON n.urn = w.urn AND n.speaks = CASE
            WHEN w.speaks = '{_ANY}' AND o.stood IS NULL AND w.field NOT IN {_names(BODY)} THEN '{_LISTING}'
            ELSE w.speaks END
        WHERE w.value IS DISTINCT FROM o.stood),
    kept AS (
        INSERT INTO school_changes (urn, as_at, field, before, after, source_id, comes_first)
        SELECT urn, :as_at, field, stood, value, :source, false FROM told WHERE since <= :as_at
        UNION ALL
        SELECT urn, until, field, value, stood, next_id, true FROM told)
SELECT DISTINCT urn FROM told ORDER BY urn"""


_TELL: Final = {kind: _statement(kind) for kind in KINDS}


class Staged(NamedTuple):
    """Packed rows of a table, in these columns."""

    table: str
    columns: Sequence[str]
    rows: Sequence[str]


def is_late(connection: Connection, kind: str, as_at: date) -> bool:
    """Tell whether a file of the register, of either kind, has been loaded for a later day than this one's."""
    query = "SELECT EXISTS (SELECT FROM sources WHERE name = ANY(:kinds) AND as_at > :as_at)"
    return kind in KINDS and bool(connection.scalar(text(query), {"kinds": list(KINDS), "as_at": as_at}))


def warn(connection: Connection, source: Provenance, warnings: Warnings) -> None:
    """Warn where a file of the same kind for a later day has been loaded: the day may be mistyped."""
    newest = connection.scalar(text("SELECT max(as_at) FROM sources WHERE name = :kind"), {"kind": source.name})
    if newest is not None and newest > source.as_at:
        told = f"A file of this kind for {newest:%Y-%m-%d} has been loaded: this one tells of {source.as_at:%Y-%m-%d}"
        warnings.add("older_than_loaded", f"{told} and the days until the next file, and of nothing later.")


def tell(connection: Connection, staged: Staged, source: Provenance, left: Collection[str]) -> list[int]:
    """Keep what a file says of schools that files for later days speak of too; of the columns `left` it says nothing.

    Return the schools of which it says otherwise than was known of its day.
    """
    if not staged.rows:
        return []
    repository.stage(connection, *staged)
    values = {"source": source.id, "kind": source.name, "kinds": list(KINDS), "as_at": source.as_at, "left": [*left]}
    return list(connection.scalars(text(_TELL[source.name]), values))


_ADD_CLOSED: Final = f"""
INSERT INTO schools
    (urn, {_listed(SHARED)}, {_listed((*CLOSURE, *REGISTER_ONLY))}, content_hash, source_id, known_since)
SELECT i.urn, {_listed(SHARED, "i")}, {_listed((*CLOSURE, *REGISTER_ONLY), "e")}, ''::bytea, :source, :as_at
FROM incoming i JOIN establishments e ON e.urn = i.urn
WHERE i.status <> '{CLOSED}' AND e.status = '{CLOSED}' AND NOT EXISTS (SELECT FROM schools s WHERE s.urn = i.urn)
ORDER BY i.urn RETURNING urn"""


def add_closed(connection: Connection, staged: Staged, source: Provenance) -> list[int]:
    """Add the schools that an extract of the register shows open, and that newer ones told as closed alone."""
    repository.stage(connection, *staged)
    values = {"source": source.id, "as_at": source.as_at}
    added = list(connection.scalars(text(_ADD_CLOSED), values))
    keep_closures(connection, added, source)
    return added


def known_earlier(connection: Connection, table: str, urns: Collection[int], source: Provenance) -> None:
    """Let rows of a table be known since the day of a file that lists them, where that is earlier than was known."""
    query = f"UPDATE {table} SET known_since = :as_at WHERE known_since > :as_at AND urn = ANY(CAST(:urns AS int[]))"
    connection.execute(text(query), {"urns": number_array(urns), "as_at": source.as_at})
