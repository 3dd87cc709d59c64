"""A file opened as a table of one kind: encoding and header settled, rows to be read one by one."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Final

from inspection.data import load_columns
from inspection.imports.reading.encoding import detect
from inspection.imports.reading.header import Header, find_header
from inspection.imports.reading.problems import Place, RejectedRow
from inspection.imports.reading.records import OverlongCell, Record, Records, UndecodableRecordError
from inspection.imports.reading.undecodable import rejection

NOT_KEPT: Final = "(The row is not kept: it cannot be told which of its cells are personal data.)"


class Table:
    """A CSV file of a kind. Raises UnreadableFile at once where it is none."""

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self.encoding, skip = detect(file)
        file.seek(skip)
        self._records = Records(file, self.encoding)
        self.header: Header = find_header(self._records, kind)
        self.truncated = False
        columns = load_columns(kind)
        places = (self.header.place(title) for title in columns.get("personal", []))
        self._personal = [place for place in places if place is not None]
        self._of_pupils = "measures" in columns

    def rows(self) -> Iterator[tuple[int, Record]]:
        """Yield the rows below the header by their number from 1, not parsed yet; blank ones are no rows."""
        return enumerate(self._records, start=1)

    def rows_at(self, places: Iterable[Place]) -> list[tuple[int, Record]]:
        """Return the rows that are known to be at these places, and take all others as read: none is damaged."""
        found = [(place.row, self._records.at(place)) for place in places]
        self._records.pass_over()
        return found

    def cells(self, record: Record) -> list[str]:
        """Parse a row into as many cells as the header has; raises RejectedRow where that does not go."""
        at_end = not self._records.ends_with_newline
        try:
            cells = self._records.cells(record)
        except UndecodableRecordError as error:
            self.truncated = self.truncated or (at_end and len(error.cells) < self.header.width)
            raise rejection(error.cells, self.header.titles, self._hidden(len(error.cells))) from error
        except RejectedRow as why:
            self.truncated = self.truncated or at_end
            if isinstance(why, OverlongCell) and why.place < self.header.width:
                why.column = self.header.titles[why.place]
            raise
        width = self.header.width
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            del cells[width:]
        if len(cells) != width:
            self.truncated = self.truncated or (at_end and len(cells) < width)
            raise self._wrong_width(len(cells), at_end=at_end)
        return cells

    def cells_as_found(self, record: Record) -> list[str]:
        """Return what is likeliest in the cells of a row that was refused, as many as the header has."""
        cells = self._records.cells_as_found(record)[: self.header.width]
        return [*cells, *[""] * (self.header.width - len(cells))]

    def text(self, place: Place) -> str:
        """Return a row as it stands in the file, less personal data; only once all rows have been read."""
        text = self._records.text(place.start, place.size)
        return self._without_personal(text) if self._personal else text

    def _hidden(self, found: int) -> Sequence[int]:
        """Return the places in a row of so many cells of which none is repeated: of personal data, of pupils' figures.

        Any of them where it cannot be told, and in files of pupils' figures, for they may be of a few.
        """
        if self._of_pupils:
            return range(found)
        return self._personal if found == self.header.width or not self._personal else range(found)

    def _without_personal(self, text: str) -> str:
        try:
            (cells,) = csv.reader([text], strict=True)
        except (csv.Error, ValueError):
            return NOT_KEPT
        if len(cells) != self.header.width:
            return NOT_KEPT
        for place in self._personal:
            cells[place] = ""
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow(cells)
        return out.getvalue()

    @property
    def last_line_ended(self) -> bool:
        """Tell whether the line read last was ended: its last value is whole then."""
        return self._records.ends_with_newline

    @property
    def whole(self) -> bool:
        """Tell whether nothing hints that rows are lost: the last row has all its columns, and every quote closes.

        A last line that merely is not ended is no hint: many programs write files so.
        """
        return not self.truncated and self._records.quotes_close

    def _wrong_width(self, found: int, *, at_end: bool) -> RejectedRow:
        if at_end and found < self.header.width:
            return RejectedRow(
                "truncated_row", f"The file breaks off in this row: {found} of {self.header.width} columns are there."
            )
        return RejectedRow(
            "wrong_number_of_columns", f"The row has {found} columns where the header has {self.header.width}."
        )


def place_of(number: int, record: Record) -> Place:
    """Return where a row stands, by its number and its record."""
    return Place(number, record.line, record.start, len(record.content))
