"""Bytes that are no text in a file's encoding: read as stand-ins, found in a row, and shown as `\\x81`."""

import re
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from inspection.imports.reading.problems import RejectedRow

NUL: Final = b"\x00"
_STAND_IN: Final = re.compile("[\x00\udc80-\udcff]")
_BEFORE: Final = 100
_SHOWN: Final = 200


def decode(content: bytes, encoding: str) -> str:
    """Decode as far as it goes; each byte that is no text becomes one stand-in character."""
    return content.decode(encoding, errors="surrogateescape")


def shown(text: str) -> str:
    """Return a decoded text with its stand-ins written as `\\x81`."""
    return _STAND_IN.sub(lambda match: f"\\x{ord(match[0]) & 0xFF:02x}", text)


class Stray(NamedTuple):
    """The first byte that is no text: the place of its cell, the cell (or the part of it around the byte), the byte."""

    place: int
    cell: str
    byte: str


def stray_in(cells: Sequence[str]) -> Stray | None:
    """Return the first stand-in in these cells, None where there is none."""
    for place, cell in enumerate(cells):
        if match := _STAND_IN.search(cell):
            start = max(match.start() - _BEFORE, 0)
            return Stray(place, shown(cell[start : start + _SHOWN]).strip(), shown(match[0]))
    return None


def rejection(cells: Sequence[str], titles: Sequence[str], hidden: Collection[int]) -> RejectedRow:
    """Return the rejection of a row of which one of the cells holds such a byte; `hidden` places tell no value."""
    stray = stray_in(cells)
    if stray is None:
        return RejectedRow("undecodable_value", "The row holds a byte which is no text.")
    column = titles[stray.place] if stray.place < len(titles) else None
    value = None if stray.place in hidden else stray.cell
    what = "a value" if value is None else f"'{value}'"
    text = f"{column or f'column {stray.place + 1}'}: {what} holds the byte {stray.byte}, which is no text."
    return RejectedRow("undecodable_value", text, column, value)
