"""Files whose rows are rows of one table, each by its own key: merged the same way, whatever they hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection

from inspection.imports.kinds import repository, told_sql
from inspection.imports.kinds.model import Batch, Provenance
from inspection.imports.kinds.packing import bytea, digest, join, pack, unpack


class KeyedRow(NamedTuple):
    """A row of the table: the packed columns and their digest."""

    packed: str
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class KeyedTable:
    """The table a kind of file fills: `key_of` makes a batch's key from the values of the key columns.

    `since` is a column, if there is one, that keeps the date of the first file that had the row; `told` says how a
    change of a row is told with the import.
    """

    name: str
    columns: Sequence[str]
    key: Sequence[str]
    key_of: Callable[[tuple[Any, ...]], int]
    since: str | None = None
    told: told_sql.Telling | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """Keys of the rows that are new, and of those that changed."""

    created: list[int]
    changed: list[int]


def merge(connection: Connection, table: KeyedTable, batch: Batch, source: Provenance) -> Merged:
    """Add what is new and change what a file as new or newer says otherwise.

    Rows that another kind of file put there, for want of this one, are always replaced. Columns that the file does not
    fill are left as they were.
    """
    stored = {
        table.key_of(key): (key, known) for key, known in repository.stored_rows(connection, table.name, table.key)
    }
    if batch.left:
        _complete(connection, table, batch)
    merged = Merged([], [])
    repeated = [key for key in batch.known if key in stored]
    for key, accepted in batch.accepted.items():
        if key not in stored:
            merged.created.append(key)
            continue
        known = stored[key][1]
        if known.content_hash == accepted.record.content_hash:
            repeated.append(key)
        elif known.source != source.name or known.as_at <= source.as_at:
            merged.changed.append(key)
    columns = (*table.columns, "content_hash", "source_id")
    rows = {key: accepted.record for key, accepted in batch.accepted.items()}
    new = _packed([rows[key] for key in merged.created], source)
    if table.since is None:
        repository.insert(connection, table.name, columns, new)
    else:
        since = str(source.as_at)
        repository.insert(connection, table.name, (*columns, table.since), [join(row, since) for row in new])
    if merged.changed:
        repository.stage(connection, table.name, columns, _packed([rows[key] for key in merged.changed], source))
        if table.told is not None:
            told_sql.staged_rows(connection, table.name, table.key, table.told)
        repository.update(connection, table.name, table.key, columns)
    older = [stored[key][0] for key in repeated if stored[key][1].as_at < source.as_at]
    if older:
        repository.move_on(connection, table.name, table.key, older, source.id)
    return merged


def _complete(connection: Connection, table: KeyedTable, batch: Batch) -> None:
    """Give the batch's rows, where they are stored already, what is stored of columns that the file does not fill."""
    for key, values in repository.values(connection, table.name, table.key, batch.left):
        accepted = batch.accepted.get(table.key_of(key))
        if accepted is not None:
            filled = dict(zip(table.columns, unpack(accepted.record.packed), strict=True))
            packed = pack([*(filled | dict(zip(batch.left, values, strict=True))).values()])
            record = accepted.record._replace(packed=packed, content_hash=digest(packed))
            batch.accepted[table.key_of(key)] = accepted._replace(record=record)


def _packed(rows: Sequence[KeyedRow], source: Provenance) -> list[str]:
    return [join(row.packed, bytea(row.content_hash), str(source.id)) for row in rows]
