"""Lines of a log go out together where a loop runs, and at once where none does."""

import asyncio
import io
import sys

import pytest

from shared.telemetry.logs import Output


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
