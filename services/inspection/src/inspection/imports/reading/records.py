"""Records of a CSV file one by one, each with its bytes: a row already known by its bytes need not be parsed."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from os import SEEK_END
from typing import BinaryIO, Final

from inspection.imports.reading.lines import ENDS, LONGEST_LINE, is_piece, lines
from inspection.imports.reading.problems import Place, RejectedRow
from inspection.imports.reading.undecodable import NUL, decode, shown

LONGEST_RECORD: Final = 50
"""Lines that one quoted record may span. More means that a closing quote is missing."""

NEVER_CLOSED: Final = (
    f"A quotation mark in this row is never closed: not within {LONGEST_RECORD} lines and {csv.field_size_limit():,}"
    " characters, the most that a cell may have."
)
_QUOTE: Final = b'"'
_NEWLINES: Final = b"\r\n"
_BLANK: Final = b", \t"


@dataclass(slots=True)
class Record:
    """One record: its first line's number from 1, where it starts, its bytes without the line end.

    `complete` is false where its quotes never close. Of an `overlong` one only the first bytes are kept.
    """

    line: int
    start: int
    content: bytes
    complete: bool = True
    overlong: bool = False


class Records:
    """Iterates over the records of a file from its present position.

    A quote that is never closed costs its own line only: the record is given as incomplete, and reading goes on with
    the next line.
    """

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._lines = lines(file)
        self._encoding = encoding
        self._waiting: list[bytes] = []
        self._line = 0
        self._at = file.tell()
        self._last = _NEWLINES
        self.quotes_close = True

    @property
    def ends_with_newline(self) -> bool:
        """Tell whether the line read last was ended."""
        return self._last.endswith(ENDS)

    def __iter__(self) -> Iterator[Record]:
        # what `_next` does, without a call for each line
        while line := self._waiting.pop() if self._waiting else next(self._lines, b""):
            start = self._at
            self._line += 1
            self._at += len(line)
            self._last = line
            if len(line) == LONGEST_LINE and is_piece(line):
                yield self._overlong(self._line, start, line)
            elif _QUOTE in line and line.count(_QUOTE) % 2:
                yield self._quoted(self._line, start, line)
            elif (content := line.rstrip(_NEWLINES)).lstrip(_BLANK):
                yield Record(self._line, start, content)

    def cells(self, record: Record) -> list[str]:
        """Parse a record into its cells; raises RejectedRow where its quotes do not close.

        Raises UndecodableRecordError, with the cells as far as they can be read, for bytes that are no text.
        """
        if record.overlong:
            raise _too_long(decode(record.content, self._encoding))
        if not record.complete:
            raise RejectedRow("unterminated_quote", NEVER_CLOSED)
        try:
            text = record.content.decode(self._encoding)
        except UnicodeDecodeError as error:
            raise UndecodableRecordError(self._split(record, decode(record.content, self._encoding))) from error
        if NUL in record.content:
            raise UndecodableRecordError(self._split(record, text))
        return self._split(record, text)

    def cells_as_found(self, record: Record) -> list[str]:
        """Return what is likeliest in the cells of a record that was refused."""
        return decode(record.content, self._encoding).split(",")

    def text(self, start: int, size: int) -> str:
        """Return a record as it stands in the file; only once all records have been read."""
        self._file.seek(start)
        return shown(decode(self._file.read(size), self._encoding))

    def at(self, place: Place) -> Record:
        """Return the record at a place where one is known to be; those that follow cannot be iterated over any more."""
        self._file.seek(place.start)
        return Record(place.line, place.start, self._file.read(place.size))

    def pass_over(self) -> None:
        """Take the rest of the file, of which every record is known to be complete, as read."""
        self._file.seek(-1, SEEK_END)
        self._last = self._file.read(1)

    def _split(self, record: Record, text: str) -> list[str]:
        if _QUOTE not in record.content:
            return text.split(",")
        try:
            return next(csv.reader([text]))
        except csv.Error as error:
            if (place := _overlong_cell(text)) is not None:
                raise OverlongCell(place) from error
            raise RejectedRow("broken_row", "This row cannot be read as comma-separated values.") from error

    def _next(self) -> bytes:
        line = self._waiting.pop() if self._waiting else next(self._lines, b"")
        if line:
            self._line += 1
            self._at += len(line)
            self._last = line
        return line

    def _overlong(self, number: int, start: int, line: bytes) -> Record:
        """Pass over the rest of a line that is too long to be read at once."""
        piece = line
        while is_piece(piece):
            piece = self._next()
        self._line = number
        return Record(number, start, line, overlong=True)

    def _quoted(self, number: int, start: int, line: bytes) -> Record:
        """Join the lines of a record whose quotes may be open at the end of its first line."""
        lines = [line]
        reader = csv.reader(self._decoded(lines))
        try:
            next(reader)
        except (csv.Error, _NeverClosedError):
            self._waiting.extend(reversed(lines[1:]))
            self._line, self._at = number, start + len(line)
            self.quotes_close = False
            return Record(number, start, line.rstrip(_NEWLINES), complete=False)
        return Record(number, start, b"".join(lines).rstrip(_NEWLINES))

    def _decoded(self, lines: list[bytes]) -> Iterator[str]:
        """Yield the first line, and as many more as the CSV reader asks for; they are added to `lines`."""
        yield decode(lines[0], self._encoding)
        while len(lines) < LONGEST_RECORD and (following := self._next()):
            lines.append(following)
            yield decode(following, self._encoding)
        raise _NeverClosedError


def _overlong_cell(text: str) -> int | None:
    """Return the place of the first cell of a row that is longer than is read, None where there is none."""
    place = 0
    for number, piece in enumerate(text.split('"')):  # every second one stands between quotes
        cells = [piece] if number % 2 else piece.split(",")
        for further, cell in enumerate(cells):
            if len(cell) > csv.field_size_limit():
                return place + further
        place += len(cells) - 1
    return None


def _too_long(text: str) -> RejectedRow:
    """Return why a row is refused of which `text` is the beginning."""
    place = _overlong_cell(text)
    if place is not None:
        return OverlongCell(place)
    return RejectedRow("row_too_long", f"The row has more than {LONGEST_LINE:,} bytes, the most that is read.")


class OverlongCell(RejectedRow):
    """A cell, in this place of its row, is longer than is read."""

    def __init__(self, place: int) -> None:
        super().__init__("cell_too_long", f"The cell has more than {csv.field_size_limit():,} characters.")
        self.place = place


class UndecodableRecordError(Exception):
    """A record holds bytes that are no text; in `cells` they are stand-ins."""

    def __init__(self, cells: list[str]) -> None:
        super().__init__("bytes that are no text")
        self.cells = cells


class _NeverClosedError(Exception):
    """The file, or the longest record allowed, ended inside quotes."""
