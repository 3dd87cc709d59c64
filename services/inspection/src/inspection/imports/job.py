"""The job of an import: read the file, merge it, and write what became of each row, all in one transaction."""

import gc
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection, RowMapping

from inspection.dashboards import comparisons
from inspection.disadvantage.telling_sql import telling_of_meals
from inspection.imports import repository
from inspection.imports.batches import KnownRows, ReadFile, pack_digests, read_file
from inspection.imports.date_columns import refuse_dates
from inspection.imports.kinds import told_sql
from inspection.imports.kinds.model import Fates, Kind, Provenance, RowReader, Warnings
from inspection.imports.known import known_rows, places_anew
from inspection.imports.reading.lines import ENDS
from inspection.imports.reading.problems import Rejection, UnreadableFile
from inspection.imports.reading.table import Table
from inspection.imports.registry import KINDS
from inspection.progress import releases
from shared.errors import FieldProblem
from shared.events.outbox import NewEvent, append
from shared.jobs.context import JobContext
from shared.jobs.model import JobFailed, JobKind

NAME: Final = "import"
READING: Final = "reading"
MERGING: Final = "merging"


def run(context: JobContext) -> Mapping[str, Any] | None:
    """Run one import. Raises JobFailed, with nothing loaded, for a file that cannot be read as its kind."""
    with _uncollected():
        _run(context)
    return None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the garbage collector rest: it would go through all records of a file many times over and find no garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _run(context: JobContext) -> None:
    with context.engine.begin() as connection:
        repository.drop_stale_files(connection)
        wanted = repository.import_of(connection, context.id)
        partial = wanted["resubmits"] is not None
        known = KnownRows() if partial else known_rows(connection, wanted)
    kind = KINDS[wanted["kind"]]
    with tempfile.TemporaryFile() as file:
        with context.engine.begin() as connection:
            repository.copy_file(connection, context.id, file)
        try:
            table = Table(file, kind.code)
            reader = kind.reader(table.header)
            reader.dated(wanted["as_at"])
        except UnreadableFile as error:
            raise _failed(wanted["file_name"], error) from error
        total = _lines(file, table.header.line) if known.again is None else len(known.keys) + len(known.again)
        read = read_file(
            table,
            kind,
            reader,
            known=known,
            as_at=wanted["as_at"],
            report=lambda done: context.progress(done, total, READING),
        )
        read.batch.partial, read.batch.left = partial, reader.columns.left
        try:
            _refuse_doubtful(file, table, reader, read)
        except UnreadableFile as error:
            raise _failed(wanted["file_name"], error) from error
        context.progress(read.read, read.read, MERGING)
        _Merge(context, wanted, table, reader, read).run()


def _refuse_doubtful(file: BinaryIO, table: Table, reader: RowReader, read: ReadFile) -> None:
    """Raise UnreadableFile where the rows that were read, or refused, tell that the file is not what it should be."""
    if not read.read:
        raise UnreadableFile("no_rows", f"The file has a header on line {table.header.line} and no rows.")
    refuse_dates(file, reader.columns, [why.column for _, why in read.rejections])


