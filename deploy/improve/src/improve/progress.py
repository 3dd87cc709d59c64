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
    said_at = time.monotonic()

    def update(done: int, total: int | None, step: str | None) -> None:
        nonlocal said_at
        if time.monotonic() - said_at < LINE_EVERY:
            return
        said_at = time.monotonic()
        of = f" of {total:,}" if total else ""
        print(f"  {title}: {step + ' ' if step else ''}{done:,}{of}", file=sys.stderr, flush=True)

    return update
