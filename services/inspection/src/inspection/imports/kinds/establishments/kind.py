"""The load of the register's extract: what it says is kept as it says it, then schools are given what counts of it."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection

from inspection.domain.names import fold
from inspection.imports.kinds import late_register_sql, register_sql, sightings_sql, stays, waiting_sql
from inspection.imports.kinds import repository as bulk
from inspection.imports.kinds.establishments import repository
from inspection.imports.kinds.establishments.reader import CODE, COLUMNS, EstablishmentReader, EstablishmentRow
from inspection.imports.kinds.keyed import KeyedTable, merge
from inspection.imports.kinds.late_register_sql import Staged
from inspection.imports.kinds.model import Batch, Fates, Provenance, Warnings
from inspection.imports.kinds.stays import Moved
from inspection.imports.reading.header import Header

TABLE = KeyedTable("establishments", COLUMNS, ("urn",), lambda key: int(key[0]), since="known_since")


class GiasEstablishments:
    """The kind of file."""

    code = CODE
    version = 1
    key_name = "URN"

    def reader(self, header: Header) -> EstablishmentReader:
        """Return a reader for files with this header."""
        return EstablishmentReader(header)

    def load(self, connection: Connection, batch: Batch, source: Provenance, warnings: Warnings) -> Fates:
        """Merge a file by its date. A row of another kind of establishment changes nothing, and is counted."""
        rows: dict[int, EstablishmentRow] = {urn: accepted.record for urn, accepted in batch.accepted.items()}
        state_funded = {urn: row for urn, row in rows.items() if row.packed is not None}
        kept = {urn: batch.accepted[urn] for urn in state_funded}
        merged = merge(connection, TABLE, replace(batch, accepted=kept), source)
        _add_trusts(connection, state_funded, source)
        created = repository.add_schools(connection, source)
        changed = register_sql.settle(connection, source)
        late, reopened = _late(connection, state_funded, source, batch.left)
        created = [*created, *reopened]
        moved = _stays(connection, state_funded, batch, source, created)
        waited = waiting_sql.settle(connection, created)
        placed = repository.fill_places(connection, source)
        bulk.tell_trusts(connection, moved.trusts | waited.trusts)
        bulk.tell_schools(connection, {*created, *changed, *late, *moved.schools, *placed})
        bulk.tell_succeeded(connection, repository.closed_now(connection, source))
        late_register_sql.warn(connection, source, warnings)
        _warn(connection, warnings, batch.listed, passed=len(rows) - len(state_funded))
        stays.warn_of_disagreement(connection, batch.listed, source, warnings)
        return Fates(len(merged.created), len({*merged.changed, *late} - {*merged.created}))


def _late(
    connection: Connection, rows: dict[int, EstablishmentRow], source: Provenance, left: Collection[str]
) -> tuple[list[int], list[int]]:
    """Keep what the file said of its day, where files of the register for later days have been loaded.

    Return the schools of which it tells something, and those that no file had shown open.
    """
    packed = [row.packed for row in rows.values() if row.packed is not None]
    if not packed or not late_register_sql.is_late(connection, source.name, source.as_at):
        return [], []
    staged = Staged(TABLE.name, COLUMNS, packed)
    added = late_register_sql.add_closed(connection, staged, source)
    opened = [urn for urn, row in rows.items() if not row.closed]
    register_sql.keep_closures(connection, opened, source)
    told = late_register_sql.tell(connection, staged, source, left)
    told += register_sql.open_last(connection, source, late_register_sql.KINDS)
    late_register_sql.known_earlier(connection, "schools", opened, source)
    late_register_sql.known_earlier(connection, "establishments", rows, source)
    return told, added


def _add_trusts(connection: Connection, rows: dict[int, EstablishmentRow], source: Provenance) -> None:
    named = {row.trust_uid: row.trust_name or row.trust_uid for row in rows.values() if row.trust_uid}
    bulk.add_trusts(connection, named, {uid: fold(name) for uid, name in named.items()}, source.id)


def _stays(
    connection: Connection,
    rows: dict[int, EstablishmentRow],
    batch: Batch,
    source: Provenance,
    created: Collection[int],
) -> Moved:
    """Note who is in which trust: a school that has closed is in none, whatever its row still says."""
    shown = {urn: row.trust_uid for urn, row in rows.items() if not row.closed}
    if not sightings_sql.keep(connection, shown, batch, source):
        return Moved(set(), set())
    return stays.follow(connection, source, set(created))


def _warn(connection: Connection, warnings: Warnings, listed: Collection[int], passed: int) -> None:
    if passed:
        text = "Establishments that are no state-funded schools (independent schools, colleges ...) are passed over."
        warnings.add("not_state_funded", text, passed)
    if closed := repository.kept_for_lineage(connection, listed):
        text = "Establishments that closed before any file told of them are kept to name the schools of a lineage."
        warnings.add("closed_before", text, closed)
