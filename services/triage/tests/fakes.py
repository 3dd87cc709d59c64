"""An inspection service in memory: the same protocol, a feed that tells of what it is given."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.events.messages import cursor_at, position_of
from shared.http_client import UpstreamUnavailable
from triage.clients.inspection import FactsAnswer

SOURCE = "/inspection"


class FakeInspection:
    """Holds facts documents; `down` makes it answer nothing."""

    def __init__(self) -> None:
        self.documents: dict[int, Mapping[str, Any]] = {}
        self.lookups: list[list[int]] = []
        self.down = False
        self._events: list[dict[str, Any]] = []

    def put(self, *documents: Mapping[str, Any]) -> None:
        """Hold these documents, and tell of each."""
        for document in documents:
            self.documents[document["urn"]] = document
            self.tell("inspection.school.changed", str(document["urn"]))

    def tell(self, kind: str, subject: str) -> None:
        """Add an event to the feed."""
        place = len(self._events) + 1
        now = datetime.now(UTC).isoformat()
        self._events.append({"id": str(place), "source": SOURCE, "type": kind, "subject": subject, "time": now})

    async def get_json(
        self, path: str, params: Mapping[str, Any] | None = None, *, read_timeout: float | None = None
    ) -> Any:
        """Serve a page of the feed."""
        del read_timeout
        self._check()
        assert path == "/v1/changes"
        asked = params or {}
        start = position_of(asked["after"], SOURCE) if "after" in asked else 0
        page = self._events[start : start + int(asked["limit"])]
        return {
            "data": page,
            "paging": {"limit": asked["limit"], "next_cursor": cursor_at(SOURCE, start + len(page)), "next_url": path},
            "head": cursor_at(SOURCE, len(self._events)),
            "as_of": datetime.now(UTC).isoformat(),
        }

    async def lookup_facts(self, urns: Sequence[int]) -> FactsAnswer:
        """Answer with the documents held."""
        self._check()
        self.lookups.append(list(urns))
        found = [self.documents[urn] for urn in urns if urn in self.documents]
        return FactsAnswer(found, [urn for urn in urns if urn not in self.documents])

    def _check(self) -> None:
        if self.down:
            raise UpstreamUnavailable("The inspection service does not answer.")
