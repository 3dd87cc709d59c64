"""`python -m tests.bench`: the platform beside its floors, on the national files or made-up ones of their size."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.brokers import candidates_line, memory_line
from tests.bench.days import ledger_lines
from tests.bench.following import decision_line, publication_line, simulation_line
from tests.bench.reads import read_lines
from tests.bench.rules import rules_line
from tests.bench.scale import scale_line
from tests.bench.searches import search_lines
from tests.bench.streams import stream_lines
from tests.bench.table import show
from tests.bench.tenfold import tenfold_lines
from tests.bench.work import load_lines, round_line, run_line
from tests.e2e.conftest import NATIONAL
from tests.e2e.oracle import ofsted_files
from tests.e2e.platform import Platform, running

ENGLAND = 21_990


def main() -> None:
    """Measure everything and print one table."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, contextlib.ExitStack() as stack:
        folder = _files(Path(scratch))
        file, as_at = ofsted_files(folder)[-1]
        platforms = _platforms(Path(scratch), stack)
        lines = load_lines(lambda: next(platforms), _database, file, as_at)
        lines.append(scale_line(lambda: next(platforms), Path(scratch), file, as_at))
        platform = next(platforms)
        platform.load(folder, None)
        today = dt.datetime.now(dt.UTC).date()
        lines.append(run_line(platform, _database(platform, "triage"), today))
        lines.append(rules_line(_database(platform, "triage"), today))
        lines.append(simulation_line(platform))
        lines += [round_line(platform), candidates_line(platform), memory_line(platform)]
        lines += ledger_lines()
        lines += tenfold_lines()
        lines += stream_lines(platform, _database(platform, "inspection"))
        lines += search_lines(platform)
        lines += read_lines(platform, _database(platform, "inspection"))
        lines += [publication_line(platform), decision_line(platform)]
        print(show(lines))


def _files(scratch: Path) -> Path:
    if (NATIONAL / "manifest.csv").is_file():
        print(f"national files of {NATIONAL}", file=sys.stderr)
        return NATIONAL
    print(f"no national files: made-up ones of {ENGLAND} schools", file=sys.stderr)
    command = [sys.executable, "-m", "improve.sample", "--schools", str(ENGLAND), "--out", str(scratch / "made-up")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return scratch / "made-up"


def _platforms(scratch: Path, stack: contextlib.ExitStack) -> Iterator[Platform]:
    """Fresh platforms; one at a time, the one before is taken down."""
    number = 0
    current: Callable[[], object] = lambda: None  # noqa: E731 - nothing to close at first
    while True:
        current()
        number += 1
        inner = stack.enter_context(contextlib.ExitStack())
        current = inner.close
        yield inner.enter_context(running(scratch / f"platform-{number}"))


def _database(platform: Platform, name: str) -> str:
    state = json.loads((platform.home / "state.json").read_text())
    server = next(entry["health"] for entry in state["processes"] if entry["name"] == "postgres")
    head, _, query = str(server).partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


if __name__ == "__main__":
    main()
