"""Answers kept ready: bytes beside the state of the rows that they were made from, of which they are a function.

Nothing has to be called out of date: every read asks the database for the state of the rows, and what differs is
answered anew.
"""

from typing import NamedTuple

from fastapi import Request, Response

from shared.etags import etag_of
from shared.negotiation import JSON
from shared.responses import json_response, validators


class Ready(NamedTuple):
    """A public document as it is sent, its entity tag, and the whole answer for who does not have it yet."""

    content: bytes
    etag: str
    whole: Response

    def answer(self, request: Request) -> Response:
        """Answer with the document, or that the client has it already."""
        if "if-none-match" in request.headers:
            return json_response(request, self.content, public=True, etag=self.etag)
        return self.whole


class ReadyAnswers:
    """Up to `size` public answers, by key; the one made first makes room."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: dict[int, tuple[str, Ready]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: int) -> bool:
        return key in self._kept

    def get(self, key: int, state: str | None) -> Ready | None:
        """Return the answer, if one is kept that was made from rows in this state."""
        known = self._kept.get(key)
        return known[1] if known is not None and known[0] == state else None

    def keep(self, key: int, state: str, content: bytes) -> Ready:
        """Keep an answer that was made from rows in this state, and return it."""
        etag = etag_of(content)
        ready = Ready(content, etag, Response(content, media_type=JSON, headers=validators(etag, public=True)))
        if key not in self._kept and len(self._kept) >= self._size:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = state, ready
        return ready


class ReadyPage(NamedTuple):
    """A page as it is sent, its entity tag and its further headers."""

    content: bytes
    etag: str
    headers: dict[str, str]


class ReadyPages:
    """Pages by what was asked for, up to so many bytes; the one made first makes room."""

    def __init__(self, most_bytes: int) -> None:
        self._room = most_bytes
        self._kept: dict[str, tuple[str, ReadyPage]] = {}

    def __contains__(self, asked: str) -> bool:
        return asked in self._kept

    def get(self, asked: str, state: str) -> ReadyPage | None:
        """Return the page, if one is kept that was made from rows in this state."""
        known = self._kept.get(asked)
        return known[1] if known is not None and known[0] == state else None

    def keep(self, asked: str, state: str, content: bytes, headers: dict[str, str]) -> ReadyPage:
        """Keep a page that was made from rows in this state, and return it."""
        page = ReadyPage(content, etag_of(content), headers)
        self._forget(asked)
        self._kept[asked] = state, page
        self._room -= len(content)
        while self._room < 0:
            self._forget(next(iter(self._kept)))
        return page

    def _forget(self, asked: str) -> None:
        known = self._kept.pop(asked, None)
        if known is not None:
            self._room += len(known[1].content)
