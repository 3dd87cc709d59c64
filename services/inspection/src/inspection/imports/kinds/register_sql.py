"""Changes of schools' register fields: made for many at once, and each field's change kept with what it was before."""

# ruff: noqa: S608 - statements are put together from names of ours; every value is bound

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from inspection.domain.register import BODY, CLOSED, CLOSURE, KEPT, REGISTER_ONLY, SHARED
from inspection.imports.kinds import repository
from inspection.imports.kinds.model import Provenance
from inspection.imports.kinds.packing import number_array

REGISTER: Final = "gias-establishments"


def _names(fields: Iterable[str], alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in fields)


def _document(fields: Iterable[str], alias: str) -> str:
    return "jsonb_build_object(" + ", ".join(f"'{name}', {alias}.{name}" for name in fields) + ")"


def _shared(alias: str) -> str:
    """Return the fields both sources have, as `alias` has them or, where `newer` holds, the register (`e`)."""
    return ", ".join(
        f"CASE WHEN newer THEN {f'e.{name}' if name in BODY else f'coalesce(e.{name}, {alias}.{name})'}"
        f" ELSE {alias}.{name} END AS {name}"
        for name in SHARED
    )


def _said(name: str) -> str:
    return f"n.{name}" if name in BODY else f"coalesce(n.{name}, target.{name})"


_LIST = ", ".join(SHARED)
_NEWER = f"e.status <> '{CLOSED}' AND (spoke.name = '{REGISTER}' OR word.as_at >= spoke.as_at)"
_SET = (*SHARED, *CLOSURE, *REGISTER_ONLY, "register_source_id", "source_id")
_SETTLED = f"""
SELECT s.urn, {_shared("s")}, {_names((*CLOSURE, *REGISTER_ONLY), "e")},
    CASE WHEN spoke.name <> '{REGISTER}' AND word.as_at >= spoke.as_at THEN e.source_id END AS register_source_id,
    CASE WHEN spoke.name = '{REGISTER}' THEN e.source_id ELSE s.source_id END AS source_id,
    newer AND spoke.name <> '{REGISTER}' AS overlaid
FROM schools s
JOIN establishments e ON e.urn = s.urn
JOIN sources spoke ON spoke.id = s.source_id
JOIN sources word ON word.id = e.source_id
CROSS JOIN LATERAL (SELECT {_NEWER} AS newer) AS which
WHERE CAST(:urns AS int[]) IS NULL OR s.urn = ANY(CAST(:urns AS int[]))"""

_SETTLE = f"""
UPDATE schools AS target
SET ({", ".join(_SET)}) = ({_names(_SET, "n")}),
    overlaid = CASE WHEN n.overlaid AND ({_names(SHARED, "target")}) IS DISTINCT FROM ({_names(SHARED, "n")})
        THEN coalesce(target.overlaid, {_document(SHARED, "target")}) ELSE target.overlaid END
FROM ({_SETTLED}) n
WHERE target.urn = n.urn AND ({_names(_SET, "target")}) IS DISTINCT FROM ({_names(_SET, "n")})"""

_OVERLAY_INCOMING = f"""
UPDATE incoming AS target
SET ({_LIST}) = ({_names(SHARED, "n")}), status = n.status, register_source_id = n.register_source_id,
    overlaid = CASE WHEN n.newer AND ({_names(SHARED, "target")}) IS DISTINCT FROM ({_names(SHARED, "n")})
        THEN {_document(SHARED, "target")} END
FROM (
    SELECT i.urn, which.newer, {_shared("i")}, e.status,
        CASE WHEN word.as_at >= :as_at THEN e.source_id END AS register_source_id
    FROM incoming i
    JOIN establishments e ON e.urn = i.urn
    JOIN sources word ON word.id = e.source_id
    CROSS JOIN LATERAL (SELECT e.status <> '{CLOSED}' AND word.as_at >= :as_at AS newer) AS which) n
WHERE target.urn = n.urn"""

