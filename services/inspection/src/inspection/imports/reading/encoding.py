"""What the bytes are: text in one of two encodings, or something that is no table at all."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final

from inspection.imports.reading.problems import UnreadableFile

UTF_8: Final = "utf-8"
WINDOWS_1252: Final = "cp1252"
_BOM: Final = codecs.BOM_UTF8
_BLOCK: Final = 1 << 20
_ASCII: Final = bytes(range(128))
# official files leave five bytes of Windows-1252 undefined; where one occurs the text is something else
_SIGNATURES: Final = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
)


def detect(file: BinaryIO) -> tuple[str, int]:
    """Return (encoding, bytes to skip at the start) of a file; raises UnreadableFile for what is no text table."""
    file.seek(0)
    head = file.read(8)
    _refuse_known(head)
    encoding = _encoding(file)
    skip = len(_BOM) if head.startswith(_BOM) else 0
    if skip and encoding != UTF_8:
        raise UnreadableFile("broken_encoding", "The file starts with a UTF-8 mark and is not UTF-8 all through.")
    return encoding, skip


def _refuse_known(head: bytes) -> None:
    if not head:
        raise UnreadableFile("empty_file", "The file is empty.")
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            raise UnreadableFile("not_csv", f"The file is {what}. Send the CSV file itself.")


def _encoding(file: BinaryIO) -> str:
    """Try strict UTF-8 over the whole file, then Windows-1252."""
    if _is_utf_8(file):
        return UTF_8
    for block in _blocks(file):
        _check_windows(block)
    return WINDOWS_1252


def _is_utf_8(file: BinaryIO) -> bool:
    """Tell whether the file is UTF-8; raises UnreadableFile where it is but for half a letter at its end."""
    decoder = codecs.getincrementaldecoder(UTF_8)()
    beyond_ascii = 0
    for block in _blocks(file):
        beyond_ascii += len(block.translate(None, _ASCII))
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            return False
    half_a_letter = decoder.getstate()[0]
    if half_a_letter and beyond_ascii > len(half_a_letter):  # other letters were whole: not Windows-1252 by chance
        raise UnreadableFile("broken_encoding", "The file breaks off in the middle of a letter. Send the whole file.")
    return not half_a_letter


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file piece by piece; a NUL byte is in neither kind of table."""
    file.seek(0)
    while block := file.read(_BLOCK):
        if b"\x00" in block:
            raise UnreadableFile("not_csv", "The file holds binary data. Send the CSV file itself.")
        yield block


def _check_windows(block: bytes) -> None:
    try:
        block.decode(WINDOWS_1252)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "unknown_encoding", "The file is neither UTF-8 nor Windows-1252 text. Save it as CSV in UTF-8."
        ) from error
