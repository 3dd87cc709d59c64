"""Stand-ins for the other services: a feed that is a list of events, and facts that are a dictionary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.events.messages import cursor_at, position_of
from shared.http_client import UpstreamUnavailable


class FakeFeed:
    """A change feed in memory; `down` makes it unreachable."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.events: list[dict[str, Any]] = []
        self.down = False

    def tell(self, kind: str, subject: str, data: Mapping[str, Any]) -> None:
        position = len(self.events) + 1
        self.events.append(
            {
                "specversion": "1.0",
                "id": str(position),
                "source": self.source,
                "type": kind,
                "subject": subject,
                "time": datetime.now(UTC).isoformat(),
                "data": dict(data),
            }
        )

    async def get_json(
        self, path: str, params: Mapping[str, Any] | None = None, *, read_timeout: float | None = None
    ) -> Any:
        assert path == "/v1/changes"
        if self.down:
            raise UpstreamUnavailable("The feed does not answer.")
        asked = dict(params or {})
        start = position_of(asked["after"], self.source) if asked.get("after") else 0
        events = self.events[start : start + asked["limit"]]
        last = cursor_at(self.source, start + len(events))
        return {
            "data": events,
            "paging": {"limit": asked["limit"], "next_cursor": last, "next_url": f"/v1/changes?after={last}"},
            "head": cursor_at(self.source, len(self.events)),
            "as_of": datetime.now(UTC).isoformat(),
        }


class FakeFacts:
    """Facts of schools by URN."""

    def __init__(self) -> None:
        self.schools: dict[int, dict[str, Any]] = {}
        self.asked: list[list[int]] = []

    async def facts(self, urns: Sequence[int]) -> list[dict[str, Any]]:
        self.asked.append(list(urns))
        return [self.schools[urn] for urn in urns if urn in self.schools]
