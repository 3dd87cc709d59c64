"""What can be wrong with a file as a whole, and with one row of it."""

from typing import NamedTuple


class UnreadableFile(Exception):
    """The file cannot be loaded at all. The text is shown to whoever sent it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class RejectedRow(Exception):
    """A row that is not taken: the column and value at fault (where one is), a code and a text for people."""

    def __init__(self, code: str, text: str, column: str | None = None, value: str | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.column = column
        self.value = value


class Place(NamedTuple):
    """Where a row stands: `row` counts data rows from 1, `line` lines of the file from 1; `start`, `size` in bytes."""

    row: int
    line: int
    start: int
    size: int


class Rejection(NamedTuple):
    """A row that is not taken, and why."""

    place: Place
    why: RejectedRow
