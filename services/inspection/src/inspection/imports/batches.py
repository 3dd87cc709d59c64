"""From the rows of a file to a batch: every row has one fate, and a row known by its bytes is not parsed again."""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from itertools import chain
from typing import Any, Final, NamedTuple

from inspection.imports.kinds.model import Accepted, Batch, Kind, RowReader
from inspection.imports.reading.problems import Place, RejectedRow, Rejection
from inspection.imports.reading.records import Record
from inspection.imports.reading.table import Table, place_of

DIGEST_BYTES: Final = 16
_ENTRY: Final = struct.Struct(f"<{DIGEST_BYTES}sq")
REPORT_EVERY: Final = 500
READ_AT_ONCE: Final = 50
"""Few enough for their cells to stay in the processor's cache: 500 at once take longer than one by one."""


@dataclass(frozen=True, slots=True)
class KnownRows:
    """Digests of the rows of an earlier load, with their keys, and that file's date."""

    keys: Mapping[bytes, int] = field(default_factory=dict)
    as_at: date | None = None
    again: Sequence[Place] | None = None
    """Where that file is sent again: its rows that are to be read. All others are known, and in it."""


class _Waiting(NamedTuple):
    """A row that is to be read with others."""

    place: Place
    digest: bytes
    cells: list[str]


@dataclass(slots=True)
class ReadFile:
    """What reading a file gave."""

    batch: Batch
    rejections: list[Rejection]
    digests: dict[int, bytes]
    read: int = 0


def pack_digests(digests: Mapping[int, bytes]) -> bytes:
    """Return digests by key as one value to be stored."""
    return b"".join(_ENTRY.pack(digest, key) for key, digest in digests.items())


def unpack_digests(stored: bytes) -> dict[bytes, int]:
    """Return stored digests with their keys."""
    return dict(_ENTRY.iter_unpack(stored))


def read_file(
    table: Table, kind: Kind, reader: RowReader, *, known: KnownRows, as_at: date, report: Callable[[int], None]
) -> ReadFile:
    """Read all rows. `report` is told every so often how many were read; it may raise to end the work."""
    reading = _Reading(table, kind, reader, known, as_at)
    reading.take_all(report)
    return reading.result()


class _Reading:
    """The state of reading one file."""

    def __init__(self, table: Table, kind: Kind, reader: RowReader, known: KnownRows, as_at: date) -> None:
        self._table = table
        self._kind = kind
        self._reader = reader
        self._known = known.keys
        self._again = known.again
        self._seed = blake2b(_signature(kind, table), digest_size=DIGEST_BYTES)
        self._rows: dict[int, int] = {}
        self._waiting: dict[int, _Waiting] = {}
        self._out = ReadFile(Batch(as_at=as_at, known_as_at=known.as_at), [], {})

    def take_all(self, report: Callable[[int], None]) -> None:
        """Settle the fate of every row."""
        rows = self._table.rows()
        if self._again is None:
            self._take_each(rows, report)
        elif (first := next(rows, None)) and self._digest(first[1]) in self._known:  # the same bytes still read alike
            self._take_again(self._again)
            report(self._out.read)
        else:
            self._take_each(chain([first] if first else [], rows), report)

    def _take_again(self, again: Sequence[Place]) -> None:
        """Take the rows of a file that is sent again: those known without looking at them."""
        self._out.read = len(self._known) + len(again)
        self._out.batch.known.update(self._known.values())
        self._out.digests.update((key, digest) for digest, key in self._known.items())
        for row, record in self._table.rows_at(again):
            self._take(row, record, self._digest(record), None)

    def _digest(self, record: Record) -> bytes:
        seeded = self._seed.copy()
        seeded.update(record.content)
        return seeded.digest()

    def _take_each(self, records: Iterable[tuple[int, Record]], report: Callable[[int], None]) -> None:
        """Take rows one by one. What most files repeat, rows known and met once, takes no further call."""
        known, rows, digests, waiting = self._known, self._rows, self._out.digests, self._waiting
        repeated, seed = self._out.batch.known, self._seed
        row = 0
        for row, record in records:
            seeded = seed.copy()
            seeded.update(record.content)
            digest = seeded.digest()
            key = known.get(digest)
            if key is None or key in rows or key in waiting:
                self._take(row, record, digest, key)
            else:
                repeated.add(key)
                rows[key] = row
                digests[key] = digest
            if row % REPORT_EVERY == 0:
                report(row)
        self._out.read = row

    def _take(self, row: int, record: Record, digest: bytes, key: int | None) -> None:
        try:
            self._place(row, record, digest, key)
        except RejectedRow as why:
            self._out.rejections.append(Rejection(place_of(row, record), why))
            self._list(record)
        if len(self._waiting) >= READ_AT_ONCE:
            self._read_waiting()

    def _place(self, row: int, record: Record, digest: bytes, key: int | None) -> None:
        cells = None
        if key is None:
            cells = self._table.cells(record)
            key = self._reader.key(cells)
        if key in self._waiting:
            self._read_waiting()  # whether this one is a repetition depends on whether that one is accepted
        if key in self._rows:
            self._refuse_repeated(key, digest)
        if cells is None:
            self._out.batch.known.add(key)
            self._settle(key, row, digest)
        else:
            self._out.batch.listed.add(key)
            self._waiting[key] = _Waiting(place_of(row, record), digest, cells)

    def _list(self, record: Record) -> None:
        """Note whose row was refused, where that can be told: it is listed all the same."""
        with suppress(RejectedRow):
            self._out.batch.listed.add(self._reader.key(self._table.cells_as_found(record)))

    def _read_waiting(self) -> None:
        """Read the rows that wait, all at once; where one of them is refused, one by one to find out which."""
        if not self._waiting:
            return
        try:
            records = self._reader.read_all([each.cells for each in self._waiting.values()])
        except RejectedRow:
            for key, each in self._waiting.items():
                try:
                    self._accept(key, each, self._reader.read(each.cells))
                except RejectedRow as why:
                    self._out.rejections.append(Rejection(each.place, why))
        else:
            for (key, each), record in zip(self._waiting.items(), records, strict=True):
                self._accept(key, each, record)
        self._waiting.clear()

    def _accept(self, key: int, waiting: _Waiting, record: Any) -> None:
        self._out.batch.accepted[key] = Accepted(waiting.place, record)
        self._settle(key, waiting.place.row, waiting.digest)

    def _settle(self, key: int, row: int, digest: bytes) -> None:
        self._rows[key] = row
        self._out.digests[key] = digest

    def _refuse_repeated(self, key: int, digest: bytes) -> None:
        """Refuse a row whose key was taken from an earlier row: one that differs cannot be told right from wrong."""
        first = self._rows[key]
        if self._out.digests[key] == digest:
            raise RejectedRow("duplicate_row", f"The row is a copy of row {first}.")
        name = self._kind.key_name
        raise RejectedRow("conflicting_row", f"Row {first} has the same {name} and differs; row {first} is taken.")

    def result(self) -> ReadFile:
        """Return what was read."""
        self._read_waiting()
        self._out.batch.listed |= self._out.batch.known
        self._out.rejections.sort(key=lambda rejection: rejection.place.row)
        self._out.batch.whole = self._table.whole
        return self._out


def _signature(kind: Kind, table: Table) -> bytes:
    """Return what, beside a row's own bytes, decides how it reads."""
    return "\x1f".join([kind.code, str(kind.version), table.encoding, *table.header.titles]).encode()