class _Merge:
    """The transaction of an import."""

    def __init__(
        self, context: JobContext, wanted: RowMapping, table: Table, reader: RowReader, read: ReadFile
    ) -> None:
        self._context = context
        self._wanted = wanted
        self._kind: Kind = KINDS[wanted["kind"]]
        self._table = table
        self._reader = reader
        self._read = read
        self._warnings = Warnings()

    def run(self) -> None:
        """Merge, write the outcome and mark the job succeeded: all of it, or nothing."""
        with self._context.engine.begin() as connection:
            self._warn()
            fates, source_id = self._trial(connection) if self._wanted["dry_run"] else self._real(connection)
            self._warn_of_nothing(fates)
            rows = self._rows(fates)
            self._write(connection, rows, source_id)
            if source_id is not None:
                data = {"id": str(self._context.id), "kind": self._kind.code}
                append(connection, [NewEvent("inspection.import.finished", str(self._context.id), data)])
            self._context.succeed(connection, {"rows": rows})

    def _real(self, connection: Connection) -> tuple[Fates, int]:
        """Merge, and keep with the import what changed beside the register's fields, which are kept already."""
        fates, source_id = self._load(connection)
        repository.add_changes(connection, self._wanted, repository.told(connection, self._wanted["as_at"]))
        return fates, source_id

    def _load(self, connection: Connection) -> tuple[Fates, int]:
        code, as_at = self._kind.code, self._wanted["as_at"]
        source_id = repository.add_source(connection, self._wanted)
        source = Provenance(source_id, code, as_at)
        told_sql.begin(connection)
        changing = self._read.batch.accepted  # a file of known rows alone changes no figure of pupils
        with telling_of_meals(connection) if changing else nullcontext():
            fates = self._kind.load(connection, self._read.batch, source, self._warnings)
            if fates.created or fates.changed:
                comparisons.refresh(connection, code, source_id)
                releases.follow(connection, source_id)
        return fates, source_id

    def _trial(self, connection: Connection) -> tuple[Fates, None]:
        """Merge and take it back: a dry run tells what would become of each row."""
        savepoint = connection.begin_nested()
        fates, source_id = self._load(connection)
        fields = repository.field_changes(connection, source_id)
        others = repository.told(connection, self._wanted["as_at"])
        savepoint.rollback()
        repository.add_changes(connection, self._wanted, fields)
        repository.add_changes(connection, self._wanted, others)
        return fates, None

    def _rows(self, fates: Fates) -> dict[str, int]:
        accepted = len(self._read.batch.accepted) + len(self._read.batch.known)
        return {
            "read": self._read.read,
            "created": fates.created,
            "changed": fates.changed,
            "unchanged": accepted - fates.created - fates.changed,
            "rejected": len(self._read.rejections),
        }

    def _write(self, connection: Connection, rows: Mapping[str, int], source_id: int | None) -> None:
        outcome = {
            **rows,
            "encoding": self._table.encoding,
            "header": {
                **self._reader.columns.drift.as_json(),
                "titles": self._table.header.titles,
                "anew": places_anew(self._read.batch),
            },
            "warnings": self._warnings.as_json(),
            "source_id": source_id,
            "row_digests": pack_digests(self._digests()) if self._is_whole(source_id) else None,
        }
        repository.finish(connection, self._context.id, outcome)
        rejected = (_rejection(self._table, rejection) for rejection in self._read.rejections)
        repository.add_rejections(connection, self._wanted, rejected)

    def _is_whole(self, source_id: int | None) -> bool:
        return source_id is not None and not self._read.batch.partial

    def _warn(self) -> None:
        """Warn of what is odd about the file as a whole."""
        drift = self._reader.columns.drift
        for code, titles, text in (
            ("columns_missing", drift.missing, "Columns known of this kind are not in the file."),
            ("columns_unknown", drift.unknown, "Columns of the file are not known of this kind and are not read."),
            ("columns_duplicated", drift.duplicated, "Columns stand in the file more than once."),
            ("columns_moved", drift.moved, "Columns stand in another order than is known of this kind."),
        ):
            if titles:
                self._warnings.add(code, text, len(titles), titles)
        if left := self._reader.left():
            text = f"Left as they were, and not known of what is new, for want of a column: {', '.join(left)}."
            self._warnings.add("fields_left", text, len(left), left)
        if self._table.truncated:
            self._warnings.add("truncated", "The file breaks off in its last row.")
        elif not self._table.last_line_ended:
            text = "The last line is not ended, so that its last value may not be whole: look whether it is."
            self._warnings.add("no_final_newline", text)
        elif not self._table.whole:
            self._warnings.add("open_quote", "A quotation mark is never closed: the file may have been cut off.")

    def _warn_of_nothing(self, fates: Fates) -> None:
        """Warn where no row could be read, or none said anything new."""
        batch = self._read.batch
        if self._read.read == len(self._read.rejections):
            self._warnings.add("nothing_accepted", "Every row is rejected: nothing was loaded.", self._read.read)
        if self._read.read == len(batch.known) + len(batch.anew) and not (fates.created or fates.changed):
            self._warnings.add("nothing_new", "Every row is as it was in the load before.")

    def _digests(self) -> dict[int, bytes]:
        """Return the digests of the rows that need not be read again in the next file."""
        return {key: digest for key, digest in self._read.digests.items() if key not in self._read.batch.anew}


def _rejection(table: Table, rejection: Rejection) -> dict[str, Any]:
    place, why = rejection
    return {
        "row_number": place.row,
        "line": place.line,
        "column": why.column,
        "value": why.value,
        "code": why.code,
        "text": str(why),
        "raw": table.text(place)[: repository.RAW_SHOWN],
    }


def _lines(file: BinaryIO, header_line: int) -> int:
    """Count the lines below the header: about the number of rows. The file's position is left as it was."""
    at = file.tell()
    file.seek(0)
    ends, others = ENDS
    count = sum(block.count(ends) or block.count(others) for block in iter(lambda: file.read(1 << 20), b""))
    file.seek(at)
    return max(count - header_line, 0)


def _failed(file_name: str, error: UnreadableFile) -> JobFailed:
    return JobFailed(
        "The file cannot be loaded",
        f"{file_name}: {error.text} Nothing was loaded.",
        [FieldProblem("/file", error.text, error.code)],
    )


JOB_KINDS: Final = (JobKind(name=NAME, run=run, lock="imports"),)
