"""What the work would cost with nothing but the driver: parse and COPY in, COPY out and in, the solver alone."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import psycopg
from tests.e2e.platform import Document
from tests.e2e.solving import best_suitability, most_matched, read_round


def parse_and_copy(url: str, path: Path) -> float:
    """Seconds to parse a monthly file and COPY its raw columns into a table of texts."""
    began = time.perf_counter()
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252"), newline="")))
    top = next(at for at, row in enumerate(rows) if "URN" in row)
    width = len(rows[top])
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS bare_rows")
        columns = ", ".join(f"c{at} text" for at in range(width))
        connection.execute(f"CREATE TABLE bare_rows ({columns})".encode())
        with connection.cursor().copy("COPY bare_rows FROM STDIN") as copy:
            for row in rows[top + 1 :]:
                copy.write_row(row)
    return time.perf_counter() - began


def copy_through(url: str, read: str, table: str, rows: str) -> float:
    """Seconds to COPY the rows of query `read` out, and those of query `rows` into a bare copy of `table`."""
    with psycopg.connect(url) as connection:
        kept = _copied_out(connection, f"COPY ({rows}) TO STDOUT")
        connection.execute(f"DROP TABLE IF EXISTS bare_written; CREATE TABLE bare_written (LIKE {table})".encode())
        connection.commit()
        began = time.perf_counter()
        _copied_out(connection, f"COPY ({read}) TO STDOUT")
        with connection.cursor().copy("COPY bare_written FROM STDIN") as copy:
            copy.write(kept)
        connection.commit()
        return time.perf_counter() - began


def _copied_out(connection: psycopg.Connection[tuple[object, ...]], command: str) -> bytes:
    with connection.cursor().copy(command.encode()) as copy:
        return b"".join(bytes(part) for part in copy)


def solve(pairs: list[Document], leaders: dict[str, Document]) -> float:
    """Seconds to solve a round with nothing around the solver."""
    began = time.perf_counter()
    given = read_round(pairs, leaders)
    best_suitability(given, most_matched(given))
    return time.perf_counter() - began
