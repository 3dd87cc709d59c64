"""Inspection: its feed, and the facts of schools. The only file that knows its paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from brokering.clients.services import service_client
from brokering.settings import Settings
from shared.http_client import ServiceClient

LOOKUP = "/v1/facts/lookup"


class FactsSource(Protocol):
    """Gives the facts of schools."""

    async def facts(self, urns: Sequence[int]) -> list[dict[str, Any]]:
        """Return the facts of up to 1,000 schools; those it does not know are left out. Raises UpstreamFailure."""


class InspectionFacts:
    """Facts over HTTP."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def facts(self, urns: Sequence[int]) -> list[dict[str, Any]]:
        """Look the facts up."""
        answer = await self._client.post_json(LOOKUP, {"urns": list(urns)})
        found: list[dict[str, Any]] = answer["data"]
        return found


def inspection_client(settings: Settings) -> ServiceClient | None:
    """Return the client of inspection, or None where no address is set."""
    return service_client(settings, settings.inspection_url, "inspection")
