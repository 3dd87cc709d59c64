"""The services that triage follows, in memory: the same protocols, feeds that tell of what they are given."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.events.messages import cursor_at, position_of
from shared.http_client import UpstreamUnavailable
from triage.clients.inspection import FactsAnswer


class FakeFeed:
    """Serves the events it was told; `down` makes it answer nothing."""

    source = "/brokering"

    def __init__(self) -> None:
        self.down = False
        self._events: list[dict[str, Any]] = []

    def tell(self, kind: str, subject: str, data: Mapping[str, Any] | None = None) -> None:
        """Add an event to the feed."""
        place, now = len(self._events) + 1, datetime.now(UTC).isoformat()
        event = {"id": str(place), "source": self.source, "type": kind, "subject": subject, "time": now}
        self._events.append({**event, "data": dict(data or {})})

    async def get_json(
        self, path: str, params: Mapping[str, Any] | None = None, *, read_timeout: float | None = None
    ) -> Any:
        """Serve a page of the feed."""
        del read_timeout
        self._check()
        assert path == "/v1/changes"
        asked = params or {}
        start = position_of(asked["after"], self.source) if "after" in asked else 0
        page = self._events[start : start + int(asked["limit"])]
        cursor = cursor_at(self.source, start + len(page))
        return {
            "data": page,
            "paging": {"limit": asked["limit"], "next_cursor": cursor, "next_url": path},
            "head": cursor_at(self.source, len(self._events)),
            "as_of": datetime.now(UTC).isoformat(),
        }

    def _check(self) -> None:
        if self.down:
            raise UpstreamUnavailable("The service does not answer.")


class FakeInspection(FakeFeed):
    """Holds facts documents."""

    source = "/inspection"

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[int, Mapping[str, Any]] = {}
        self.lookups: list[list[int]] = []

    def put(self, *documents: Mapping[str, Any]) -> None:
        """Hold these documents, and tell of each."""
        for document in documents:
            self.documents[document["urn"]] = document
            self.tell("inspection.school.changed", str(document["urn"]))

    async def lookup_facts(self, urns: Sequence[int]) -> FactsAnswer:
        """Answer with the documents held."""
        self._check()
        self.lookups.append(list(urns))
        found = [self.documents[urn] for urn in urns if urn in self.documents]
        return FactsAnswer(found, [urn for urn in urns if urn not in self.documents])
