"""Rows as one string each, as they go to the database by COPY: compact to keep, quick to digest."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, Final

NOTHING: Final = "\x00"
_BETWEEN: Final = "\x1f"
_END: Final = "\x1e"
_DEGREE_PLACES: Final = 5
_COPY_FORM: Final = (  # in this order: the escapes of what stands in values come before what they are made of
    ("\\", r"\\"),
    ("\t", r"\t"),
    ("\n", r"\n"),
    ("\r", r"\r"),
    (NOTHING, r"\N"),
    (_BETWEEN, "\t"),
    (_END, "\n"),
)


def pack(values: Sequence[str | None]) -> str:
    """Return the values of a row, each in the database's text form, as one string."""
    return _BETWEEN.join([NOTHING if value is None else value for value in values])


def pack_columns(*columns: Sequence[str | None]) -> list[str]:
    """Return many rows, given as their columns, each as `pack` would return it."""
    return [*map(_BETWEEN.join, zip(*map(_filled, columns), strict=True))]


def _filled(column: Sequence[str | None]) -> Sequence[str]:
    return [NOTHING if value is None else value for value in column]


def unpack(packed: str) -> list[str | None]:
    """Return the values again."""
    return [None if value == NOTHING else value for value in packed.split(_BETWEEN)]


def join(*packed: str) -> str:
    """Return packed parts of a row, which may be single values, as one."""
    return _BETWEEN.join(packed)


def copy_text(rows: Iterable[str]) -> bytes:
    """Return packed rows in COPY's text format: the whole text at once, which is much quicker than row by row."""
    text = _END.join([*rows, ""])
    for plain, written in _COPY_FORM:
        text = text.replace(plain, written)
    return text.encode()


def digest(text: str, size: int = 16) -> bytes:
    """Return the digest of a packed row: equal digests, nothing changed."""
    return blake2b(text.encode(), digest_size=size).digest()


def bytea(value: bytes) -> str:
    """Return bytes in the database's text form."""
    return "\\x" + value.hex()


def written(value: Any) -> str | None:
    """Return a value of a column in the text form that values of files are packed in."""
    match value:
        case None:
            return None
        case bool():
            return boolean(value)
        case float():
            return f"{value:.{_DEGREE_PLACES}f}"
    return str(value)


def boolean(value: bool | None) -> str | None:
    """Return a truth value in the database's text form."""
    return None if value is None else "t" if value else "f"


def text_array(values: Iterable[str]) -> str:
    """Return codes (no quoting needed) as an array in the database's text form."""
    return "{" + ",".join(values) + "}"


def number_array(values: Iterable[int]) -> str:
    """Return numbers as an array in the database's text form: thousands of them, far quicker than the driver does."""
    return text_array(map(str, values))
