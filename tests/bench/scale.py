"""Ten times England, made up from the monthly file: what one row of its load costs beside one of England's."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

from tests.bench.table import Line
from tests.bench.work import timed
from tests.e2e.platform import Platform

TIMES = 10
APART = 90_000  # URNs of England lie within so many


def scale_line(fresh: Callable[[], Platform], scratch: Path, file: Path, as_at: dt.date) -> Line:
    """Microseconds a row, each into an empty platform; England before and after, the mean of both."""
    england, more = scratch / "england.csv", scratch / "ten-times-england.csv"
    schools = _multiplied(file, england, 1)
    _multiplied(file, more, TIMES)
    before, ten_times, after = (_load(fresh(), path, as_at) for path in (england, more, england))
    one, ten = (before + after) / 2 / schools, ten_times / (TIMES * schools)
    return Line("load of ten times England", "us/row", ten * 1e6, one * 1e6, "England alone", "<= 1.3")


def _multiplied(file: Path, target: Path, times: int) -> int:
    """Write every school of a file so many times, each time under another URN; how many schools the file has."""
    rows = list(csv.reader(io.StringIO(file.read_bytes().decode("cp1252"), newline="")))
    top = next(at for at, row in enumerate(rows) if "URN" in row)
    place = rows[top].index("URN")
    with target.open("w", encoding="cp1252", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(rows[top])
        for turn in range(times):
            for row in rows[top + 1 :]:
                urn = str(int(row[place]) + turn * APART)
                writer.writerow([urn if at == place else cell for at, cell in enumerate(row)])
    return len(rows) - top - 1


def _load(platform: Platform, path: Path, as_at: dt.date) -> float:
    platform.client("inspection")  # its token is made by a command, which is no part of a load

    def send() -> None:
        platform.job("inspection", platform.send_file(path, "ofsted-latest-inspections", as_at.isoformat()))

    return timed(send)
