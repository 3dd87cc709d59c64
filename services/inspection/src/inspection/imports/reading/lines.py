"""The lines of a file: ended by a line feed, a carriage return, or both, even where they are mixed."""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Final

LONGEST_LINE: Final = 1 << 20
"""Bytes. A longer line comes in pieces, of which only the last one is ended."""
ENDS: Final = (b"\n", b"\r")
_FEED, _RETURN, _BOTH = b"\n", b"\r", b"\r\n"
_BLOCK: Final = 1 << 16
"""Bytes read at once: few enough to stay in the processor's cache until their lines are taken."""


def lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines from the file's present position, each with its end. Until the last one nobody may move it."""
    begun = b""
    while block := file.read(_BLOCK):
        *ended, begun = BytesIO(begun + block).readlines()
        if begun.endswith(_FEED):
            ended.append(begun)
            begun = b""
        for line in ended:
            if line.find(_RETURN, 0, -len(_BOTH)) < 0 and len(line) <= LONGEST_LINE:
                yield line
            else:
                yield from _split(line)
        if _RETURN in begun or len(begun) > LONGEST_LINE + len(_BOTH):
            *ended, begun = _split(begun)
            yield from ended
    yield from _split(begun)


def _split(text: bytes) -> Iterator[bytes]:
    """Yield the lines of a text, those that are too long in pieces; both characters of an end stay together."""
    for whole in text.splitlines(keepends=True):
        line = whole
        while len(line.rstrip(_BOTH)) > LONGEST_LINE:
            yield line[:LONGEST_LINE]
            line = line[LONGEST_LINE:]
        yield line


def is_piece(line: bytes) -> bool:
    """Tell whether a line is too long to be given at once, and goes on."""
    return len(line) == LONGEST_LINE and not line.endswith(ENDS)
