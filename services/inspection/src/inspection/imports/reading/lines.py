"""The lines of a file: ended by a line feed, a carriage return, or both, even where they are mixed."""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

LONGEST_LINE: Final = 1 << 20
"""Bytes. A longer line comes in pieces, of which only the last one is ended."""
ENDS: Final = (b"\n", b"\r")
_LONE_RETURN: Final = re.compile(rb"(?<=\r)(?!\n)")


def lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines from the file's present position, each with its end."""
    while block := file.readline(LONGEST_LINE):
        if block.count(b"\r") == block.endswith(b"\r\n"):
            yield block
            continue
        *whole, last = filter(None, _LONE_RETURN.split(block))
        yield from whole
        if whole and len(block) == LONGEST_LINE:
            file.seek(-len(last), 1)  # the block ends wherever it does: the line begins anew with the next one
        else:
            yield last


def is_piece(line: bytes) -> bool:
    """Tell whether a line is too long to be given at once, and goes on."""
    return len(line) == LONGEST_LINE and not line.endswith(ENDS)