# the register showed them open later than this file, before it told that they have closed
_KEEP_SHOWN_LATER = f"""
UPDATE incoming AS target
SET ({_LIST}) = ({_names(SHARED, "s")}), overlaid = coalesce(target.overlaid, {_document(SHARED, "target")})
FROM schools s
WHERE s.urn = target.urn AND s.status = '{CLOSED}' AND EXISTS (
    SELECT FROM sightings g JOIN sources f ON f.id = g.source_id
    WHERE f.name = '{REGISTER}' AND f.as_at >= :as_at AND s.urn = ANY(g.urns))"""

# a closure holds from its own day on; what the register told for the first time was not nothing before
_RECORD = f"""
    changed AS (
        SELECT written.urn, written.status, written.close_date, f.field, f.before, f.after
        FROM written
        JOIN schools b ON b.urn = written.urn
        CROSS JOIN LATERAL (VALUES
            {", ".join(f"('{name}', to_jsonb(b.{name}), to_jsonb(written.{name}))" for name in KEPT)}
        ) AS f (field, before, after)
        WHERE f.before IS DISTINCT FROM f.after),
    recorded AS (
        INSERT INTO school_changes (urn, as_at, field, before, after, source_id)
        SELECT c.urn,
            CASE WHEN c.field = ANY(CAST(:closure AS text[])) AND c.status = '{CLOSED}' AND c.close_date < :as_at
                THEN c.close_date ELSE :as_at END,
            c.field, c.before, c.after, :source
        FROM changed c LEFT JOIN establishments e ON e.urn = c.urn
        WHERE :keep AND NOT coalesce(
            c.before IS NULL AND e.known_since = :as_at AND c.field = ANY(CAST(:register_only AS text[])), false)
        ORDER BY c.urn, c.field)
SELECT DISTINCT urn FROM changed ORDER BY urn"""


def _write(connection: Connection, update: str, source: Provenance, *, keep: bool = True, **values: Any) -> list[int]:
    """Run an update of `schools AS target`, keep what changed unless told otherwise, and return the schools changed."""
    statement = f"WITH written AS ({update} RETURNING {_names(('urn', *KEPT), 'target')}), {_RECORD}"
    parameters = {
        "source": source.id,
        "as_at": source.as_at,
        "closure": list(CLOSURE),
        "register_only": list(REGISTER_ONLY),
        "keep": keep,
        **values,
    }
    return list(connection.scalars(text(statement), parameters))


def _any(connection: Connection, condition: str) -> bool:
    """Tell whether a condition holds of any school: to ask so is much quicker than to join thousands of URNs."""
    return bool(connection.scalar(text(f"SELECT EXISTS (SELECT FROM schools WHERE {condition})")))


def settle(connection: Connection, source: Provenance) -> list[int]:
    """Give all schools what the register says, where its word counts; return those that changed."""
    return _write(connection, _SETTLE, source, urns=None)


def complete(connection: Connection, created: Collection[int], source: Provenance) -> None:
    """Give schools that have just been added what the register said of them before; that is no change.

    But for a closure on a later day than the file's that lists them.
    """
    if created and connection.scalar(text("SELECT EXISTS (SELECT FROM establishments)")):
        _write(connection, _SETTLE, source, keep=False, urns=number_array(created))
        keep_closures(connection, created, source)


_KEEP_CLOSURES = f"""
INSERT INTO school_changes (urn, as_at, field, before, after, source_id)
SELECT s.urn, coalesce(s.close_date, word.as_at), f.field, f.before, f.after, e.source_id
FROM schools s
JOIN establishments e ON e.urn = s.urn
JOIN sources word ON word.id = e.source_id
CROSS JOIN LATERAL (VALUES
    ('status', to_jsonb('open'::text), to_jsonb(s.status)), ('close_date', NULL, to_jsonb(s.close_date))
) AS f (field, before, after)
WHERE s.urn = ANY(CAST(:urns AS int[])) AND s.status = '{CLOSED}' AND coalesce(s.close_date, word.as_at) > :as_at
    AND f.before IS DISTINCT FROM f.after AND NOT EXISTS (
        SELECT FROM school_changes c WHERE c.urn = s.urn AND c.field = 'status' AND c.as_at > :as_at)
ORDER BY s.urn, f.field"""


