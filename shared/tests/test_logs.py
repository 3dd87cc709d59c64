"""Lines of a log go out together where a loop runs, and at once where none does."""

import asyncio
import io
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from shared.telemetry.logs import OUTPUT, Output


class Stream(io.BytesIO):
    """Counts how often it is flushed."""

    flushed = 0

    def flush(self) -> None:
        self.flushed += 1


def standard_output(monkeypatch: pytest.MonkeyPatch) -> Stream:
    made = Stream()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(made))
    return made


def say(output: Output, line: bytes) -> None:
    output.write(line)
    output.flush()


def test_without_a_loop_each_line_goes_out_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, output = standard_output(monkeypatch), Output()
    for number in range(3):
        say(output, b"line\n")
        assert stream.flushed == number + 1


@pytest.mark.parametrize("loops", [1, 2])
def test_in_a_loop_lines_go_out_together(monkeypatch: pytest.MonkeyPatch, loops: int) -> None:
    stream, output = standard_output(monkeypatch), Output()

    async def many() -> None:
        before = stream.flushed
        for _ in range(5):
            say(output, b"line\n")
        assert stream.flushed == before
        async with asyncio.timeout(10):
            while stream.flushed == before:  # noqa: ASYNC110 - the flush is a timer of the loop
                await asyncio.sleep(0.001)
        assert stream.flushed == before + 1

    async def one() -> None:
        say(output, b"")

    asyncio.run(one())  # ends before anything goes out, and keeps no later loop from it
    for _ in range(loops):
        asyncio.run(many())
    assert stream.getvalue() == b"line\n" * 5 * loops


class Unbuffered(io.RawIOBase):
    """What standard output is where the interpreter buffers nothing; it takes seven bytes at a time."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.calls.append(bytes(content[:7]))
        return len(self.calls[-1])


def test_an_unbuffered_stream_gets_lines_together_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, output = Unbuffered(), Output()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=stream))

    async def two() -> None:
        say(output, b"one line\n")
        say(output, b"another\n")
        assert not stream.calls
        output.flush_now()

    asyncio.run(two())
    assert stream.calls == [b"one lin", b"e\nanoth", b"er\n"]


def test_no_line_is_lost_where_threads_write_and_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, output = standard_output(monkeypatch), Output()
    threads = [
        threading.Thread(target=lambda name=name: [say(output, b"%d %d\n" % (name, n)) for n in range(500)])
        for name in range(4)
    ]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert sorted(stream.getvalue().split(b"\n")[:-1]) == sorted(
        b"%d %d" % (name, n) for name in range(4) for n in range(500)
    )


def test_what_was_taken_last_goes_out_when_the_application_stops(monkeypatch: pytest.MonkeyPatch, app: FastAPI) -> None:
    stream = standard_output(monkeypatch)

    async def serve() -> None:
        async with app.router.lifespan_context(app):
            say(OUTPUT, b"the last line\n")
        assert stream.getvalue() == b"the last line\n"

    asyncio.run(serve())
