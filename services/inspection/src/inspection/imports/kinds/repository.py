"""Bulk statements that every kind of file needs: COPY in, update from a copy, provenance moved on, events told."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import Connection, text

from inspection.imports.kinds.packing import copy_text, number_array, pack, written
from inspection.schools.stays_sql import told_otherwise

STAY_COLUMNS = ("urn", "trust_uid", "joined_on", "first_seen_on", "left_on", "assumed", "source_id")
_ROWS_AT_ONCE = 4000


def cursor_of(connection: Connection) -> psycopg.Cursor[Any]:
    """Return a cursor of the driver, in the connection's transaction: COPY is not for SQLAlchemy."""
    cursor: psycopg.Cursor[Any] = connection.connection.cursor()  # type: ignore[assignment]  # psycopg is the only driver
    return cursor


def insert(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[str]) -> None:
    """Add packed rows."""
    waiting = iter(rows)
    block = [*islice(waiting, _ROWS_AT_ONCE)]
    if not block:
        return
    with (
        cursor_of(connection) as cursor,
        cursor.copy(_statement(f"COPY {table} ({', '.join(columns)}) FROM STDIN")) as copy,
    ):
        while block:
            copy.write(copy_text(block))
            block = [*islice(waiting, _ROWS_AT_ONCE)]


def stage(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[str]) -> None:
    """Put packed rows into the temporary table `incoming`, with these columns of a table; it lasts till the commit."""
    connection.execute(text("DROP TABLE IF EXISTS incoming"))
    connection.execute(
        text(f"CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {', '.join(columns)} FROM {table} WITH NO DATA")  # noqa: S608 - names of ours
    )
    insert(connection, "incoming", columns, rows)


