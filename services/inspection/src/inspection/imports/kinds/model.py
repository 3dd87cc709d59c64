"""What every kind of file has: a reader of rows and a loader of what was read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection

from inspection.imports.kinds.columns import Columns
from inspection.imports.reading.header import Header
from inspection.imports.reading.problems import Place


class Accepted(NamedTuple):
    """A row that reads well; `record` is of the kind's own type."""

    place: Place
    record: Any


@dataclass(slots=True)
class Batch:
    """What a file holds, by the key of each row: rows to be merged, and rows known from an earlier load."""

    as_at: date
    accepted: dict[int, Accepted] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    listed: set[int] = field(default_factory=set)
    known_as_at: date | None = None
    partial: bool = False
    """Rows of an earlier file, sent again: what is not listed says nothing."""
    anew: set[int] = field(default_factory=set)
    """Rows that carry a warning: the next file's are read again even where no byte has changed, and so warn again."""
    left: Sequence[str] = ()
    """Columns of the database that the file does not fill, for want of a column: they stay as they were."""
    whole: bool = True
    """False where rows may be lost: the last line is not ended, or a quote never closes."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The row of `sources` that this load's rows point to."""

    id: int
    name: str
    as_at: date


@dataclass(slots=True)
class Warnings:
    """Warnings of a load, by code: a text and how often."""

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, code: str, text: str, count: int = 1, examples: Sequence[object] = ()) -> None:
        """Count a warning; the first text given for a code stays."""
        entry = self.entries.setdefault(code, {"code": code, "text": text, "count": 0, "examples": []})
        entry["count"] += count
        entry["examples"] = [*entry["examples"], *examples][:10]

    def as_json(self) -> list[dict[str, Any]]:
        """Return them as documents."""
        return list(self.entries.values())


@dataclass(frozen=True, slots=True)
class Fates:
    """How many of the accepted rows created or changed something; the rest left all as it was."""

    created: int
    changed: int


class RowReader(Protocol):
    """Reads rows of one file. To be inherited from."""

    columns: Columns

    def left(self) -> list[str]:
        """Return the names of what stays as it was for want of a column, for people."""
        return self.columns.left

    def dated(self, as_at: date) -> None:
        """Learn the date of the file, before its first row. Most kinds read a row alike whatever it is."""
        del as_at

    def key(self, cells: Sequence[str]) -> int:
        """Return what identifies the row among those of its kind; raises RejectedRow."""
        ...

    def read(self, cells: Sequence[str]) -> Any:
        """Return the row's record; raises RejectedRow for the first value that cannot be read."""
        ...

    def read_all(self, rows: Sequence[Sequence[str]]) -> Sequence[Any]:
        """Return the records of several rows; raises RejectedRow, saying nothing of the others, where one is refused.

        A kind may have a quicker way for many rows than for one.
        """
        return [self.read(row) for row in rows]


class Kind(Protocol):
    """One kind of file."""

    code: str
    version: int
    """Of the reading: a change in what rows mean, or in where they begin and end, makes known rows unknown."""

    key_name: str
    """What a row's key is called in messages."""

    def reader(self, header: Header) -> RowReader:
        """Return a reader for files with this header; raises UnreadableFile where a required column is missing."""
        ...

    def load(self, connection: Connection, batch: Batch, source: Provenance, warnings: Warnings) -> Fates:
        """Merge a batch into the tables and write the events of what changed, in the connection's transaction."""
        ...
