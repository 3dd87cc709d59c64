"""Rows as one string each, as they go to the database by COPY: compact to keep, quick to digest."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Final

_BETWEEN: Final = "\x1f"
_NOTHING: Final = "\x00"
TAB: Final = "\t"
NULL: Final = r"\N"
_ESCAPED: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def pack(values: Sequence[str | None]) -> str:
    """Return the values of a row, each in the database's text form, as one string."""
    return _BETWEEN.join([_NOTHING if value is None else value for value in values])


def unpack(packed: str) -> list[str | None]:
    """Return the values again."""
    return [None if value == _NOTHING else value for value in packed.split(_BETWEEN)]


def copy_line(*packed: str, ready: str = "") -> str:
    """Return packed parts of a row as one line of COPY's text format; `ready` is a last part that has that form."""
    row = _BETWEEN.join(packed)
    if "\\" in row or "\n" in row or "\t" in row or "\r" in row:
        row = row.translate(_ESCAPED)
    return f"{row.replace(_BETWEEN, TAB).replace(_NOTHING, NULL)}{ready}\n"


def digest(text: str, size: int = 16) -> bytes:
    """Return the digest of a packed row: equal digests, nothing changed."""
    return blake2b(text.encode(), digest_size=size).digest()


def bytea(value: bytes) -> str:
    """Return bytes in the database's text form."""
    return "\\x" + value.hex()


def ready(content_hash: bytes, *values: object) -> str:
    """Return a digest and plain values as the last columns of a line of COPY's text format (see `copy_line`)."""
    return TAB.join([f"\t\\\\x{content_hash.hex()}", *(NULL if value is None else str(value) for value in values)])


def boolean(value: bool | None) -> str | None:
    """Return a truth value in the database's text form."""
    return None if value is None else "t" if value else "f"


def text_array(values: Iterable[str]) -> str:
    """Return codes (no quoting needed) as an array in the database's text form."""
    return "{" + ",".join(values) + "}"