def update(connection: Connection, table: str, key: Sequence[str], columns: Sequence[str]) -> None:
    """Change rows by key to what is staged."""
    changes = ", ".join(f"{name} = incoming.{name}" for name in columns if name not in key)
    match = " AND ".join(f"target.{name} = incoming.{name}" for name in key)
    connection.execute(text(f"UPDATE {table} AS target SET {changes} FROM incoming WHERE {match}"))  # noqa: S608 - names of ours


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a row: its digest, and the file that last spoke of it."""

    content_hash: bytes
    source: str
    as_at: date


def stored_rows(connection: Connection, table: str, key: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], Stored]]:
    """Yield the key and what is known of every row."""
    names = ", ".join(f"t.{name}" for name in key)
    rows = connection.execute(
        text(f"SELECT {names}, t.content_hash, s.name, s.as_at FROM {table} t JOIN sources s ON s.id = t.source_id")  # noqa: S608 - names of ours
    )
    for *parts, content_hash, name, as_at in rows:
        yield tuple(parts), Stored(bytes(content_hash), name, as_at)


def values(
    connection: Connection, table: str, key: Sequence[str], columns: Sequence[str]
) -> Iterator[tuple[tuple[Any, ...], list[str | None]]]:
    """Yield the key and some columns, in the text form of packed values, of every row."""
    for row in connection.execute(text(f"SELECT {', '.join([*key, *columns])} FROM {table}")):  # noqa: S608 - names of ours
        yield tuple(row[: len(key)]), [*map(written, row[len(key) :])]


def move_on(
    connection: Connection, table: str, key: Sequence[str], keys: Iterable[Sequence[Any]], source_id: int
) -> None:
    """Let rows that a newer file repeats unchanged point to that file."""
    stage(connection, table, key, (pack([str(part) for part in parts]) for parts in keys))
    match = " AND ".join(f"t.{name} = incoming.{name}" for name in key)
    connection.execute(
        text(
            f"UPDATE {table} AS t SET source_id = :source FROM incoming, sources s, sources newer"  # noqa: S608 - names of ours
            f" WHERE {match} AND s.id = t.source_id AND newer.id = :source AND s.as_at < newer.as_at"
        ),
        {"source": source_id},
    )


def tell_schools(connection: Connection, urns: Collection[int]) -> None:
    """Write one event for each of these schools."""
    if urns:
        connection.execute(
            text(
                "INSERT INTO outbox (type, subject, data)"
                " SELECT 'inspection.school.changed', urn::text, jsonb_build_object('urn', urn)"
                " FROM unnest(CAST(:urns AS int[])) AS urn ORDER BY urn"
            ),
            {"urns": number_array(urns)},
        )


def tell_trusts(connection: Connection, uids: Collection[str]) -> None:
    """Write one event for each of these trusts."""
    if uids:
        connection.execute(
            text(
                "INSERT INTO outbox (type, subject, data)"
                " SELECT 'inspection.trust.changed', uid, jsonb_build_object('uid', uid)"
                " FROM unnest(CAST(:uids AS text[])) AS uid ORDER BY uid"
            ),
            {"uids": list(uids)},
        )


def tell_succeeded(connection: Connection, urns: Collection[int]) -> None:
    """Write one event for each school of the register that follows one of these, which have closed."""
    if urns:
        connection.execute(
            text(
                "INSERT INTO outbox (type, subject, data)"
                " SELECT DISTINCT 'inspection.school.succeeded', k.predecessor_urn::text,"
                " jsonb_build_object('urn', k.predecessor_urn, 'successor_urn', k.successor_urn)"
                " FROM school_links k JOIN schools s ON s.urn = k.successor_urn"
                " WHERE NOT k.cut AND k.predecessor_urn = ANY(CAST(:urns AS int[])) ORDER BY 2, 3"
            ),
            {"urns": number_array(urns)},
        )


def schools_among(connection: Connection, urns: Collection[int]) -> list[int]:
    """Return which of these URNs are in the register of schools."""
    return list(
        connection.scalars(
            text("SELECT urn FROM schools WHERE urn = ANY(CAST(:urns AS int[]))"), {"urns": number_array(urns)}
        ).all()
    )


def schools_of_groups(connection: Connection, uids: Collection[str]) -> list[int]:
    """Return the schools whose trust is one of these."""
    return list(
        connection.scalars(text("SELECT urn FROM schools WHERE trust_uid = ANY(:uids)"), {"uids": list(uids)}).all()
    )


def add_trusts(connection: Connection, names: Mapping[str, str], folded: Mapping[str, str], source_id: int) -> None:
    """Add the trusts that the register of groups has not told of; their names may change with it."""
    connection.execute(
        text(
            "INSERT INTO school_groups (uid, kind, name, name_folded, status, content_hash, source_id)"
            " SELECT uid, 'multi_academy_trust', name, folded, 'open', ''::bytea, :source"
            " FROM unnest(CAST(:uids AS text[]), CAST(:names AS text[]), CAST(:folded AS text[]))"
            " AS t (uid, name, folded) ON CONFLICT (uid) DO NOTHING"
        ),
        {
            "uids": list(names),
            "names": list(names.values()),
            "folded": [folded[uid] for uid in names],
            "source": source_id,
        },
    )


def stays(connection: Connection, urns: Collection[int]) -> list[Any]:
    """Return the known stays in trusts of these schools."""
    return list(
        connection.execute(
            text(
                "SELECT m.urn, m.trust_uid, m.joined_on, m.first_seen_on, m.left_on, m.assumed, m.source_id, s.as_at"
                " FROM memberships m JOIN sources s ON s.id = m.source_id"
                " WHERE m.urn = ANY(CAST(:urns AS int[])) ORDER BY m.urn, m.first_seen_on"
            ),
            {"urns": number_array(urns)},
        )
    )


def replace_stays(connection: Connection, urns: Collection[int], packed: Iterable[str]) -> None:
    """Write the stays of these schools anew."""
    connection.execute(
        text("DELETE FROM memberships WHERE urn = ANY(CAST(:urns AS int[]))"), {"urns": number_array(urns)}
    )
    insert(connection, "memberships", STAY_COLUMNS, packed)


def take_over_stays(connection: Connection, urns: Collection[int], source_id: int) -> None:
    """Let the stays of these schools whose days the register tells point to this file of it."""
    connection.execute(
        text(
            "UPDATE memberships SET source_id = :source WHERE NOT assumed AND urn = ANY(CAST(:urns AS int[]))"
            " AND source_id <> :source"
        ),
        {"urns": number_array(urns), "source": source_id},
    )


def trusts_disagree(connection: Connection, urns: Collection[int], day: date) -> list[int]:
    """Return which of these schools the register has in another trust than the history of memberships on a day."""
    tables, disagree = told_otherwise(":day")
    sql = f"SELECT s.urn FROM {tables} WHERE {disagree} AND s.urn = ANY(CAST(:urns AS int[])) ORDER BY s.urn"  # noqa: S608 - fragments of ours
    return list(connection.scalars(text(sql), {"urns": number_array(urns), "day": day}))


def closed_among(connection: Connection, urns: Collection[int]) -> list[int]:
    """Return which of these schools have closed."""
    return list(
        connection.scalars(
            text("SELECT urn FROM schools WHERE status = 'closed' AND urn = ANY(CAST(:urns AS int[])) ORDER BY urn"),
            {"urns": number_array(urns)},
        )
    )


def directed_links(connection: Connection) -> list[Any]:
    """Return the links that have a direction: their keys, the edge that each tells, and whether it is cut already."""
    return list(
        connection.execute(
            text(
                "SELECT urn, link_urn, kind, predecessor_urn, successor_urn, cut FROM school_links"
                " WHERE predecessor_urn IS NOT NULL"
            )
        )
    )


def cut(connection: Connection, closing: Collection[tuple[int, int]]) -> None:
    """Mark the edges that close a cycle, and no others."""
    connection.execute(
        text(
            "UPDATE school_links l SET cut = NOT cut WHERE predecessor_urn IS NOT NULL AND cut <> EXISTS ("
            "SELECT 1 FROM unnest(CAST(:predecessors AS int[]), CAST(:successors AS int[])) AS c (p, s)"
            " WHERE c.p = l.predecessor_urn AND c.s = l.successor_urn)"
        ),
        {"predecessors": [edge[0] for edge in closing], "successors": [edge[1] for edge in closing]},
    )


def _statement(sql: str) -> psycopg.sql.SQL:
    return psycopg.sql.SQL(sql)
