"""A file's lines are those that `bytes.splitlines` tells, however it is read; too long ones come in pieces."""

import io
import random
from collections.abc import Iterator

import pytest

from inspection.imports.reading import lines as module
from inspection.imports.reading.lines import lines

LONGEST = 20
PARTS = [b"a", b"bb", b"\n", b"\r", b"\r\n", *(b"x" * size for size in (18, 19, 20, 21, 22, 40, 41))]


def expected(content: bytes) -> Iterator[bytes]:
    for whole in content.splitlines(keepends=True):
        line = whole
        while len(line.rstrip(b"\r\n")) > LONGEST:
            yield line[:LONGEST]
            line = line[LONGEST:]
        yield line


@pytest.mark.parametrize("block", [1, 2, 3, 7, 16, 64])
def test_lines_do_not_depend_on_how_much_is_read_at_once(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(module, "LONGEST_LINE", LONGEST)
    monkeypatch.setattr(module, "_BLOCK", block)
    rng = random.Random(block)
    for _ in range(2000):
        content = b"".join(rng.choices(PARTS, k=rng.randrange(12)))
        assert [*lines(io.BytesIO(content))] == [*expected(content)], content
