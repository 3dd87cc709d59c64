"""Ways to damage a CSV file: by its bytes, by its columns, by its cells, or by being something else altogether."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

Damage = Callable[[random.Random, bytes], bytes]
_DATES = ("31/02/2024", "2024/13/45", "13-25-2023", "tomorrow", "01/01/0001", "31/12/9999", "45000", "1/1/24")
_GRADES = ("7", "Superb", "-1", "N/A", "Expected  standard!", "2.0", "\u0662", "é")
_NUMBERS = ("-5", "1e400", "NaN", "9" * 400, "99999999999", "01", "1,000", "0x1F", "٣٤", "1.5")
_TEXTS = (
    "=cmd()",
    "\x1f",
    "a\tb",
    "\\N",
    "\\.",
    "\x0b",
    "'; drop table schools --",
    "\u202e",
    "\ufeff",
    "x" * 600,
    "NULL",
)


@dataclass(frozen=True)
class Table:
    """A file taken apart at its line ends and commas; cells keep their quotes."""

    head: list[bytes]
    header: list[bytes]
    rows: list[list[bytes]]

    @classmethod
    def of(cls, content: bytes) -> Table:
        """Take a file apart; lines above the header are kept."""
        lines = content.replace(b"\r\n", b"\n").split(b"\n")
        first = max(range(min(5, len(lines))), key=lambda n: lines[n].count(b","))
        return cls(lines[:first], lines[first].split(b","), [line.split(b",") for line in lines[first + 1 :] if line])

    def content(self) -> bytes:
        """Put the file together again."""
        return b"\n".join([*self.head, b",".join(self.header), *(b",".join(row) for row in self.rows), b""])


def _on_table(change: Callable[[random.Random, Table], Table]) -> Damage:
    def damage(rng: random.Random, content: bytes) -> bytes:
        return change(rng, Table.of(content)).content()

    damage.__name__ = change.__name__
    return damage


def truncated(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content))]


def flipped_bytes(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 5, 50))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def nul_bytes(rng: random.Random, content: bytes) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + b"\x00" * rng.choice((1, 100)) + content[at:]


def stray_byte(rng: random.Random, content: bytes) -> bytes:
    """One byte that is no text, in a cell of one row."""
    return _in_a_cell(rng, content, rng.choice((b"\x81", b"\x9d")))


def one_nul(rng: random.Random, content: bytes) -> bytes:
    """One NUL character, in a cell of one row."""
    return _in_a_cell(rng, content, b"\x00")


def cut_between_rows(rng: random.Random, content: bytes) -> bytes:
    """The file ends with a whole row, whose line is not ended."""
    lines = content.rstrip(b"\r\n").split(b"\n")
    return b"\n".join(lines[: rng.randrange(len(lines) // 4, len(lines) // 2)]).rstrip(b"\r")


def cut_with_open_quote(rng: random.Random, content: bytes) -> bytes:
    """The file ends in a row of which a quote never closes, and its line is ended."""
    lines = content.rstrip(b"\r\n").split(b"\n")
    last = rng.randrange(len(lines) // 4, len(lines) // 2)
    return b"\n".join([*lines[:last], b'"' + lines[last].replace(b'"', b""), b""])


def _in_a_cell(rng: random.Random, content: bytes, byte: bytes) -> bytes:
    table = Table.of(content)
    row = rng.choice(table.rows)
    at = rng.randrange(len(row))
    row[at] = row[at] + byte if row[at][-1:] != b'"' else byte + row[at]
    return table.content()


def open_quotes(rng: random.Random, content: bytes) -> bytes:
    changed = content
    for _ in range(rng.choice((1, 1, 3))):
        at = rng.randrange(len(changed))
        changed = changed[:at] + b'"' + changed[at:]
    return changed


def with_mark(rng: random.Random, content: bytes) -> bytes:
    return b"\xef\xbb\xbf" * rng.choice((1, 2)) + content


def as_utf_16(rng: random.Random, content: bytes) -> bytes:
    return content.decode("cp1252", "replace").encode(rng.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32")))


def mixed_encodings(rng: random.Random, content: bytes) -> bytes:
    """Text in UTF-8 with letters that Windows-1252 has no code for, and bytes that are no UTF-8, or half a letter."""
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    lines[at] += "Ýí Łódź 学校".encode()
    lines[rng.randrange(len(lines))] += rng.choice((b"\x92", b"\xff", b"\xe9", b"\x81", b"", b""))
    return b"\n".join(lines) + rng.choice((b"", b"\xc3", b"\xe5\xad"))


def line_ends(rng: random.Random, content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", rng.choice((b"\r", b"\r\n", b"\n\r", b"\n\n", b"\r\r\n")))


def empty(rng: random.Random, content: bytes) -> bytes:
    del content
    return rng.choice((b"", b"\n", b" ", b"\r\n\r\n", b"\xef\xbb\xbf", b",,,\n,,,\n"))


def header_only(rng: random.Random, content: bytes) -> bytes:
    table = Table.of(content)
    return Table(table.head, table.header, [[b""]] * rng.choice((0, 1, 3))).content()


def no_header(rng: random.Random, content: bytes) -> bytes:
    del rng
    table = Table.of(content)
    return b"\n".join(b",".join(row) for row in table.rows)


def zipped(rng: random.Random, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(rng.choice(("file.csv", "xl/worksheets/sheet1.xml")), content)
    return buffer.getvalue()


def other_bytes(rng: random.Random, content: bytes) -> bytes:
    del content
    return rng.choice(
        (rng.randbytes(5000), b"%PDF-1.7\n" + rng.randbytes(500), b"<html><body>Sign in</body></html>", b"{}")
    )


@_on_table
def dropped_column(rng: random.Random, table: Table) -> Table:
    at = rng.randrange(len(table.header))
    return Table(table.head, _without(table.header, at), [_without(row, at) for row in table.rows])


@_on_table
def dropped_title(rng: random.Random, table: Table) -> Table:
    """The header loses a title, the rows keep their cells."""
    return Table(table.head, _without(table.header, rng.randrange(len(table.header))), table.rows)


@_on_table
def renamed_column(rng: random.Random, table: Table) -> Table:
    header = list(table.header)
    header[rng.randrange(len(header))] = rng.choice((b"Renamed", b"", b"x" * 5000, b'"a, b"'))
    return Table(table.head, header, table.rows)


@_on_table
def duplicated_column(rng: random.Random, table: Table) -> Table:
    at = rng.randrange(len(table.header))
    rows = [[*row, row[at] if at < len(row) else b""] for row in table.rows]
    return Table(table.head, [*table.header, table.header[at]], rows)


@_on_table
def reordered_columns(rng: random.Random, table: Table) -> Table:
    order = list(range(len(table.header)))
    rng.shuffle(order)
    rows = [[row[at] for at in order] if len(row) == len(order) else row for row in table.rows]
    return Table(table.head, [table.header[at] for at in order], rows)


@_on_table
def extra_columns(rng: random.Random, table: Table) -> Table:
    more = rng.choice((1, 3, 500))
    rows = [[*row, *[b"extra"] * (more if rng.random() < 0.9 else 1)] for row in table.rows]
    return Table(table.head, [*table.header, *(f"Extra {n}".encode() for n in range(more))], rows)


@_on_table
def ragged_rows(rng: random.Random, table: Table) -> Table:
    rows = [row[: rng.randrange(len(row) + 1)] if rng.random() < 0.1 else row for row in table.rows]
    return Table(table.head, table.header, rows)


@_on_table
def repeated_rows(rng: random.Random, table: Table) -> Table:
    """The same rows again, some with another cell: the same key twice, alike or not."""
    some = rng.sample(table.rows, min(5, len(table.rows)))
    again = [_with(row, rng.randrange(len(row)), b"1") if rng.random() < 0.5 else row for row in some]
    return Table(table.head, table.header, [*table.rows, *again])


@_on_table
def wrong_dates(rng: random.Random, table: Table) -> Table:
    return _cells(rng, table, _DATES, b"date")


@_on_table
def unknown_grades(rng: random.Random, table: Table) -> Table:
    return _cells(rng, table, _GRADES, b"e")


@_on_table
def wrong_numbers(rng: random.Random, table: Table) -> Table:
    return _cells(rng, table, _NUMBERS, b"u")


@_on_table
def odd_texts(rng: random.Random, table: Table) -> Table:
    return _cells(rng, table, _TEXTS, b"")


@_on_table
def enormous_cell(rng: random.Random, table: Table) -> Table:
    rows = list(table.rows)
    row = rng.randrange(len(rows))
    cell = rng.choice((b"x" * 200_000, b"9" * 5_000, b'"' + b"y\n" * 200 + b'"', b"z" * 1_200_000))
    rows[row] = _with(rows[row], rng.randrange(len(rows[row])), cell)
    return Table(table.head, table.header, rows)


def _cells(rng: random.Random, table: Table, values: tuple[str, ...], title: bytes) -> Table:
    """Put values into some cells, in columns whose titles have this in them."""
    columns = [at for at, each in enumerate(table.header) if title in each.lower()] or [0]
    rows = list(table.rows)
    for at in rng.sample(range(len(rows)), min(12, len(rows))):
        column = rng.choice(columns)
        if column < len(rows[at]):
            rows[at] = _with(rows[at], column, rng.choice(values).encode())
    return Table(table.head, table.header, rows)


def _with(row: list[bytes], at: int, cell: bytes) -> list[bytes]:
    return [*row[:at], cell, *row[at + 1 :]]


def _without(row: list[bytes], at: int) -> list[bytes]:
    return [*row[:at], *row[at + 1 :]]


DAMAGES: tuple[Damage, ...] = (
    truncated,
    flipped_bytes,
    nul_bytes,
    open_quotes,
    with_mark,
    as_utf_16,
    mixed_encodings,
    line_ends,
    empty,
    header_only,
    no_header,
    zipped,
    other_bytes,
    dropped_column,
    dropped_title,
    renamed_column,
    duplicated_column,
    reordered_columns,
    extra_columns,
    ragged_rows,
    repeated_rows,
    wrong_dates,
    unknown_grades,
    wrong_numbers,
    odd_texts,
    enormous_cell,
    stray_byte,
    one_nul,
    cut_between_rows,
    cut_with_open_quote,
)
ONE_ROW = frozenset({stray_byte, one_nul})
"""These cost one row, and nothing else."""
CUT_OFF = frozenset({cut_between_rows, cut_with_open_quote})
"""These load what is left, and no school is marked as missing for them."""
