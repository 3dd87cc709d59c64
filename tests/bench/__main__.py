"""`python -m tests.bench`: the platform beside its floors, on the national files or made-up ones of their size."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

from tests.bench.brokers import candidates_line, memory_line
from tests.bench.days import ledger_lines
from tests.bench.following import decision_line, publication_line, simulation_line
from tests.bench.mixed import mixed_lines
from tests.bench.reads import read_lines
from tests.bench.rules import rules_line
from tests.bench.scale import scale_line
from tests.bench.searches import search_lines
from tests.bench.streams import stream_lines
from tests.bench.table import Line, show
from tests.bench.tenfold import tenfold_lines
from tests.bench.work import load_lines, round_line, run_line, settled
from tests.e2e.conftest import NATIONAL
from tests.e2e.oracle import ofsted_files
from tests.e2e.platform import Platform, running

ENGLAND = 21_990


class Bench:
    """What the parts of a bench share: the files and, for those that read, one loaded platform.

    One platform is up at a time; asking for a fresh one takes the one before down.
    """

    def __init__(self, scratch: Path, stack: contextlib.ExitStack) -> None:
        self.scratch = scratch
        self.folder = _files(scratch)
        self.file, self.as_at = ofsted_files(self.folder)[-1]
        self.today = dt.datetime.now(dt.UTC).date()
        self._platforms = _platforms(scratch, stack)

    def fresh(self) -> Platform:
        """A new, empty platform."""
        return next(self._platforms)

    @cached_property
    def loaded(self) -> Platform:
        """The platform with all files loaded."""
        platform = self.fresh()
        platform.load(self.folder, None)
        return platform

    def quiet(self) -> Platform:
        """The same once what the loads set off elsewhere has ended: only ours of two rivals would serve it."""
        settled(self.database("triage"), self.database("brokering"))
        return self.loaded

    @cached_property
    def assessed(self) -> Platform:
        """The same with an assessment of every school."""
        self.loaded.assess("ippr-2023")
        return self.loaded

    def database(self, service: str) -> str:
        """The owner's address of a service's database on the loaded platform."""
        return _database(self.loaded, service)


# in this order: first what asks for fresh platforms, last what writes to the loaded one
PARTS: dict[str, Callable[[Bench], list[Line]]] = {
    "load": lambda bench: load_lines(bench.fresh, _database, bench.file, bench.as_at),
    "scale": lambda bench: [scale_line(bench.fresh, bench.scratch, bench.file, bench.as_at)],
    "ledger": lambda _: ledger_lines(),
    "tenfold": lambda _: tenfold_lines(),
    "runs": lambda bench: [run_line(bench.loaded, bench.database("triage"), bench.database("brokering"), bench.today)],
    "rules": lambda bench: [rules_line(bench.database("triage"), bench.today)],
    "simulation": lambda bench: [simulation_line(bench.assessed)],
    "rounds": lambda bench: [round_line(bench.assessed), candidates_line(bench.assessed), memory_line(bench.assessed)],
    "mixed": lambda bench: mixed_lines(bench.assessed, bench.database("brokering")),
    "streams": lambda bench: stream_lines(bench.loaded, bench.database("inspection")),
    "searches": lambda bench: search_lines(bench.loaded),
    "reads": lambda bench: read_lines(bench.quiet(), bench.database("inspection")),
    "following": lambda bench: [publication_line(bench.assessed), decision_line(bench.assessed)],
}


def main(arguments: list[str] | None = None) -> int:
    """Measure the parts asked for, tell each line when it is known, and print one table; 1 where a part failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"what to measure, all by default: {', '.join(PARTS)}")
    asked = parser.parse_args(arguments).parts
    if unknown := [part for part in asked if part not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, contextlib.ExitStack() as stack:
        lines, failed = _measure(Bench(Path(scratch), stack), asked or list(PARTS))
    print(show(lines))
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _measure(bench: Bench, asked: list[str]) -> tuple[list[Line], list[str]]:
    lines, failed = [], []
    for part in (name for name in PARTS if name in asked):
        began = time.perf_counter()
        try:
            found = PARTS[part](bench)
        except Exception:  # noqa: BLE001 - told, and the other parts are measured all the same
            traceback.print_exc()
            failed.append(part)
            continue
        lines += found
        told = "; ".join(f"{line.title} {line.ours:.2f} {line.unit}, ratio {line.ratio:.2f}" for line in found)
        print(f"{part} ({time.perf_counter() - began:.0f} s): {told}", file=sys.stderr)
    return lines, failed


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
    sys.exit(main())