def keep_closures(connection: Connection, urns: Collection[int], source: Provenance) -> None:
    """Keep that these schools closed after the day of a file that shows them open, where that was not known of them."""
    connection.execute(text(_KEEP_CLOSURES), {"urns": number_array(urns), "as_at": source.as_at})


_OPEN_LAST = f"""
UPDATE schools AS target
SET ({_LIST}) = ({", ".join(_said(name) for name in SHARED)}),
    overlaid = CASE WHEN EXISTS (SELECT FROM sources s WHERE s.id = target.source_id AND s.name <> '{REGISTER}')
        THEN coalesce(target.overlaid, {_document(SHARED, "target")}) END
FROM incoming n JOIN sources late ON late.id = :source
WHERE target.urn = n.urn AND target.status = '{CLOSED}' AND n.status <> '{CLOSED}'
    AND NOT EXISTS (SELECT FROM sources s WHERE s.id = target.source_id AND s.as_at > late.as_at)
    AND NOT EXISTS (
        SELECT FROM sightings g JOIN sources s ON s.id = g.source_id
        WHERE s.name = ANY(:kinds) AND s.as_at > late.as_at AND target.urn = ANY(g.urns))"""


def open_last(connection: Connection, source: Provenance, kinds: Collection[str]) -> list[int]:
    """Give schools that have closed what the extract staged, the last that shows them open, says of them."""
    return _write(connection, _OPEN_LAST, source, kinds=list(kinds))


def rewrite(connection: Connection, columns: Sequence[str], rows: Sequence[str], source: Provenance) -> list[int]:
    """Change schools to what Ofsted's file says, but for fields of which the register's word is newer.

    Return the schools of which any field differs.
    """
    if not rows:
        return []
    repository.stage(connection, "schools", columns, rows)
    connection.execute(text(_OVERLAY_INCOMING), {"as_at": source.as_at})
    connection.execute(text(_KEEP_SHOWN_LATER), {"as_at": source.as_at})
    changes = ", ".join(f"{name} = incoming.{name}" for name in columns if name != "urn")
    return _write(
        connection,
        f"UPDATE schools AS target SET {changes} FROM incoming WHERE target.urn = incoming.urn",
        source,
    )


def restore(connection: Connection, urns: Collection[int], source: Provenance, left: Collection[str] = ()) -> list[int]:
    """Take back the register's word on schools that a newer file repeats as it had them; return those that changed.

    Of the columns `left` the file says nothing.
    """
    if not urns or not _any(connection, "register_source_id IS NOT NULL"):
        return []
    spoken = [name for name in SHARED if name not in left]
    return _write(
        connection,
        f"""
        UPDATE schools AS target
        SET ({", ".join(spoken)}) = ({_names(spoken, "n")}), overlaid = NULL, register_source_id = NULL
        FROM (
            SELECT s.urn, {_names(spoken, "was")}
            FROM schools s
            JOIN sources word ON word.id = s.register_source_id
            CROSS JOIN LATERAL jsonb_populate_record(s, s.overlaid) AS was
            WHERE word.as_at < :as_at AND s.urn = ANY(CAST(:urns AS int[]))) n
        WHERE target.urn = n.urn""",
        source,
        urns=number_array(urns),
    )


def mark_missing(connection: Connection, urns: Collection[int], source: Provenance) -> None:
    """Note since when these schools are not listed any more."""
    mark = "UPDATE schools AS target SET missing_since = :as_at WHERE target.urn = ANY(CAST(:urns AS int[]))"
    _write(connection, mark, source, urns=number_array(urns))


def found_again(connection: Connection, urns: Collection[int], source: Provenance) -> list[int]:
    """Take the mark from those of these schools that have it, and return them."""
    if not urns or not _any(connection, "missing_since IS NOT NULL"):
        return []
    unmark = (
        "UPDATE schools AS target SET missing_since = NULL"
        " WHERE target.missing_since IS NOT NULL AND target.urn = ANY(CAST(:urns AS int[]))"
    )
    return _write(connection, unmark, source, urns=number_array(urns))
