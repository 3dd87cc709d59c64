"""What the bytes are: text in one of two encodings but for a stray byte, or something that is no table at all."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final

from inspection.imports.limits import beyond
from inspection.imports.reading.lines import lines
from inspection.imports.reading.problems import UnreadableFile
from inspection.imports.reading.undecodable import NUL, decode, stray_in

UTF_8: Final = "utf-8"
WINDOWS_1252: Final = "cp1252"
_BOM: Final = codecs.BOM_UTF8
_PIECE: Final = 1 << 20
_BEYOND_ASCII: Final = bytes(range(128, 256))
_NO_LETTERS: Final = [bytes([number]) for number in (0x00, 0x81, 0x8D, 0x8F, 0x90, 0x9D)]
"""What Windows-1252 does not define, and NUL."""

_SEND_CSV: Final = "Send the CSV file itself."
_SAVE_ANEW: Final = "Save it as CSV in UTF-8 and send it again."
_SIGNATURES: Final = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook", _SEND_CSV),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", _SEND_CSV),
    (b"%PDF", "a PDF document", _SEND_CSV),
    (b"\x1f\x8b", "a gzip archive", _SEND_CSV),
    (b"\xff\xfe\x00\x00", "UTF-32 text", _SAVE_ANEW),
    (b"\x00\x00\xfe\xff", "UTF-32 text", _SAVE_ANEW),
    (b"\xff\xfe", "UTF-16 text", _SAVE_ANEW),
    (b"\xfe\xff", "UTF-16 text", _SAVE_ANEW),
)


def detect(file: BinaryIO) -> tuple[str, int]:
    """Return (encoding, bytes to skip at the start) of a file; raises UnreadableFile for what is no text table.

    A few lines may hold bytes that are no text in that encoding: they cost their rows, not the file.
    """
    file.seek(0)
    head = file.read(8)
    _refuse_known(head)
    marked = head.startswith(_BOM)
    encoding = UTF_8 if marked or _is_utf_8(file) else WINDOWS_1252
    _refuse_damaged(file, encoding)
    return encoding, len(_BOM) if marked else 0


def _refuse_known(head: bytes) -> None:
    if not head:
        raise UnreadableFile("empty_file", "The file is empty.")
    for signature, what, remedy in _SIGNATURES:
        if head.startswith(signature):
            raise UnreadableFile("not_csv", f"The file is {what}. {remedy}")


def _is_utf_8(file: BinaryIO) -> bool:
    """Tell whether the letters beyond ASCII are UTF-8, all of them or more than there are bytes that are not."""
    if _is_sound_utf_8(file):
        return True
    whole = broken = 0
    for line in _lines(file):
        if not line.isascii():
            letters, strays = _letters(line)
            whole += letters
            broken += strays
    return not broken or whole > broken


def _is_sound_utf_8(file: BinaryIO) -> bool:
    """Tell whether all of a file is UTF-8 without a NUL: in pieces, which is much quicker than line by line."""
    decoder = codecs.getincrementaldecoder(UTF_8)()
    try:
        for piece in _pieces(file):
            if NUL in piece:
                return False
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_sound(file: BinaryIO, encoding: str) -> bool:
    if encoding == UTF_8:
        return _is_sound_utf_8(file)
    return not any(byte in piece for piece in _pieces(file) for byte in _NO_LETTERS)


def _letters(line: bytes) -> tuple[int, int]:
    """Count the letters of UTF-8 beyond ASCII, and the bytes that belong to none."""
    text = decode(line, UTF_8)
    strays = len(line) - len(text.encode(UTF_8, errors="ignore"))
    return len(text) - len(line.translate(None, _BEYOND_ASCII)) - strays, strays


def _refuse_damaged(file: BinaryIO, encoding: str) -> None:
    """Refuse a file of which too many lines hold bytes that are no text."""
    if _is_sound(file, encoding):
        return
    total = damaged = 0
    first = ""
    for total, line in enumerate(_lines(file), start=1):
        if NUL in line or not (line.isascii() or _decodes(line, encoding)):
            damaged += 1
            first = first or _told(total, decode(line, encoding))
    if beyond("undecodable", damaged, total):
        raise UnreadableFile(
            "unknown_encoding",
            f"{damaged} of {total} lines hold bytes that are neither UTF-8 nor Windows-1252 text, the first of them"
            f" {first}. Save it as CSV in UTF-8.",
        )


def _told(number: int, line: str) -> str:
    stray = stray_in([line])
    return f"line {number}" if stray is None else f"{stray.byte} on line {number}"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


def _lines(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    return lines(file)
