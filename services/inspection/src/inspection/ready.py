"""Answers kept ready: bytes beside the row they were made from. A document is a function of its row and this release.

Nothing has to be called out of date: every read asks the database for the row, and a row that differs is answered anew.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from shared.db.hot_reads import HotRows
from shared.etags import etag_of
from shared.responses import dumps

Sent = tuple[str | None, ...]


class Ready(NamedTuple):
    """A document as it is sent, and its entity tag."""

    content: bytes
    etag: str


class ReadyAnswers:
    """Up to `size` answers, by key; the one made first makes room."""

    def __init__(self, make: Callable[[Mapping[str, Any]], Any], size: int) -> None:
        self._make = make
        self._size = size
        self._kept: dict[int, tuple[Sent, Ready]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, key: int, rows: HotRows, number: int = 0) -> Ready:
        """Return the answer for one of the rows."""
        sent = rows.sent[number]
        known = self._kept.get(key)
        if known is not None and known[0] == sent:
            return known[1]
        content = dumps(self._make(rows.decoded[number]))
        ready = Ready(content, etag_of(content))
        if len(self._kept) >= self._size:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = sent, ready
        return ready
