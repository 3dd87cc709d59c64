"""Progress of long work: a bar on a terminal, plain lines elsewhere."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Update = Callable[[int, int | None, str | None], None]
LINE_EVERY = 10.0  # seconds between plain lines


@contextlib.contextmanager
def progress(title: str) -> Iterator[Update]:
    """Give a function to call with (done, total or None, step or None)."""
    if sys.stderr.isatty():
        with _bar(title) as update:
            yield update
    else:
        yield _lines(title)


@contextlib.contextmanager
def _bar(title: str) -> Iterator[Update]:
    from rich.console import Console  # noqa: PLC0415 - not needed, and slow to load, away from a terminal

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def update(done: int, total: int | None, step: str | None) -> None:
            bar.update(task, completed=done, total=total, description=f"{title}: {step}" if step else title)

        yield update


def _lines(title: str) -> Update:
    began = said_at = time.monotonic()

    def update(done: int, total: int | None, step: str | None) -> None:
        nonlocal said_at
        now = time.monotonic()
        if now - said_at < LINE_EVERY:
            return
        said_at = now
        of = f" of {total:,}" if total else ""
        counted = f" {done:,}{of}" if done or total else ""  # 0 of nobody knows what would look like standing still
        print(f"  {title}: {step or 'under way'}{counted}, {now - began:.0f} s", file=sys.stderr, flush=True)

    return update
