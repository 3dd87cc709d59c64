"""The columns of a kind of file: which are known, which are read, which a file must have."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from inspection.data import load_columns
from inspection.imports.reading.cells import NOTHING, blank, required, unreadable
from inspection.imports.reading.header import Drift, Header, lookalikes
from inspection.imports.reading.problems import UnreadableFile

T = TypeVar("T")

MOST_REMEMBERED: Final = 50_000


class Columns:
    """The columns of one file, matched with what is known of its kind. Raises UnreadableFile for a required one."""

    def __init__(self, kind: str, header: Header) -> None:
        self.kind = kind
        self.known: dict[str, Any] = load_columns(kind)
        self.header = header
        self.layout = self._layout()
        self.drift: Drift = header.drift(
            self.layout, self.known["layouts"][self.layout], self.known["ignored_prefixes"]
        )
        self._check()
        self.left = self._fed_by_none()
        self.dates: list[str] = []

    def place(self, title: str) -> int:
        """Return a column's place; -1, which is where a blank cell is put, for one that the file lacks."""
        place = self.header.place(title)
        return -1 if place is None else place

    def reader(self, field: str, parse: Callable[[str], T], why: str, *, needed: bool = False) -> "Reader[T]":
        """Return a reader of a field of `fields`; see `Reader`."""
        title = self.known["fields"][field]
        return Reader(title, parse, why, needed=needed)

    def dates_reader(self, field: str, parse: Callable[[str], T], why: str, *, needed: bool = False) -> "Reader[T]":
        """Return a reader of a field of `fields` that holds dates, and note its column in `dates`."""
        self.dates.append(self.known["fields"][field])
        return self.reader(field, parse, why, needed=needed)

    def _fed_by_none(self) -> list[str]:
        """Return the columns of the database that want a column of this file: they stay as they were."""
        feeds: dict[str, list[str]] = self.known.get("feeds", {})
        absent = [field for field, title in self.known["fields"].items() if title not in self.header]
        return [*dict.fromkeys(name for field in absent for name in feeds.get(field, [field]))]

    def _layout(self) -> str:
        layouts: dict[str, list[str]] = self.known["layouts"]
        marks: dict[str, list[str]] = self.known["layout_marks"]
        for layout, titles in marks.items():
            if any(title in self.header for title in titles):
                return layout
        return next(iter(layouts))

    def _check(self) -> None:
        missing = [title for title in self.known["required"] if title not in self.header]
        if missing:
            raise UnreadableFile(
                "missing_column",
                f"The header on line {self.header.line} lacks the required columns: {', '.join(missing)}."
                f"{self._renamed(missing)}",
            )
        read = set(self.known["fields"].values())
        twice = [title for title in self.drift.duplicated if any(same(title, other) for other in read)]
        if twice:
            raise UnreadableFile(
                "duplicated_column", f"The header on line {self.header.line} has twice: {', '.join(twice)}."
            )

    def _renamed(self, missing: Sequence[str]) -> str:
        """Say which columns that nobody knows look like those that are missing."""
        pairs = lookalikes(missing, self.drift.unknown)
        return "".join(f" It has {now}, which looks like {known}." for known, now in pairs)


def same(title: str, other: str) -> bool:
    """Tell whether two titles name the same column."""
    return other in Header([title])


class OwnTexts:
    """Cells of a column in which every row has a value of its own, that mostly needs no change.

    `plain` tells for a whole column whether all its cells are values as they stand; only where they are not is each
    cell read by itself.
    """

    def __init__(self, reader: "Reader[str]", plain: Callable[[Sequence[str]], bool]) -> None:
        self._reader = reader
        self._plain = plain

    def column(self, cells: Sequence[str]) -> Sequence[str | None]:
        """Read a cell of every row, in the order of the rows."""
        return cells if self._plain(cells) else [*map(self._reader.read, cells)]


class Reader(dict[str, T | None]):
    """Cells of one column -> their values: None for nothing, a rejection for a cell that cannot be read.

    Most columns hold few values many times over, so each cell is parsed once. `parse` raises ValueError for what it
    cannot read, which the rejection then calls `why`.
    """

    def __init__(self, title: str, parse: Callable[[str], T | None], why: str, *, needed: bool = False) -> None:
        super().__init__()
        self.title = title
        self._parse = parse
        self.why = why
        self._needed = needed

    def __missing__(self, cell: str) -> T | None:
        """Read a cell that has not been seen yet."""
        value = self.read(cell)
        if len(self) < MOST_REMEMBERED:
            self[cell] = value
        return value

    def column(self, cells: Sequence[str]) -> list[T | None]:
        """Read a cell of every row, in the order of the rows."""
        return [*map(self.__getitem__, cells)]

    def read(self, cell: str) -> T | None:
        """Read a cell without remembering it: for columns where every cell differs."""
        value = None
        if cell not in NOTHING:
            try:
                value = self._parse(cell)
            except ValueError as error:
                if not blank(cell):
                    raise unreadable(self.title, cell, self.why) from error
        if value is None and self._needed:
            raise required(self.title)
        return value
