"""The load of Ofsted's file: register, trusts, inspections and stays in trusts, each merged by date of the file."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from inspection.calendar import repository as calendar
from inspection.domain.names import fold
from inspection.imports.kinds import late_register_sql, register_sql, sightings_sql, stays, waiting_sql
from inspection.imports.kinds import repository as bulk
from inspection.imports.kinds.model import Batch, Fates, Provenance, Warnings
from inspection.imports.kinds.ofsted import judgements, repository
from inspection.imports.kinds.ofsted.inspections import Inspections
from inspection.imports.kinds.ofsted.reader import CODE, OfstedReader, SchoolRow
from inspection.imports.kinds.ofsted.register import completed
from inspection.imports.kinds.ofsted.repository import KnownSchool
from inspection.imports.kinds.packing import NOTHING, bytea, join
from inspection.imports.limits import beyond
from inspection.imports.reading.header import Header


class OfstedLatestInspections:
    """The kind of file."""

    code = CODE
    version = 3
    key_name = "URN"

    def reader(self, header: Header) -> OfstedReader:
        """Return a reader for files with this header."""
        return OfstedReader(header)

    def load(self, connection: Connection, batch: Batch, source: Provenance, warnings: Warnings) -> Fates:
        """Merge a file. Its date decides: an older one adds inspections and changes no register field."""
        return _Load(connection, batch, source, warnings).run()


class _Load:
    """One load of one file."""

    def __init__(self, connection: Connection, batch: Batch, source: Provenance, warnings: Warnings) -> None:
        self._connection = connection
        self._batch = batch
        self._source = source
        self._warnings = warnings
        self._rows: dict[int, SchoolRow] = {urn: accepted.record for urn, accepted in batch.accepted.items()}
        self._schools: dict[int, KnownSchool] = {}
        self._trusts: set[str] = set()

    def run(self) -> Fates:
        before = repository.listed(self._connection, CODE)
        if self._rows:
            repository.lock_inspections(self._connection)
            self._schools = repository.known_schools(self._connection, self._rows, CODE)
            self._complete()
        created = sorted(urn for urn in self._rows if urn not in self._schools)  # indexes by URN grow at their end
        changed = self._register(created)
        inspections = Inspections(self._connection, self._batch, self._source, self._warnings)
        changed |= inspections.merge(self._rows, created, self._schools)
        changed |= self._stays(created, inspections.passed)
        self._trusts |= waiting_sql.settle(self._connection, created).trusts
        changed -= set(created)
        self._repeated()
        missing = self._missing(before)
        if created or changed:
            calendar.await_loaded(self._connection, self._source.id)
        self._warn()
        bulk.tell_trusts(self._connection, self._trusts)
        bulk.tell_schools(self._connection, {*created, *changed, *missing})
        return Fates(len(created), len(changed))

    def _complete(self) -> None:
        """Let what the file has no column for stay as it was in the schools known before."""
        if not self._batch.left:
            return
        for (urn,), values in bulk.values(self._connection, "schools", ("urn",), self._batch.left):
            if urn in self._schools:
                kept = dict(zip(self._batch.left, values, strict=True))
                row = self._rows[urn]
                self._rows[urn] = row._replace(register=completed(row.register, kept))

    def _register(self, created: list[int]) -> set[int]:
        """Write the register's fields of schools that are new or that this file, not older, says otherwise of."""
        self._add_trusts()
        rewritten = [
            urn
            for urn, known in self._schools.items()
            if known.as_at <= self._source.as_at
            and (known.missing or known.content_hash != self._rows[urn].register.content_hash)
        ]
        same = self._schools.keys() - set(rewritten)
        columns = repository.SCHOOL_COLUMNS
        since = str(self._source.as_at)
        packed = (join(self._packed_school(urn), since) for urn in created)
        bulk.insert(self._connection, "schools", (*columns, "known_since"), packed)
        register_sql.complete(self._connection, created, self._source)
        packed_again = [*map(self._packed_school, rewritten)]
        changed = register_sql.rewrite(self._connection, columns, packed_again, self._source)
        again = {*same, *self._batch.known}
        restored = register_sql.restore(self._connection, again, self._source, self._batch.left)
        return {*changed, *restored, *self._late(created)}

    def _late(self, created: list[int]) -> list[int]:
        """Keep what the file said of its day, where files of the register for later days have been loaded."""
        if not late_register_sql.is_late(self._connection, self._source.name, self._source.as_at):
            return []
        packed = [*map(self._packed_school, self._schools)]
        staged = late_register_sql.Staged("schools", repository.SCHOOL_COLUMNS, packed)
        register_sql.keep_closures(self._connection, self._schools, self._source)
        told = late_register_sql.tell(self._connection, staged, self._source, self._batch.left)
        late_register_sql.known_earlier(self._connection, "schools", self._schools, self._source)
        if newer := repository.next_whole(self._connection, self._source):
            last = [urn for urn, known in self._schools.items() if known.as_at <= self._source.as_at]
            register_sql.mark_missing(self._connection, [*created, *last], newer)
        return told

    def _packed_school(self, urn: int) -> str:
        register = self._rows[urn].register
        nothing = (NOTHING, NOTHING, NOTHING)
        return join(register.packed, bytea(register.content_hash), str(self._source.id), *nothing)

    def _add_trusts(self) -> None:
        named = {
            row.register.trust_uid: row.register.trust_name or row.register.trust_uid
            for row in self._rows.values()
            if row.register.trust_uid
        }
        folded = {uid: fold(name) for uid, name in named.items()}
        bulk.add_trusts(self._connection, named, folded, self._source.id)

    def _stays(self, created: list[int], passed: Collection[UUID]) -> set[int]:
        """Note who is in which trust, and return the schools whose stays changed."""
        day = self._source.as_at
        if self._batch.known_as_at == day and all(self._repeats(urn, day) for urn in self._rows):
            return set()
        shown = {urn: row.register.trust_uid for urn, row in self._rows.items()}
        if not sightings_sql.keep(self._connection, shown, self._batch, self._source, passed):
            return set()
        moved = stays.follow(self._connection, self._source, set(created))
        self._trusts |= moved.trusts
        return moved.schools

    def _repeats(self, urn: int, day: date) -> bool:
        """Tell whether the newest file that listed the school was of this day, and said the same of it."""
        known = self._schools.get(urn)
        return known is not None and (known.as_at, known.content_hash) == (day, self._rows[urn].register.content_hash)

    def _repeated(self) -> None:
        """Move the provenance on of schools that a newer file repeats as they were."""
        same = [
            urn
            for urn, known in self._schools.items()
            if known.as_at < self._source.as_at and self._repeats(urn, known.as_at)
        ]
        if self._batch.known_as_at is not None and self._batch.known_as_at < self._source.as_at:
            same.extend(self._batch.known)
        if same:
            bulk.move_on(self._connection, "schools", ("urn",), ((urn,) for urn in same), self._source.id)

    def _missing(self, before: set[int]) -> list[int]:
        """Mark schools that the newest file does not list any more; they and their history are kept.

        None is marked where so many of those listed `before` speak against the file.
        """
        if self._batch.partial:
            return []
        if repository.is_late(self._connection, self._source):
            return repository.missing_earlier(self._connection, self._batch.listed, self._source)
        back = register_sql.found_again(self._connection, self._batch.known, self._source)
        missing = sorted(before - self._batch.listed)
        if not missing:
            return back
        if doubt := self._doubt(len(missing), len(before)):
            text = f"{doubt}: it lacks {len(missing)} of {len(before)} schools, and none of them is marked as missing."
            self._warnings.add("not_listed", text, len(missing), missing[:10])
            return back
        register_sql.mark_missing(self._connection, missing, self._source)
        text = "Schools that this file does not list any more are kept, and marked with its date."
        self._warnings.add("not_listed", text, len(missing), missing[:10])
        return [*back, *missing]

    def _doubt(self, missing: int, before: int) -> str | None:
        """Return why the file may not list all schools that there are."""
        if not self._batch.whole:
            return "The file may have been cut off"
        if beyond("not_listed", missing, before):
            return "The file lists far fewer schools than were listed before"
        return None

    def _warn(self) -> None:
        late_register_sql.warn(self._connection, self._source, self._warnings)
        for urn, row in self._rows.items():
            for found in row.inspections:
                if found.judgement.warnings:
                    self._batch.anew.add(urn)
                for code in found.judgement.warnings:
                    self._warnings.add(code, judgements.warning_text(code), 1, [urn])
